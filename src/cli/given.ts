/** Values of a person, as the command line takes them. */
import { text as readAll } from "node:stream/consumers";
import { VhgmError } from "../base/errors.js";
import { jsonNames } from "../base/jsonNames.js";
import type { Given } from "../inference/predict.js";
import { isRecord } from "../schema/locate.js";
import type { Schema } from "../schema/schema.js";
import { quoteValue } from "../schema/suggest.js";
import { splitAssignment } from "./attributeNames.js";
import { readText } from "./trainingFlags.js";

/**
 * A JSON object, @FILE with one, or - for standard input.
 * @throws VhgmError "usage" for text that is no JSON object of plain values, or a name that stands twice
 */
export async function readGiven(source: string, option = "--given"): Promise<Given> {
  const text = source === "-" ? await readAll(process.stdin) : source.startsWith("@") ? await readText(source.slice(1)) : source;
  const where = source === "-" ? "standard input" : source.startsWith("@") ? source.slice(1) : option;
  const shape = `a JSON object such as {"age": 60, "sex": "F"}`;
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw new VhgmError("usage", `${where} is not JSON (${(cause as Error).message}); it takes ${shape}.`, { cause });
  }
  if (!isRecord(raw)) throw new VhgmError("usage", `${where} holds ${quoteValue(raw)}; it takes ${shape}.`);
  const { repeated } = jsonNames(text);
  if (repeated !== undefined) throw new VhgmError("usage", `${where} gives '${repeated}' twice; once is allowed.`);
  const wrong = Object.entries(raw).find(([, value]) => !isPlain(value));
  if (wrong !== undefined) throw new VhgmError("usage", `${where} gives '${wrong[0]}' neither a number nor a text; it takes ${shape}.`);
  return raw as Given;
}

const isPlain = (value: unknown): boolean => value === null || Number.isFinite(value) || typeof value === "string" || typeof value === "boolean";

/**
 * Values as NAME=VALUE, one per option.
 * @throws VhgmError "usage" for a text without '=', or a name that stands twice
 */
export function readAssignments(texts: readonly string[], schema: Schema, option: string): Given {
  const out = new Map<string, string>();
  for (const text of texts) {
    const [name, value] = splitAssignment(text, schema) ?? [];
    if (name === undefined || value === undefined) throw new VhgmError("usage", `${option} '${text}' is not of the form NAME=VALUE, for instance smoking=never.`);
    if (out.has(name)) throw new VhgmError("usage", `${option} sets '${name}' twice; once is allowed.`);
    out.set(name, value);
  }
  return Object.fromEntries(out);
}
