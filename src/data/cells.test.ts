import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Attribute, AttributeType, Schema } from "../schema/schema.js";
import { CellsBuilder, cellReader, formatValue, matchColumns, valueWriter } from "./cells.js";

const attribute = (type: AttributeType, more: Partial<Attribute> = {}): Attribute => ({ name: "x", role: "attribute", type, ...more });
const read = (text: string, a: Attribute): number => cellReader(a).read(text, () => "row 1 of people.csv");

describe("reading", () => {
  test.each([
    ["real", "-1.5", {}, -1.5],
    ["real", " 2e3 ", {}, 2000],
    ["positive", "+0.25", {}, 0.25],
    ["count", "7.0", {}, 7],
    ["real", "-171,25", { decimal: "," }, -171.25],
    ["real", " 171 ", { decimal: "," }, 171],
    ["date", "1970-01-11", {}, 10],
    ["date", "1969/12/31", {}, -1],
    ["date", "1970-01-02T12:00:00Z", {}, 1.5],
    ["ordinal", "high", { levels: ["low", "mid", "high"] }, 2],
    ["categorical", "B", { levels: ["A", "B"] }, 1],
    ["categorical", " B ", { levels: ["A", "B"] }, 1],
    ["categorical", " male", { levels: ["Female", "Male"] }, 1],
    ["binary", "1.0", { levels: ["0", "1"] }, 1],
    ["ordinal", "03", { levels: ["1", "2", "3"] }, 2],
  ] as const)("a cell of type %s: '%s'", (type, text, more, expected) => {
    expect(read(text, attribute(type, more as Partial<Attribute>))).toBe(expected);
  });

  test.each([
    ["real", "", {}],
    ["real", "  ", {}],
    ["count", "NA", {}],
    ["date", ".", {}],
    ["real", "NaN", {}],
    ["count", "7777.0", { missing: ["7777"] }],
    ["real", "Refused", { missing: ["Refused"] }],
    ["binary", "None", { levels: ["no", "yes"] }],
    ["categorical", "9", { levels: ["1", "2", "9"], missing: ["9"] }],
  ] as const)("a hole of type %s: '%s'", (type, text, more) => {
    expect(read(text, attribute(type, more as Partial<Attribute>))).toBeNaN();
  });

  test("a missing word that is a level is a value", () => {
    expect(read("None", attribute("ordinal", { levels: ["None", "Some"] }))).toBe(0);
    expect(read("NA", attribute("categorical", { levels: ["EU", "NA"] }))).toBe(1);
  });

  test.each([
    ["real", "12,5", "'12,5' is not a number, in column 'x', row 1 of people.csv"],
    ["count", "0x1F", "'0x1F' is not a number"],
    ["real", "1e31", "'1e31' is beyond ±1e+30"],
    ["positive", "-inf", "'-inf' is beyond ±1e+30"],
    ["date", "2021-02-30", "'2021-02-30' is not a date, in column 'x', row 1 of people.csv; dates are written YYYY-MM-DD."],
    ["date", "31.12.2020", "'31.12.2020' is not a date"],
  ] as const)("%s refuses '%s'", (type, text, sentence) => {
    expect(() => read(text, attribute(type))).toThrow(sentence);
    expect(() => read(text, attribute(type))).toThrow(expect.objectContaining({ code: "data" }));
  });

  test("texts that are no level are counted, and the first is kept", () => {
    const reader = cellReader(attribute("categorical", { levels: ["A", "B"] }));
    expect(["C", "A", "", "D", "C"].map((text) => reader.read(text, () => ""))).toEqual([NaN, 0, NaN, NaN, NaN]);
    expect([reader.unknown, reader.firstUnknown]).toEqual([3, "C"]);
  });
});

describe("writing", () => {
  test.each([
    [1.26, { resolution: 0.1 }, "1.3"],
    [0.3, { resolution: 0.1 }, "0.3"],
    [0.30000000000000004, { resolution: 0.1 }, "0.3"],
    [0.26, { resolution: 0.25 }, "0.25"],
    [3.6, { resolution: 2.5 }, "2.5"],
    [-0.2, { resolution: 1 }, "0"],
    [12345, { resolution: 100 }, "12300"],
    [1.23456789012, {}, "1.2345679"],
    [-0, {}, "0"],
    [5, { resolution: 1, max: 3.4 }, "3"],
    [-5, { resolution: 1, min: 0.6 }, "1"],
    [5, { resolution: 0.1, max: 0.3 }, "0.3"],
    [9, { resolution: 1, min: 0.4, max: 0.6 }, "0.6"],
    [0.1234567891, { max: 0.12345678 }, "0.12345678"],
    [1e-7, { resolution: 1e-7 }, "1e-7"],
  ] as const)("%d with %o is %s", (value, more, text) => {
    expect(formatValue(value, attribute("real", more))).toBe(text);
  });

  test("dates and levels", () => {
    expect(formatValue(10.4, attribute("date"))).toBe("1970-01-11");
    expect(formatValue(1e5, attribute("date", { resolution: 1, max: 10 }))).toBe("1970-01-11");
    expect(formatValue(1.5, attribute("date", { resolution: 1 / 86_400 }))).toBe("1970-01-02T12:00:00Z");
    expect(formatValue(1, attribute("binary", { levels: ["no", "yes"] }))).toBe("yes");
  });

  test("what is written reads as a value inside the support, half a resolution away at most", () => {
    const resolution = fc.constantFrom(0.01, 0.05, 0.1, 0.25, 0.5, 1, 5, 10, 1e-6);
    const steps = fc.integer({ min: -1000, max: 1000 });
    fc.assert(
      fc.property(resolution, steps, fc.nat(1000), fc.double({ min: -2e3, max: 2e3, noNaN: true }), (unit, low, more, place) => {
        const a = attribute("real", { resolution: unit, min: low * unit, max: (low + more) * unit });
        const value = place * unit;
        const back = read(formatValue(value, a), a);
        const slack = 1e-9 * unit;
        expect(back).toBeGreaterThanOrEqual(a.min! - slack);
        expect(back).toBeLessThanOrEqual(a.max! + slack);
        const inside = Math.min(a.max!, Math.max(a.min!, value));
        expect(Math.abs(back - inside)).toBeLessThanOrEqual(0.5 * unit + 1e-6 * unit);
        expect(formatValue(back, a)).toBe(formatValue(value, a));
      }),
      { seed: 1 },
    );
  });
});

test.each([
  ["YYYY-MM-DD hh:mm", 1 / 1440, "1970-01-02 12:34"],
  ["YYYY/MM/DDThh:mm:ssZ", 1 / 86_400, "1970/01/02T12:34:05Z"],
  ["YYYY/MM/DD", 1, "1970/01/03"],
  ["YYYY-MM-DD hh:mm:ss", 1 / 24, "1970-01-02 13:00:00"],
])("dates are written as %s", (format, resolution, text) => {
  const visit = attribute("date", { format, resolution });
  const written = valueWriter(visit)(1 + (12 * 3600 + 34 * 60 + 5) / 86_400);
  expect(written).toBe(text);
  expect(valueWriter(visit)(read(written, visit))).toBe(text);
});

test("a column's decimal comma is written into tables, also in another unit, and refuses points", () => {
  const height = attribute("positive", { resolution: 0.5, decimal: "," });
  expect([171.4, 3, 171.61].map(valueWriter(height))).toEqual(["171,5", "3", "171,5"]);
  expect(valueWriter(height, { column: "inches", multiply: 2.5 })(171)).toBe("68,4");
  expect(formatValue(171.5, height)).toBe("171.5");
  for (const text of ["171.5", "1.171,5", "tall"]) expect(() => read(text, height)).toThrow(`'${text}' is not a number, in column 'x', row 1 of people.csv; the column takes numbers with a decimal comma`);
});

describe("tables", () => {
  const schema: Schema = {
    version: 1,
    attributes: [
      { name: "id", role: "id", type: "categorical" },
      { name: "age", role: "attribute", type: "count", aliases: ["AGE", "years"] },
      { name: "sex", role: "attribute", type: "binary", levels: ["F", "M"] },
      { name: "bmi", role: "attribute", type: "positive" },
    ],
  };

  test("columns are matched by name before alias, in the dictionary's order; other roles are left out", () => {
    const matched = matchColumns(schema, ["years", "sex", "note", "age", "id"]);
    expect(matched.map(({ attribute: a, at }) => [a.name, at])).toEqual([["age", 3], ["sex", 1], ["bmi", -1]]);
    expect(matchColumns(schema, ["note", "years"])[0].at).toBe(1);
  });

  test("batches become columns that grow, with NaN for holes, unknown levels and absent columns", () => {
    const builder = new CellsBuilder(schema, ["sex", "AGE"], "people.csv");
    const rows = Array.from({ length: 700 }, (_, i) => [i % 3 === 0 ? "F" : i % 3 === 1 ? "M" : "X", i % 5 === 0 ? "" : String(i)]);
    for (let i = 0; i < rows.length; i += 90) builder.add(rows.slice(i, i + 90));
    const cells = builder.finish();
    expect(cells.rows).toBe(700);
    expect(cells.attributes.map((a) => a.name)).toEqual(["age", "sex", "bmi"]);
    expect(Array.from(cells.values[0])).toEqual(rows.map(([, age]) => (age === "" ? NaN : Number(age))));
    expect(Array.from(cells.values[1])).toEqual(rows.map(([sex]) => (sex === "X" ? NaN : sex === "F" ? 0 : 1)));
    expect(cells.values[2].every(Number.isNaN)).toBe(true);
    expect(cells.values[2].length).toBe(700);
    expect(builder.unknownLevels).toEqual([{ name: "sex", text: "X", count: 233 }]);
  });

  test("an error names the row of the table, in later batches too", () => {
    const builder = new CellsBuilder(schema, ["age"], "people.csv", 100);
    builder.add([["1"], ["2"]]);
    expect(() => builder.add([["3"], ["old"]])).toThrow("'old' is not a number, in column 'age', row 104 of people.csv");
  });

  test("no row at all", () => {
    const cells = new CellsBuilder(schema, ["age"], "people.csv").finish();
    expect([cells.rows, cells.values.map((v) => v.length)]).toEqual([0, [0, 0, 0]]);
  });
});
