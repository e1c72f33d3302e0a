import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Attribute } from "../schema/schema.js";
import { CellsBuilder, matchColumns, valueWriter } from "./cells.js";
import { convert, convertBack, inColumnUnit, sourceName } from "./conversion.js";

const glucose: Attribute = { name: "glucose", role: "attribute", type: "positive", resolution: 1, min: 40, max: 600, missing: ["999"], conversions: [{ column: "glucose", source: "lab", multiply: 18.016 }, { column: "glu_mmol", multiply: 18.016 }] };
const schema = { version: 1 as const, attributes: [glucose] };

test.each([
  ["lab.csv", "lab"],
  ["lab.csv.gz", "lab"],
  ["lab.2019.parquet", "lab.2019"],
  ["P_BIOPRO.XPT", "P_BIOPRO"],
  [".csv", ".csv"],
  ["lab", "lab"],
])("the source of the table %s is %s", (table, source) => {
  expect(sourceName(table)).toBe(source);
});

test("a column in another unit is read in the attribute's, to the attribute's resolution", () => {
  const read = (column: string, table: string, texts: string[]): number[] => {
    const builder = new CellsBuilder(schema, [column], table);
    builder.add(texts.map((text) => [text]));
    return [...builder.finish().values[0]];
  };
  expect(read("glu_mmol", "any.csv", ["5.4", "", "999", "5"])).toEqual([97, NaN, NaN, 90]);
  expect(read("glucose", "lab.csv", ["5.4"])).toEqual([97]);
  expect(read("glucose", "survey.csv", ["97"])).toEqual([97]);
  expect(convert(70, { column: "inches", multiply: 2.54 }, { ...glucose, resolution: undefined })).toBe(177.8);
  expect(convert(98.6, { column: "f", multiply: 5 / 9, add: -160 / 9 }, { ...glucose, resolution: 0.1 })).toBe(37);
});

test("the name goes before aliases, and those before columns in another unit", () => {
  const attribute = { ...glucose, aliases: ["glu"] };
  const at = (columns: string[], table = "x.csv") => matchColumns({ version: 1, attributes: [attribute] }, columns, table)[0];
  expect(at(["glu_mmol", "glu", "glucose"])).toEqual({ attribute, at: 2 });
  expect(at(["glu_mmol", "glu"])).toEqual({ attribute, at: 1 });
  expect(at(["a", "glu_mmol"])).toEqual({ attribute, at: 1, conversion: glucose.conversions![1] });
  expect(at(["glucose"], "lab.csv").conversion).toEqual(glucose.conversions![0]);
  expect(at(["b"])).toEqual({ attribute, at: -1 });
});

describe("writing back", () => {
  test("gives the column's own unit, in steps that fit it, inside its range", () => {
    const write = valueWriter(glucose, glucose.conversions![1]);
    expect([97, 100, 40, 600].map(write)).toEqual(["5.4", "5.6", "2.3", "33.3"]);
    expect(valueWriter(glucose)(97)).toBe("97");
  });

  test("turns the range round where the scale is turned", () => {
    expect(inColumnUnit({ ...glucose, min: 0, max: 10 }, { column: "x", multiply: -1, add: 10 })).toMatchObject({ min: 0, max: 10 });
    expect(inColumnUnit({ ...glucose, min: 2, max: 10 }, { column: "x", multiply: -2 })).toMatchObject({ min: -5, max: -1 });
  });

  test("is the inverse of reading, to the resolution", () => {
    const step = fc.constantFrom(0.01, 0.1, 1, 5);
    fc.assert(
      fc.property(fc.double({ min: -1e4, max: 1e4, noNaN: true }), fc.double({ min: 0.01, max: 100, noNaN: true }), fc.integer({ min: -300, max: 300 }), step, (value, multiply, add, resolution) => {
        const conversion = { column: "x", multiply, add };
        const attribute: Attribute = { name: "x", role: "attribute", type: "real", resolution };
        const read = convert(value, conversion, attribute);
        expect(Math.abs(convertBack(read, conversion) - value)).toBeLessThanOrEqual((0.5 * resolution * (1 + 1e-6)) / multiply + 1e-9);
        expect(Math.abs(read / resolution - Math.round(read / resolution))).toBeLessThan(1e-4);
      }),
    );
  });
});
