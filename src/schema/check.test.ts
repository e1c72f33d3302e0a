import { expect, it } from "vitest";
import { schemaProblems } from "./check.js";
import { schemaSchema, type Attribute } from "./schema.js";

type Given = Partial<Attribute> & Pick<Attribute, "type">;

const problemsOf = (...attributes: Given[]): string[] =>
  schemaProblems(schemaSchema.parse({ attributes: attributes.map((attribute, i) => ({ name: `a${i}`, ...attribute })) })).map(
    ({ attribute, field, item, message }) => `${attribute}.${field}${item === undefined ? "" : `[${item}]`}: ${message}`,
  );

it("accepts what can be used", () => {
  expect(
    problemsOf(
      { type: "real", min: -1, max: -1, decimal: "," },
      { type: "binary", levels: ["x"] },
      { type: "ordinal", levels: ["1", "2", "3"], aliases: ["b"] },
      { type: "categorical", role: "id" },
      { type: "date", format: "YYYY/MM/DD hh:mm", min: -20000, max: 3, missing: ["0"] },
      { type: "real", conversions: [{ column: "a5", source: "lab", multiply: 18.016 }, { column: "c", add: -32 }] },
    ),
  ).toEqual([]);
});

it.each<[Given, RegExp]>([
  [{ type: "ordinal" }, /^0.type: the type ordinal needs levels/],
  [{ type: "categorical", levels: [] }, /^0.type: the type categorical needs levels/],
  [{ type: "binary", levels: ["a", "b", "c"] }, /^0.levels: a binary attribute has at most 2 levels, not 3/],
  [{ type: "categorical", levels: ["a", "b", "a"] }, /^0.levels\[2\]: the level "a" stands twice/],
  [{ type: "categorical", levels: ["a", " "] }, /^0.levels\[1\]: a level is empty/],
  [{ type: "categorical", levels: ["a", "b"], missing: ["b"] }, /^0.missing\[0\]: "b" is both a level and missing/],
  [{ type: "categorical", levels: ["a"], min: 0 }, /^0.min: min is for numbers and dates/],
  [{ type: "ordinal", levels: ["a"], decimal: "," }, /^0.decimal: decimal is for numbers, not for the type ordinal/],
  [{ type: "date", decimal: "," }, /^0.decimal: decimal is for numbers, not for the type date/],
  [{ type: "real", format: "YYYY-MM-DD" }, /^0.format: format is for dates, not for the type real/],
  [{ type: "date", format: "DD.MM.YYYY" }, /^0.format: format is "DD.MM.YYYY"; allowed are YYYY-MM-DD or YYYY\/MM\/DD, then T or a space/],
  [{ type: "real", levels: ["a"] }, /^0.levels: levels are for the types/],
  [{ type: "real", min: 2, max: 1 }, /^0.min: min 2 is above max 1/],
  [{ type: "count", min: -1 }, /^0.min: min -1 is below 0/],
  [{ type: "positive", min: 0 }, /^0.min: min 0 is not above 0/],
  [{ type: "binary", levels: ["a"], conversions: [{ column: "c", multiply: 2 }] }, /^0.conversions\[0\]: conversions are for numbers/],
  [{ type: "real", conversions: [{ column: "c" }] }, /^0.conversions\[0\]: a conversion needs multiply or add/],
  [{ type: "real", conversions: [{ column: "c", multiply: 0 }] }, /^0.conversions\[0\]: multiply is 0/],
  [{ type: "real", conversions: [{ column: "a0", multiply: 2 }] }, /^0.conversions\[0\]: the column is the attribute itself/],
  [{ type: "real", conversions: [{ column: "c", add: 1 }, { column: "c", add: 2 }] }, /^0.conversions\[1\]: the same column is also converted by entry 1/],
])("names what is wrong with %j", (attribute, message) => {
  const problems = problemsOf(attribute);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(message);
});

it("wants names and aliases to name one column", () => {
  expect(problemsOf({ type: "real", name: "x" }, { type: "real", name: "x" })).toEqual([
    "1.name: the name is also that of attribute 1; names must differ",
  ]);
  expect(problemsOf({ type: "real" }, { type: "real", aliases: ["z", "a0"] })[0]).toMatch(
    /^1.aliases\[1\]: the alias "a0" also belongs to attribute 1/,
  );
  expect(problemsOf({ type: "real", aliases: ["z"] }, { type: "real", aliases: ["z"] })[0]).toMatch(/^1.aliases\[0\]/);
});
