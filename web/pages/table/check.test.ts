import { describe, expect, it } from "vitest";
import type { KnownAttribute } from "../../backend/backend.js";
import { checkCells } from "./check.js";
import { matchTable } from "./match.js";

const attributes: KnownAttribute[] = [
  { name: "age", type: "count", missing: ["999"], range: { low: 20, high: 80 } },
  { name: "sex", type: "binary", levels: ["F", "M"] },
  { name: "weight", type: "positive", decimal: ",", range: { low: 40, high: 120 } },
  { name: "glucose", type: "positive", range: { low: 18.016 * 3, high: 18.016 * 20 }, conversions: [{ column: "glu_mmol", multiply: 18.016 }] },
];
const check = (columns: string[], rows: string[][]) => {
  const table = { columns, rows };
  const { unknown, outside } = checkCells(table, matchTable(table, attributes), "t.csv");
  const shown = (cells: typeof unknown) => cells.map(({ attribute, count, first }) => [attribute.name, count, first]);
  return { unknown: shown(unknown), outside: shown(outside) };
};

describe("cells of a file in the page", () => {
  it("are counted where the model does not know the level or has not seen such numbers, by the dictionary", () => {
    expect(check(["note", "age", "sex"], [["x", "40", "F"], ["y", "999", "female"], ["z", "", "NA"], ["", "120", "male"], ["", "19", "M"]])).toEqual({
      unknown: [["sex", 2, "female"]],
      outside: [["age", 2, "120"]],
    });
  });

  it("are read with a column's decimal sign and in its unit", () => {
    expect(check(["weight", "glu_mmol"], [["70,5", "3"], ["20,5", "20"], ["", "20.1"]])).toEqual({ unknown: [], outside: [["weight", 1, "20,5"], ["glucose", 1, "20.1"]] });
  });

  it("are refused where a number is none, with the row of the file", () => {
    const rows = Array.from({ length: 200 }, (_, r) => [r === 199 ? "old" : "40"]);
    expect(() => check(["age"], rows)).toThrow("'old' is not a number, in column 'age', row 200 of t.csv");
  });
});
