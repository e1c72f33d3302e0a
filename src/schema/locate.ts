/** Turns what zod says of a dictionary into a sentence, and finds the place in the text that it is about. */
import { isMap, isNode, isScalar, isSeq, type Document } from "yaml";
import type { z } from "zod";
import { attributeSchema, conversionSchema, schemaSchema } from "./schema.js";
import { quoteValue } from "./suggest.js";

export type Issue = z.core.$ZodIssue;

/** The path of the thing that is wrong. */
export const issuePath = (issue: Issue): PropertyKey[] =>
  issue.code === "unrecognized_keys" ? [...issue.path, issue.keys[0]] : [...issue.path];

/** The issue that stands first in the file. */
export function firstIssue(document: Document.Parsed, issues: readonly Issue[]): Issue {
  const place = (issue: Issue): number => offsetOf(document, issuePath(issue)) ?? 0;
  return [...issues].sort((a, b) => place(a) - place(b))[0];
}

/** Where a field's name (or a list's entry) stands in the text; for an absent field, where the thing around it stands. */
export function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const parent: unknown = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    const pair = isMap(parent) ? parent.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined;
    const node: unknown = pair?.key ?? (isSeq(parent) ? parent.items[Number(key)] : undefined);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.contents?.range[0];
}

/** A mistake in a sentence: attribute, field, what was given and what is allowed. */
export function describeIssue(issue: Issue, raw: unknown): string {
  const path = issuePath(issue);
  const [root, index, field, entry] = path;
  const inAttribute = root === "attributes" && typeof index === "number";
  const where = inAttribute ? nameAttribute(raw, index) : "the dictionary";
  if (issue.code === "unrecognized_keys") {
    const inConversion = inAttribute && field === "conversions" && typeof entry === "number";
    const allowed = Object.keys(inConversion ? conversionSchema.shape : inAttribute ? attributeSchema.shape : schemaSchema.shape).join(", ");
    return `${inAttribute ? `${where}: ` : ""}there is no field ${JSON.stringify(issue.keys[0])}${inConversion ? ` in conversions, entry ${entry + 1}` : ""}; allowed are ${allowed}`;
  }
  const named = inAttribute ? field : root;
  const place = typeof entry === "number" ? `, entry ${entry + 1},` : "";
  const subject = named === undefined ? where : `${inAttribute ? `${where}: ` : ""}${String(named)}${place}`;
  const given = path.reduce<unknown>(
    (value, key) => (isRecord(value) || Array.isArray(value) ? Reflect.get(value, key) : undefined),
    raw,
  );
  return `${subject} ${describeGiven(given)}; ${describeAllowed(issue)}`;
}

function describeAllowed(issue: Issue): string {
  if (issue.code === "invalid_value") return `allowed ${issue.values.length > 1 ? "are" : "is"} ${issue.values.map((value) => (/^\w+$/.test(String(value)) ? String(value) : JSON.stringify(value))).join(", ")}`;
  if (issue.code === "invalid_type") {
    const kinds: Record<string, string> = {
      object: "a mapping of fields to values",
      array: "a list",
      string: "a text",
      number: "a number",
    };
    return `it must be ${kinds[issue.expected] ?? issue.expected}`;
  }
  if (issue.code === "too_small") return issue.origin === "number" ? `it must be above ${issue.minimum}` : "it must not be empty";
  return issue.message;
}

/** `attribute "age"`, or its number if it has no name. */
export function nameAttribute(raw: unknown, index: number): string {
  const attributes = isRecord(raw) ? raw.attributes : undefined;
  const attribute: unknown = Array.isArray(attributes) ? attributes[index] : undefined;
  return isRecord(attribute) && typeof attribute.name === "string"
    ? `attribute ${JSON.stringify(attribute.name)}`
    : `attribute ${index + 1}`;
}

function describeGiven(value: unknown): string {
  if (value === undefined) return "is absent";
  if (value === null || value === "") return "is empty";
  if (Array.isArray(value)) return value.length === 0 ? "is a list without entries" : "is a list";
  return isRecord(value) ? "is a mapping" : `is ${quoteValue(value)}`;
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
