/** Values of a person, as the command line takes them. */
import { text as readAll } from "node:stream/consumers";
import { z } from "zod";
import { VhgmError } from "../base/errors.js";
import type { Given } from "../inference/predict.js";
import type { Schema } from "../schema/schema.js";
import { quoteValue } from "../schema/suggest.js";
import { splitAssignment } from "./attributeNames.js";
import { readText } from "./trainingFlags.js";

const givenSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

/**
 * A JSON object, @FILE with one, or - for standard input.
 * @throws VhgmError "usage" for text that is no JSON object of plain values
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
  const result = givenSchema.safeParse(raw);
  if (result.success) return result.data;
  const name = result.error.issues[0].path[0];
  throw new VhgmError("usage", name === undefined ? `${where} holds ${quoteValue(raw)}; it takes ${shape}.` : `${where} gives '${String(name)}' neither a number nor a text; it takes ${shape}.`);
}

/**
 * Values as NAME=VALUE, one per option.
 * @throws VhgmError "usage" for a text without '=', or a name that stands twice
 */
export function readAssignments(texts: readonly string[], schema: Schema, option: string): Given {
  const out: Record<string, string> = {};
  for (const text of texts) {
    const [name, value] = splitAssignment(text, schema) ?? [];
    if (name === undefined || value === undefined) throw new VhgmError("usage", `${option} '${text}' is not of the form NAME=VALUE, for instance smoking=never.`);
    if (name in out) throw new VhgmError("usage", `${option} sets '${name}' twice; once is allowed.`);
    out[name] = value;
  }
  return out;
}
