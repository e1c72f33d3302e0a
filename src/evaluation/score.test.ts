import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createRng } from "../base/random.js";
import { ampute } from "./ampute.js";
import type { Mask, TextTable } from "./columns.js";
import { scoreColumns, scoreTable, type TableScore } from "./score.js";

// 12 rows: a numeric column x, a column of levels c.
const x = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
const full: TextTable = { columns: ["x", "c"], rows: x.map((v) => [String(v), v % 3 === 0 ? "b" : "a"]) };
const mask: Mask = x.map((v) => Uint8Array.of(v > 8 ? 1 : 0, v <= 4 ? 1 : 0));
const sd = Math.sqrt(143 / 12);

const withCells = (change: (text: string, i: number, j: number) => string): TextTable => ({
  columns: full.columns,
  rows: full.rows.map((row, i) => row.map((text, j) => change(text, i, j))),
});

/** 60 rows with holes of their own, filled carelessly: four numeric columns, two with levels as texts, one with levels as numbers. */
function randomCase(): { full: TextTable; completed: TextTable; mask: Mask } {
  const rng = createRng(11);
  const columns = ["a", "b", "c", "d", "e", "f", "g"];
  const rows = Array.from({ length: 60 }, () => {
    const z = rng.normal();
    const numbers = [z, z + rng.normal(), 10 * rng.uniform(), 1e4 + 100 * rng.normal()].map((v) => v.toFixed(2));
    const levels = [["red", "green", "blue"][rng.int(3)], z > 0.5 ? "yes" : "no", String(rng.int(5))];
    return [...numbers, ...levels].map((text) => (rng.uniform() < 0.1 ? "" : text));
  });
  const table = { columns, rows };
  const hidden = ampute(table, { mechanism: "mcar", rate: 0.4, seed: 3 });
  const completed = rows.map((row, i) =>
    row.map((text, j) => {
      if (text !== "" && !hidden[i][j]) return rng.uniform() < 0.02 && j < 4 ? "7.5" : j === 6 ? `${text}.0` : text;
      if (rng.uniform() < 0.1) return "";
      return j < 4 && text !== "" ? (Number(text) + rng.normal()).toFixed(1) : rows[rng.int(60)][j];
    }),
  );
  // Another order of columns, as some imputers return it.
  const order = [3, 1, 0, 2, 6, 5, 4];
  const pick = (row: readonly string[]): string[] => order.map((j) => row[j]);
  return { full: table, completed: { columns: pick(columns), rows: completed.map(pick) }, mask: hidden };
}

const printed = ({ nrmse, r2, accuracy, unfilled, changed }: TableScore): string =>
  `NRMSE ${nrmse.toFixed(4)}  R2 ${r2.toFixed(4)}  acc ${accuracy.toFixed(4)}  unfilled ${unfilled}  observed changed ${changed}`;

describe("scoreTable", () => {
  it("gives the figures computed by hand", () => {
    const completed = withCells((text, i, j) => (!mask[i][j] ? text : j === 0 ? String(x[i] + (i % 2 ? 1 : -2)) : "a"));
    const score = scoreTable(full, completed, mask);
    // errors −2, 1, −2, 1; covariance 4 and variances 5 and 5
    expect(score.nrmse).toBeCloseTo(Math.sqrt(2.5) / sd, 12);
    expect(score.r2).toBeCloseTo(0.64, 12);
    expect(score.accuracy).toBe(0.75);
    // all three a's are right, the one b is wrong
    expect(score.balancedAccuracy).toBe(0.5);
    expect(score).toMatchObject({ unfilled: 0, changed: 0 });
  });

  it("counts what stayed empty and what was changed, and takes the mean for an empty number", () => {
    const filled = ["", "NA", "many", "6.5"];
    const observed = ["99", "2.0"];
    const completed = withCells((text, i, j) => (j === 0 ? (mask[i][j] ? filled[i - 8] : (observed[i] ?? text)) : mask[i][j] ? "" : text));
    const score = scoreTable(full, completed, mask);
    expect(score.unfilled).toBe(3 + 4);
    expect(score.changed).toBe(1);
    const squares = [9, 10, 11, 12].reduce((s, v) => s + (v - 6.5) ** 2, 0) / 4;
    expect(score.nrmse).toBeCloseTo(Math.sqrt(squares) / sd, 12);
    expect(score.r2).toBe(0);
    expect(score.accuracy).toBe(0);
  });

  it("leaves columns with fewer than three hidden cells out of the averages, not out of the counts", () => {
    const few = x.map((v) => Uint8Array.of(v > 10 ? 1 : 0, 0));
    const score = scoreTable(full, withCells((text, i, j) => (few[i][j] ? "" : j === 1 && i === 0 ? "b" : text)), few);
    expect(score.nrmse).toBeNaN();
    expect(score.accuracy).toBeNaN();
    expect(score).toMatchObject({ unfilled: 2, changed: 1 });
  });

  it("takes numbers of at most ten kinds for levels, and the same number in another spelling for the same level", () => {
    const codes: TextTable = { columns: ["code"], rows: x.map((v) => [String(v % 10)]) };
    const all = x.map(() => Uint8Array.of(1));
    const completed = { columns: ["code"], rows: x.map((v) => [`${v % 10}.0`]) };
    expect(scoreColumns(codes, completed, all)[0]).toMatchObject({ kind: "levels", accuracy: 1, balancedAccuracy: 1, hidden: 12 });
  });

  it("refuses tables of other rows or columns", () => {
    expect(() => scoreTable(full, { columns: full.columns, rows: full.rows.slice(1) }, mask)).toThrow(/11 rows and the full one 12/);
    expect(() => scoreTable(full, { columns: ["x", "d"], rows: full.rows }, mask)).toThrow(/no column 'c'/);
  });

  const random = randomCase();
  // Printed by the Python scorer for this table.
  const golden = "NRMSE 0.6790  R2 0.7394  acc 0.2857  unfilled 24  observed changed 1";

  it("gives the Python scorer's stored figures on a random table", () => {
    expect(printed(scoreTable(random.full, random.completed, random.mask))).toBe(golden);
  });

  const python = process.env.VHGM_PYTHON ?? "python3";
  const hasNumpy = spawnSync(python, ["-c", "import numpy"]).status === 0;
  it.skipIf(!hasNumpy)(`agrees with bench/peers/score.py (needs ${python} with numpy)`, () => {
    const folder = mkdtempSync(join(tmpdir(), "vhgm-score-"));
    try {
      const lines = (rows: readonly ArrayLike<unknown>[]): string => rows.map((row) => `${Array.from(row).join(",")}\n`).join("");
      const write = (name: string, { columns, rows }: TextTable): void => writeFileSync(join(folder, name), lines([columns, ...rows]));
      write("full.csv", random.full);
      write("completed.csv", random.completed);
      writeFileSync(join(folder, "mask.csv"), lines(random.mask));
      const script = join(import.meta.dirname, "../../bench/peers/score.py");
      const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1" };
      const out = execFileSync(python, [script, folder, join(folder, "completed.csv"), "it"], { encoding: "utf8", env });
      expect(out.trim().replace(/^it +/, "")).toBe(printed(scoreTable(random.full, random.completed, random.mask)));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
