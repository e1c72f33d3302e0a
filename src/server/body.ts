/** Reading what a request carries: no more than allowed, no longer than allowed. */
import type { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { jsonNames } from "../base/jsonNames.js";
import { pointer, Refusal } from "./api/problem.js";
import { reasonOf, valueAt } from "./issue.js";

export interface BodyLimits {
  /** Bytes. */
  readonly most: number;
  /** Milliseconds until all of it is there. */
  readonly within: number;
}

/** Objects and lists within each other. */
const deepest = 32;

/** @throws Refusal 415 if it is compressed, 413 if it is too large, 408 if it does not come in time, 400 if the connection breaks */
export async function readBody({ req }: Context, { most, within }: BodyLimits): Promise<Uint8Array> {
  const coding = req.header("content-encoding") ?? "identity";
  if (coding.toLowerCase() !== "identity") throw new Refusal(415, "content-coding", `The body has the content coding '${coding}'; send it uncompressed.`, { headers: { "accept-encoding": "identity" } });
  const tooLarge = (): Refusal => new Refusal(413, "too-large", `The body has more than ${most} bytes, which is the most that this server takes here.`, { headers: { connection: "close" } });
  if (Number(req.header("content-length") ?? 0) > most) throw tooLarge();
  const reader = req.raw.body?.getReader();
  if (!reader) return new Uint8Array();
  const late = (): Refusal => new Refusal(408, "slow", `The body did not come within ${within / 1000} s.`, { headers: { connection: "close" } });
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(late()), within)));
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), timeout]);
      if (done) break;
      size += value.length;
      if (size > most) throw tooLarge();
      parts.push(value);
    }
  } catch (cause) {
    void reader.cancel().catch(() => undefined); // the connection may be gone already
    if (cause instanceof Refusal) throw cause;
    throw new Refusal(400, "broken-body", "The body broke off before its end.", { cause });
  } finally {
    clearTimeout(timer);
  }
  const bytes = new Uint8Array(size);
  parts.reduce((at, part) => (bytes.set(part, at), at + part.length), 0);
  return bytes;
}

/** The media type without its parameters. */
export const mediaType = ({ req }: Context): string => (req.header("content-type") ?? "").split(";")[0].trim().toLowerCase();

/** @param allowed what may be sent in its place */
export function otherType(c: Context, allowed: string): Refusal {
  const given = mediaType(c);
  return new Refusal(415, "media-type", `The body has ${given === "" ? "no media type" : `the media type '${given.slice(0, 100)}'`}; send ${allowed}, and say so in the header Content-Type.`);
}

export async function readJson<T extends z.ZodType>(c: Context, schema: T, limits: BodyLimits): Promise<z.output<T>> {
  if (mediaType(c) !== "application/json") throw otherType(c, "application/json");
  return parseJson(await readBody(c, limits), schema);
}

/** @throws Refusal 400 for bytes that are no JSON, 422 for a field that the schema does not allow or that stands twice */
export function parseJson<T extends z.ZodType>(bytes: Uint8Array, schema: T): z.output<T> {
  let raw: unknown;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (depth(text) > deepest) throw new SyntaxError(`it is nested more than ${deepest} deep`);
    raw = JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? cause.message : "it is not UTF-8";
    throw new Refusal(400, "not-json", `The body can't be read as JSON: ${reason}.`, { cause });
  }
  const { repeated, proto } = jsonNames(text);
  // Objects can't hold it as a name of their own everywhere, so it would be passed over silently.
  if (proto) throw new Refusal(422, "invalid-field", "No field can be called __proto__.");
  if (repeated !== undefined) throw new Refusal(422, "invalid-field", `The name '${repeated.slice(0, 100)}' stands twice in one object of the body; once is allowed.`);
  return checked(raw, schema, pointer);
}

/** @throws Refusal 422 with the first field that is at fault */
export function checked<T extends z.ZodType>(raw: unknown, schema: T, fieldOf: (path: readonly PropertyKey[]) => string): z.output<T> {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue.code === "unrecognized_keys" ? [...issue.path, issue.keys[0]] : issue.path;
  const field = fieldOf(path);
  const where = path.length === 0 ? "The body" : `The field ${field}`;
  throw new Refusal(422, "invalid-field", `${where} ${reasonOf(issue, valueAt(raw, path))}.`, { field });
}

/** How deep brackets stand within each other, texts left out. */
export function depth(text: string): number {
  let now = 0;
  let most = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 34) {
      for (i++; i < text.length && text.charCodeAt(i) !== 34; i++) if (text.charCodeAt(i) === 92) i++;
    } else if (c === 123 || c === 91) most = Math.max(most, ++now);
    else if (c === 125 || c === 93) now--;
  }
  return most;
}
