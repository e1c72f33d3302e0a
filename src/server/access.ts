/** Who may ask, and how often. */
import { createHash, timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { MiddlewareHandler } from "hono";
import { VhgmError } from "../base/errors.js";
import { Refusal } from "./api/problem.js";
import type { C, Env } from "./handlers.js";

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

/** Lets clients through that have a key, where keys are asked for, and have not asked too often. */
export function guard(keys: Keys | undefined, rate: RateLimit | undefined): MiddlewareHandler<Env> {
  return async (c, next) => {
    const address = c.env?.incoming?.socket?.remoteAddress ?? "local";
    const key = keys ? keys.find(keyOf(c)) : -1;
    const wait = rate?.take(key < 0 ? address : `key ${key}`) ?? 0;
    if (wait > 0) throw new Refusal(429, "too-often", `This client has asked too often; ask again in ${wait} s.`, { headers: { "retry-after": String(wait) } });
    if (keys && key < 0) throw new Refusal(401, "unauthorized", "The key is missing or wrong; send it as Authorization: Bearer KEY or X-API-Key: KEY.", { headers: { "www-authenticate": "Bearer" } });
    await next();
  };
}

/** The key that a request carries, or "". */
function keyOf(c: C): string {
  const [, bearer] = /^Bearer +(.+)$/i.exec(c.req.header("authorization") ?? "") ?? [];
  return bearer ?? c.req.header("x-api-key") ?? "";
}
