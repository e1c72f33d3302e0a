import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VhgmError } from "../base/errors.js";
import { formatCondition } from "./condition.js";
import { formatDictionary, parseDictionary } from "./dictionary.js";
import { createProfiler, inferSchema, type AttributeNote, type InferredSchema } from "./infer.js";
import { attributeTypes, isNumeric, roles, type Attribute } from "./schema.js";

const oddTexts = [
  "yes",
  "No",
  "null",
  "~",
  "1e3",
  "007",
  "1.0",
  "true",
  "身長",
  "a: b",
  "#x",
  " lead",
  "trail ",
  "it's",
  '"q"',
  "- x",
  "*a",
  "&a",
  "!t",
  "%",
  "@",
  "{a",
  "[b",
  "a\nb",
  "\t",
  "\u2028",
  "\u0085",
  "\ufeff",
  "😀",
  "\\",
  "|",
  ">",
  "? x",
  "<<",
  "__proto__",
];
const text = fc.oneof(fc.constantFrom(...oddTexts), fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), fc.string());
const name = text.filter((t) => t !== "");
const level = text.filter((t) => t.trim() !== "");
const option = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });

const attribute: fc.Arbitrary<Attribute> = fc
  .record({
    name,
    label: option(text),
    unit: option(text),
    role: fc.constantFrom(...roles),
    type: fc.constantFrom(...attributeTypes),
    levels: fc.uniqueArray(level, { minLength: 1, maxLength: 12 }),
    resolution: option(fc.double({ min: 1e-12, max: 1e6, noNaN: true })),
    range: option(fc.tuple(fc.double({ min: 1e-9, max: 1e15, noNaN: true }), fc.double({ min: 0, max: 1e15, noNaN: true }))),
    format: option(fc.constantFrom("YYYY-MM-DD hh:mm", "YYYY/MM/DD")),
    decimal: option(fc.constantFrom(".", ",")),
    missing: option(fc.array(text, { maxLength: 3 })),
    applies_when: option(text),
    aliases: option(fc.constant<string[]>([])),
    conversions: option(
      fc.uniqueArray(fc.record({ column: name.map((n) => `${n}!`), source: name, multiply: fc.double({ min: 1e-9, max: 1e9, noNaN: true }), add: fc.integer() }), {
        selector: (c) => c.column,
        maxLength: 3,
      }),
    ),
  })
  .map(({ range, levels, resolution, decimal, format, missing, conversions, ...rest }) => {
    const numeric = isNumeric(rest.type);
    const full = {
      ...rest,
      levels: numeric ? undefined : levels.slice(0, rest.type === "binary" ? 2 : undefined),
      resolution: numeric ? (resolution ?? (rest.type === "count" && rest.role === "attribute" ? 1 : undefined)) : undefined,
      min: numeric && range ? range[0] : undefined,
      max: numeric && range ? range[0] + range[1] : undefined,
      decimal: numeric && rest.type !== "date" ? decimal : undefined,
      format: rest.type === "date" ? format : undefined,
      missing: missing?.filter((code) => numeric || !levels.includes(code)),
      conversions: numeric && rest.type !== "date" && rest.role === "attribute" ? conversions : undefined,
    };
    return Object.fromEntries(Object.entries(full).filter(([, value]) => value !== undefined)) as Attribute;
  });

const noteOf = (of: Attribute, reason: string, suggestions: string[]): AttributeNote => ({
  name: of.name,
  reason,
  suggestions,
  missingRate: 0.25,
  observed: 3,
  distinct: 2,
});

describe("formatDictionary and parseDictionary", () => {
  it("give the same schema back, whatever the texts", () => {
    const dictionary = fc.uniqueArray(attribute, { selector: (a) => a.name, minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(dictionary, level, text, fc.array(text, { maxLength: 2 }), (drawn, gateLevel, reason, suggestions) => {
        const condition = formatCondition({ kind: "compare", name: "the gate", op: "=", value: gateLevel });
        const gate: Attribute = { name: "the gate", role: "attribute", type: "categorical", levels: [gateLevel] };
        const others = drawn.filter((a) => a.name !== gate.name);
        const attributes = [gate, ...others.map((a) => (a.applies_when === undefined ? a : { ...a, applies_when: condition }))];
        const inferred: InferredSchema = {
          schema: { version: 1, attributes },
          notes: attributes.map((a) => noteOf(a, reason, suggestions)),
        };
        expect(parseDictionary(formatDictionary(inferred), "d.yaml")).toEqual(inferred.schema);
      }),
      { numRuns: 300 },
    );
  });

  it("write a readable file", () => {
    const profiler = createProfiler(["SEQN", "race", "age", "drug use"]);
    profiler.add(
      Array.from({ length: 60 }, (_, i) => [
        String(62161 + 3 * i),
        String(1 + (i % 4)),
        i % 4 === 0 ? "" : String(i % 5 === 0 ? 999 : 20 + (i % 31)),
        i % 2 === 0 ? "Yes" : "No",
      ]),
    );
    const text = formatDictionary(inferSchema(profiler.finish(), { labels: [undefined, "Race: self-reported"] }));
    expect(text.slice(text.indexOf("version:"))).toBe(`\
version: 1
attributes:
  # Every row has its own whole number, so it names the row. It is copied through. 0.0% missing, 60 cells with a value, 60 different.
  - name: "SEQN"
    role: id
    type: count

  # 4 different numbers, taken as ordered levels; if they have no order, change the type to categorical. 0.0% missing, 60 cells with a value, 4 different.
  - name: "race"
    label: "Race: self-reported"
    type: ordinal  # or categorical, if these codes have no order
    levels: ["1", "2", "3", "4"]

  # Whole numbers from 20 to 999, median 38. 25.0% missing, 45 cells with a value, 27 different.
  - name: "age"
    type: count
    resolution: 1
    min: 20
    max: 999  # or 49, once these codes are missing
    # missing: ["999"]  # 999 stands apart from the rest, 20 to 49

  # Two different values, "No" and "Yes". 0.0% missing, 60 cells with a value, 2 different.
  - name: "drug use"
    type: binary
    levels: ["No", "Yes"]
`);
  });

  it("let a person take every commented-out suggestion", () => {
    const profiler = createProfiler(["smokes", "since", "kind"]);
    profiler.add(
      Array.from({ length: 200 }, (_, i) =>
        i % 2 === 0 ? ["no", "", "9"] : ["yes", i % 9 === 0 ? "99" : String(i % 30), String(1 + (i % 3))],
      ),
    );
    const inferred = inferSchema(profiler.finish());
    const taken = formatDictionary(inferred).replace(/^ {4}# (?=\w+: )/gm, "    ");
    const [, since, kind] = parseDictionary(taken, "d.yaml").attributes;
    expect(since).toMatchObject({ missing: ["99"], applies_when: "smokes = 'yes'" });
    expect(kind).toMatchObject({ missing: ["9"], levels: ["1", "2", "3"] });
  });
});

describe("parseDictionary", () => {
  it("takes texts without quotes as they are written", () => {
    const yaml =
      "attributes:\n- {name: yes, type: ordinal, levels: [No, 007, 1.0, null], missing: [7777], unit: , label: 12}\n- name: x\n  type: real\n  min: -1e3\n  max:\n";
    expect(parseDictionary(yaml, "d.yaml")).toEqual({
      version: 1,
      attributes: [
        { name: "yes", role: "attribute", type: "ordinal", levels: ["No", "007", "1.0", "null"], missing: ["7777"], label: "12" },
        { name: "x", role: "attribute", type: "real", min: -1000 },
      ],
    });
  });

  it("gives counts the resolution 1, unless they state another", () => {
    const yaml = "attributes:\n- {name: visits, type: count}\n- {name: pills, type: count, resolution: 10}\n- {name: row, type: count, role: id}\n- {name: x, type: real}\n";
    expect(parseDictionary(yaml, "d.yaml").attributes.map(({ resolution }) => resolution)).toEqual([1, 10, undefined, undefined]);
  });

  it("reads JSON, byte order marks and Windows line ends", () => {
    const schema = { version: 1, attributes: [{ name: "a\u00e9", role: "attribute", type: "binary", levels: ["0", "1"] }] };
    expect(parseDictionary(JSON.stringify(schema, null, 2).replaceAll("\n", "\r\n"), "d.json")).toEqual(schema);
    expect(parseDictionary(`\ufeff${JSON.stringify(schema)}`, "d.json")).toEqual(schema);
  });

  const head = 'version: 1\nattributes:\n  - name: "age"\n    type: count\n';
  it.each<[string, string, string]>([
    [
      "unknown field",
      `${head}    levls: [a]\n`,
      'd.yaml, line 5: attribute "age": there is no field "levls"; allowed are name, label, unit, role, type, levels, resolution, min, max, decimal, format, missing, applies_when, equals, less_than, visit, aliases, conversions.',
    ],
    [
      "decimal sign",
      `${head}    decimal: ";"\n`,
      'd.yaml, line 5: attribute "age": decimal is ";"; allowed are ".", ",".',
    ],
    [
      "unknown field at the top",
      `${head}rows: 5\n`,
      'd.yaml, line 5: there is no field "rows"; allowed are version, visits, attributes.',
    ],
    [
      "unknown field of a conversion",
      `${head}    conversions: [{column: a, times: 2}]\n`,
      'd.yaml, line 5: attribute "age": there is no field "times" in conversions, entry 1; allowed are column, source, multiply, add.',
    ],
    [
      "text in a conversion",
      `${head}    conversions:\n      - column: a\n        multiply: two\n`,
      'd.yaml, line 7: attribute "age": conversions, entry 1, is "two"; it must be a number.',
    ],
    [
      "unknown type",
      head.replace("count", "numeric"),
      'd.yaml, line 4: attribute "age": type is "numeric"; allowed are real, positive, count, ordinal, categorical, binary, date.',
    ],
    [
      "absent type",
      head.replace("    type: count\n", ""),
      'd.yaml, line 3: attribute "age": type is absent; allowed are real, positive, count, ordinal, categorical, binary, date.',
    ],
    [
      "absent name",
      head.replace('name: "age"', 'label: "age"'),
      "d.yaml, line 3: attribute 1: name is absent; it must be a text.",
    ],
    ["empty name", head.replace('"age"', '""'), 'd.yaml, line 3: attribute "": name is empty; it must not be empty.'],
    ["number", `${head}    min: ten\n`, 'd.yaml, line 5: attribute "age": min is "ten"; it must be a number.'],
    ["resolution", `${head}    resolution: 0\n`, 'd.yaml, line 5: attribute "age": resolution is 0; it must be above 0.'],
    ["list", `${head}    missing: 9\n`, 'd.yaml, line 5: attribute "age": missing is "9"; it must be a list.'],
    [
      "nested entry",
      `${head}    missing:\n      - a\n      - [b]\n`,
      'd.yaml, line 7: attribute "age": missing, entry 2, is a list; it must be a text.',
    ],
    ["entry", "attributes:\n  - age\n", 'd.yaml, line 2: attribute 1 is "age"; it must be a mapping of fields to values.'],
    ["version", head.replace("1", "2"), "d.yaml, line 1: version is 2; allowed is 1."],
    ["a table", "id,age,sex\n".repeat(9), `d.yaml, line 1: the dictionary is "${"id,age,sex ".repeat(6).slice(0, 58)}…; it must be a mapping of fields to values.`],
    ["no attributes", "version: 1\n", "d.yaml, line 1: attributes is absent; it must be a list."],
    ["empty list", "attributes: []\n", "d.yaml, line 1: attributes is a list without entries; it must not be empty."],
    ["list at the top", "- a\n", "d.yaml, line 1: the dictionary is a list; it must be a mapping of fields to values."],
    ["nothing", "", "d.yaml: the dictionary is empty; it must be a mapping of fields to values."],
    [
      "first of several",
      "attributes:\n  - name: a\n    type: x\n    foo: 1\n  - nme: b\n",
      'd.yaml, line 3: attribute "a": type is "x"; allowed are real, positive, count, ordinal, categorical, binary, date.',
    ],
    [
      "levels",
      head.replace("count", "ordinal"),
      'd.yaml, line 4: attribute "age": the type ordinal needs levels, a list of the texts in the column.',
    ],
    [
      "level twice",
      `${head.replace("count", "ordinal")}    levels:\n      - a\n      - a\n`,
      'd.yaml, line 7: attribute "age": the level "a" stands twice; levels must differ.',
    ],
    ["range", `${head}    min: 5\n    max: 4\n`, 'd.yaml, line 5: attribute "age": min 5 is above max 4.'],
    [
      "same name",
      `${head}  - name: age\n    type: real\n`,
      'd.yaml, line 5: attribute "age": the name is also that of attribute 1; names must differ.',
    ],
  ])("refuses a wrong dictionary: %s", (_, yaml, message) => {
    expect(() => parseDictionary(yaml, "d.yaml")).toThrow(new VhgmError("schema", message));
  });

  it.each<[string, RegExp]>([
    [`${head}    type: real\n`, /^d\.yaml, line 5: the text is not valid YAML \(Map keys must be unique\)\.$/],
    ["attributes: [\n", /^d\.yaml, line \d: the text is not valid YAML/],
    [`${head}    missing: [*]\n`, /^d\.yaml.*not valid YAML/],
  ])("refuses what is no YAML: %j", (yaml, message) => {
    expect(() => parseDictionary(yaml, "d.yaml")).toThrow(message);
    expect(() => parseDictionary(yaml, "d.yaml")).toThrow(VhgmError);
  });
});
