/** What a schema has against a value, in words. */
import type { z } from "@hono/zod-openapi";

type Issue = z.core.$ZodIssue;

const kinds: Readonly<Record<string, string>> = { int: "a whole number", number: "a number", string: "a text", boolean: "true or false", array: "a list", object: "an object", record: "an object" };
const longest = 60;

/** A value as a sentence holds it: long ones are cut, lists and objects only named. */
function shown(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "object") return Array.isArray(value) ? "a list" : "an object";
  return typeof value === "string" ? `'${value.length > longest ? `${value.slice(0, longest)}…` : value}'` : String(value);
}

/** How many of what a text or a list has, or the number itself. */
const amount = (origin: string, count: number | bigint): string =>
  origin === "string" ? `${count} ${count === 1 ? "character" : "characters"}` : origin === "array" ? `${count} ${count === 1 ? "item" : "items"}` : String(count);

const sizeOf = (value: unknown): number => (value as { readonly length: number }).length;

function bound(raw: unknown, origin: string, side: string, limit: number | bigint): string {
  const counted = origin === "string" || origin === "array";
  return `${counted ? `has ${amount(origin, sizeOf(raw))}` : `is ${shown(raw)}`}, but must ${counted ? "have" : "be"} ${side} ${amount(origin, limit)}`;
}

/** @returns the end of a sentence that begins with the field: what was given, and what is allowed */
export function reasonOf(issue: Issue, raw: unknown): string {
  switch (issue.code) {
    case "unrecognized_keys":
      return "is not known here";
    case "invalid_union":
      return "takes a number, a text, true, false or null";
    case "invalid_type":
      return raw === undefined ? `is missing; it takes ${kinds[issue.expected] ?? issue.expected}` : `is ${shown(raw)}, but takes ${kinds[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `is ${shown(raw)}, but takes one of: ${issue.values.filter((each) => each !== "").join(", ")}`;
    case "invalid_format":
      return `is ${shown(raw)}, but takes a number`;
    case "too_small":
      return bound(raw, issue.origin, issue.inclusive === false ? "above" : "at least", issue.minimum);
    case "too_big":
      return bound(raw, issue.origin, issue.inclusive === false ? "below" : "at most", issue.maximum);
    default:
      return `is not allowed: ${issue.message}`;
  }
}

/** What stands at a path of a value; undefined where there is nothing. */
export const valueAt = (raw: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, name) => (typeof value === "object" && value !== null && Object.hasOwn(value, name) ? (value as Record<PropertyKey, unknown>)[name] : undefined), raw);
