import { describe, expect, it } from "vitest";
import type { KnownAttribute } from "../../backend/backend.js";
import { countFilled, matchTable, previewCells } from "./match.js";

const attributes: KnownAttribute[] = [
  { name: "age", type: "count" },
  { name: "sex", type: "binary", levels: ["F", "M"], aliases: ["gender"] },
];
const table = { columns: ["id", "age", "gender"], rows: [["1", "", "F"], ["2", "40", "NA"], ["3", "7", "M"]] };

describe("a file in the page", () => {
  it("is matched by names and aliases, and its holes are counted", () => {
    expect(matchTable(table, attributes).map(({ name, attribute, holes }) => [name, attribute?.name, holes])).toEqual([["id", undefined, 0], ["age", "age", 1], ["gender", "sex", 1]]);
  });

  it("shows which cells were filled, and how surely", () => {
    const completed = {
      columns: ["id", "age", "gender", "age_low", "age_high", "gender_probability"],
      rows: [["1", "35", "F", "20", "50", ""], ["2", "40", "M", "", "", "0.7"], ["3", "7", "M", "", "", ""]],
    };
    const cells = previewCells(table, completed, 2);
    expect(cells).toHaveLength(2);
    expect(cells[0][1]).toEqual({ text: "35", filled: true, interval: ["20", "50"] });
    expect(cells[1][2]).toEqual({ text: "M", filled: true, probability: "0.7" });
    expect(cells[1][1]).toEqual({ text: "40", filled: false });
    expect(countFilled(table, completed)).toBe(2);
  });
});
