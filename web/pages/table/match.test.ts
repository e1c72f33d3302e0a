import { describe, expect, it } from "vitest";
import type { KnownAttribute } from "../../backend/backend.js";
import { countFilled, matchTable, previewCells } from "./match.js";

const attributes: KnownAttribute[] = [
  { name: "age", type: "count", missing: ["999"] },
  { name: "sex", type: "binary", levels: ["F", "M"], aliases: ["gender"] },
  { name: "glucose", type: "positive", unit: "mg/dL", conversions: [{ column: "glu_mmol", multiply: 18.016 }, { column: "glucose", source: "lab", multiply: 18.016 }] },
];
const table = { columns: ["id", "age", "gender"], rows: [["1", "", "F"], ["2", "40", "NA"], ["3", "999", "M"]] };

describe("a file in the page", () => {
  it("is matched by names and aliases, and its holes are counted by the dictionary", () => {
    expect(matchTable(table, attributes).map(({ name, attribute, holes }) => [name, attribute?.name, holes])).toEqual([["id", undefined, 0], ["age", "age", 2], ["gender", "sex", 1]]);
  });

  it("is matched by conversions of units, those for one source by the file's name", () => {
    const of = (columns: string[], file: string) => matchTable({ columns, rows: [] }, attributes, file).map(({ attribute, conversion }) => [attribute?.name, conversion !== undefined]);
    expect(of(["glu_mmol"], "any.csv")).toEqual([["glucose", true]]);
    expect(of(["glucose"], "lab.csv")).toEqual([["glucose", true]]);
    expect(of(["glucose"], "survey.csv")).toEqual([["glucose", false]]);
    // The attribute's own name goes first; the other column is copied, as in a completion.
    expect(of(["glu_mmol", "glucose"], "survey.csv")).toEqual([[undefined, false], ["glucose", false]]);
  });

  it("shows which cells were filled, and how surely, whatever the file calls the attribute", () => {
    const completed = {
      columns: ["id", "age", "gender", "age_low", "age_high", "sex_probability"],
      rows: [["1", "35", "F", "20", "50", ""], ["2", "40", "M", "", "", "0.7"], ["3", "51", "M", "30", "70", ""]],
    };
    const matched = matchTable(table, attributes);
    const cells = previewCells(table, matched, completed, 2);
    expect(cells).toHaveLength(2);
    expect(cells[0][1]).toEqual({ text: "35", filled: true, interval: ["20", "50"] });
    expect(cells[1][2]).toEqual({ text: "M", filled: true, probability: "0.7" });
    expect(cells[1][1]).toEqual({ text: "40", filled: false });
    expect(countFilled(table, matched, completed)).toBe(3);
  });
});
