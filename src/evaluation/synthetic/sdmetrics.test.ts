import { describe, expect, it } from "vitest";
import { CellsBuilder, type Cells } from "../../data/cells.js";
import type { Attribute } from "../../schema/schema.js";
import { columnShapes } from "./shapes.js";
import { pairTrends } from "./trends.js";

const attributes: Attribute[] = [
  { name: "age", role: "attribute", type: "real" },
  { name: "bp", role: "attribute", type: "real" },
  { name: "drug", role: "attribute", type: "binary", levels: ["no", "yes"] },
  { name: "grade", role: "attribute", type: "categorical", levels: ["a", "b", "c"] },
];

function read(text: string): Cells {
  const builder = new CellsBuilder({ version: 1, attributes }, ["age", "bp", "drug", "grade"], "table");
  builder.add(text.trim().split(/\s+/).map((line) => line.split(",")));
  return builder.finish();
}

const real = read(`74,149,yes,b 19,,no,a 55,139,no,b 43,120,no,b 45,124,no,a 47,132,no,a ,128,no,b 47,125,no,b 40,120,no,a 90,171,yes,c
53,124,,b 46,124,no,a 47,,yes,c 42,129,no,a 37,120,,a 45,132,no,a 56,109,yes,a 47,137,no, 61,130,yes,b 48,113,yes,a`);
const other = read(`52,129,no,b 66,142,yes,c 51,138,yes,c 54,128,no,b 66,162,yes,c 64,150,no, 76,170,yes,c 31,115,yes,a
66,139,yes,b 50,132,no,b 58,143,no,c 66,138,yes,b 69,149,yes,c 68,144,yes,a 58,151,no,c 75,,yes,b`);

describe("agreement with SDMetrics 0.32.0", () => {
  it("column shapes are KSComplement and TVComplement, missingness is MissingValueSimilarity", () => {
    const shapes = columnShapes(real, other);
    [0.3782894736842105, 0.43333333333333335, 0.7083333333333334, 0.6070175438596491].forEach((score, j) => expect(shapes[j].score).toBeCloseTo(score, 12));
    [0.95, 0.9625, 0.9, 0.9875].forEach((score, j) => expect(shapes[j].missing).toBeCloseTo(score, 12));
  });

  it("pair trends are CorrelationSimilarity and ContingencySimilarity with ten bins", () => {
    const { scores } = pairTrends(real, other);
    const expected: [number, number, number][] = [[0, 1, 0.9805987827365792], [0, 2, 0.15], [0, 3, 0.1], [1, 2, 0.4], [1, 3, 0.2625], [2, 3, 0.5375]];
    for (const [a, b, score] of expected) {
      expect(scores[a][b]).toBeCloseTo(score, 12);
      expect(scores[b][a]).toBe(scores[a][b]);
    }
  });

  it("the report's score is the Column Pair Trends of a QualityReport", () => {
    expect(pairTrends(real, other).reportScore).toBeCloseTo(0.45301646378942984, 12);
  });
});
