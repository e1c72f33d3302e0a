import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { maskingNames } from "../model/masking/index.js";
import { trainingConfigSchema } from "../training/config.js";
import { trainingDefaults } from "../training/options.js";

/** As much of JSON Schema as the settings need. */
interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

/** What a setting takes, in the words of docs/settings.md. */
function takes({ type, enum: words, const: only, minimum, exclusiveMinimum, maximum, anyOf, items, properties }: JsonSchema): string {
  if (anyOf) return anyOf.map(takes).join(", ");
  if (words) return words.join(", ");
  if (only !== undefined) return String(only);
  if (properties) return `{${Object.entries(properties).map(([name, schema]) => `${name}: ${takes(schema)}`).join("; ")}}`;
  if (items) return `list of ${takes(items)}`;
  if (type === "boolean") return "true, false";
  if (type !== "integer" && type !== "number") return type!;
  return `${type === "integer" ? "whole number" : "number"} ${minimum ?? `above ${exclusiveMinimum}`} to ${maximum}`;
}

/** A default in the words of the page; the list of all paths is "all". */
function usual(value: unknown): string {
  if (Array.isArray(value)) return "all";
  return JSON.stringify(value).replaceAll('"', "").replaceAll(/[:,]/g, "$& ");
}

const page = readFileSync(join(import.meta.dirname, "../../docs/settings.md"), "utf8");
const rows = [...page.matchAll(/^\| `(\w+)` \| (.*?) \| (.*?) \| (.*) \|$/gm)].map(([, name, allowed, value, meaning]) => ({ name, allowed, value, meaning }));

describe("docs/settings.md", () => {
  const { properties } = z.toJSONSchema(trainingConfigSchema, { io: "input" }) as { properties: Record<string, JsonSchema> };

  test("has every setting once", () => expect(rows.map(({ name }) => name).sort()).toEqual(Object.keys(properties).sort()));

  test.each(Object.entries(properties))("says what %s takes and is by default", (name, schema) => {
    expect(rows.find((row) => row.name === name)).toEqual({
      name,
      allowed: takes(schema),
      value: usual(trainingDefaults[name as keyof typeof trainingDefaults]),
      meaning: expect.stringMatching(/\w{3}/),
    });
  });

  test("has every masking strategy", () => {
    for (const name of maskingNames) expect(page).toMatch(new RegExp(`^\\| ${name} \\|`, "m"));
  });
});
