import { describe, expect, it } from "vitest";
import { scoreTable } from "./score.js";

// 12 rows: a numeric column x, a column of levels c. Expected values were computed with numpy.
const x = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
const full = x.map((v) => [String(v), v % 3 === 0 ? "b" : "a"]);
const mask = x.map((v) => [v > 8, v <= 4]);

describe("scoreTable", () => {
  it("gives numpy's figures", () => {
    const completed = full.map((row, i) => [mask[i][0] ? String(x[i] + (i % 2 ? 1 : -2)) : row[0], mask[i][1] ? "a" : row[1]]);
    const score = scoreTable(full, completed, mask);
    // sd of 1..12 is 3.452052529534663; errors -2, 1, -2, 1
    expect(score.nrmse).toBeCloseTo(Math.sqrt(2.5) / 3.452052529534663, 12);
    expect(score.r2).toBeCloseTo(0.64, 12);
    expect(score.accuracy).toBe(0.75);
    expect(score).toMatchObject({ unfilled: 0, changed: 0 });
  });

  it("counts what stayed empty and what was changed, and takes the mean for an empty number", () => {
    const completed = full.map((row) => [...row]);
    for (const i of [8, 9, 10, 11]) completed[i][0] = "";
    completed[0][0] = "99";
    completed[1][0] = "2.0";
    const score = scoreTable(full, completed, mask);
    expect(score.unfilled).toBe(4);
    expect(score.changed).toBe(1);
    const mean = 6.5;
    const squares = [9, 10, 11, 12].reduce((s, v) => s + (v - mean) ** 2, 0) / 4;
    expect(score.nrmse).toBeCloseTo(Math.sqrt(squares) / 3.452052529534663, 12);
    expect(score.r2).toBe(0);
  });

  it("leaves columns with fewer than three hidden cells out", () => {
    const few = x.map((v) => [v > 10, false]);
    const score = scoreTable(full, full, few);
    expect(score.nrmse).toBeNaN();
    expect(score.accuracy).toBeNaN();
  });
});
