/** Who may ask, and how often. */
import { createHash, timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";
import { VhgmError } from "../base/errors.js";

const shortest = 16;
const digest = (text: string): Buffer => createHash("sha256").update(text, "utf8").digest();

/** Which of some keys a text is: its number, or -1. Takes the same time whatever the text. */
export interface Keys {
  find(text: string): number;
}

/** Digests are compared, all of them and to the end, so that the time tells nothing of a key. */
export function createKeys(keys: readonly string[]): Keys {
  const digests = keys.map(digest);
  return {
    find(text) {
      const given = digest(text);
      return digests.reduce((found, key, k) => (timingSafeEqual(key, given) ? k : found), -1);
    },
  };
}

/**
 * Keys of a file, one a line; blank lines and those that begin with # do not count.
 * @throws VhgmError "usage" if it can't be read, holds no key, or one shorter than 16 characters
 */
export async function readKeys(path: string): Promise<Keys> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new VhgmError("usage", code === "ENOENT" ? `There is no file of keys "${path}".` : `The file of keys "${path}" can't be read: ${message}.`, { cause });
  }
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const keys = lines.filter((line) => line !== "" && !line.startsWith("#"));
  if (keys.length === 0) throw new VhgmError("usage", `The file of keys "${path}" holds no key; write one a line.`);
  const short = lines.findIndex((line) => keys.includes(line) && line.length < shortest);
  if (short >= 0) throw new VhgmError("usage", `The file of keys "${path}", line ${short + 1}: the key has fewer than ${shortest} characters, which is easy to guess.`);
  return createKeys(keys);
}

/** A token bucket per client: `perMinute` at once, refilled evenly. */
export interface RateLimit {
  /** @returns 0 if the client may ask, else the seconds after which it may */
  take(client: string, now?: number): number;
}

/** Clients that are remembered; the one that asked longest ago is forgotten first. */
const mostClients = 10_000;

export function createRateLimit(perMinute: number): RateLimit {
  const clients = new Map<string, { tokens: number; at: number }>();
  return {
    take(client, now = performance.now()) {
      const known = clients.get(client) ?? { tokens: perMinute, at: now };
      const tokens = Math.min(perMinute, known.tokens + ((now - known.at) / 60_000) * perMinute);
      clients.delete(client);
      clients.set(client, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
      if (clients.size > mostClients) clients.delete(clients.keys().next().value!);
      return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) / perMinute) * 60);
    },
  };
}
