import { describe, expect, test } from "vitest";
import { cellsOf, levelsAttribute, numberAttribute } from "../../../test/support/tables.js";
import { createRng } from "../../base/random.js";
import type { Cells } from "../../data/cells.js";
import { fitMarginals } from "../../data/marginals.js";
import { likenessOf } from "./likeness.js";

const attributes = [numberAttribute("x"), numberAttribute("y"), numberAttribute("heaped", { type: "count" }), levelsAttribute("c", 4)];

/** People of one population; `changed` shifts x, loosens y from x and favours the first level. */
function people(rows: number, seed: number, changed = false): Cells {
  const rng = createRng(seed);
  const columns: number[][] = [[], [], [], []];
  for (let i = 0; i < rows; i++) {
    const x = rng.normal();
    columns[0].push(changed ? x + 0.8 : x);
    columns[1].push((changed ? rng.normal() : x) + 0.5 * rng.normal());
    columns[2].push(rng.uniform() < 0.6 ? 0 : rng.int(5));
    columns[3].push(changed && rng.uniform() < 0.5 ? 0 : rng.int(3));
  }
  return cellsOf(attributes, columns);
}
const marginals = fitMarginals(people(5000, 1));

describe("invented people beside what a model remembers", () => {
  test("are as alike as chance allows where they come from the same population", () => {
    const { rows, shapes, relations, columns } = likenessOf(marginals, people(1000, 2));
    expect(rows).toBe(1000);
    expect(columns).toHaveLength(4);
    expect(shapes!.score).toBeGreaterThan(shapes!.chance - 0.015);
    expect(relations!.difference).toBeLessThan(3 * relations!.chance);
    for (const { score, chance } of columns) expect(score).toBeGreaterThan(chance - 0.03);
  });

  test("are less alike where they come from another, and the worst stands first", () => {
    const { columns, pairs, relations } = likenessOf(marginals, people(1000, 2, true));
    expect(columns.slice(0, 2).map(({ name }) => name).sort()).toEqual(["c", "x"]);
    expect(columns.at(-1)!.score).toBeGreaterThan(columns.at(-1)!.chance - 0.03);
    expect(pairs[0]).toMatchObject({ a: "x", b: "y" });
    expect(pairs[0].trained).toBeGreaterThan(0.8);
    expect(Math.abs(pairs[0].invented)).toBeLessThan(0.1);
    expect(relations!.difference).toBeGreaterThan(10 * relations!.chance);
  });

  test("count a heap by the place of its quantiles on it, and levels of few people together", () => {
    const few = fitMarginals(cellsOf([levelsAttribute("c", 4)], [[...Array<number>(96).fill(0), 1, 1, 2, 3]]));
    const alike = (column: number[]): number => likenessOf(few, cellsOf([levelsAttribute("c", 4)], [column])).columns[0].score;
    expect(alike([...Array<number>(96).fill(0), 3, 3, 3, 3])).toBeCloseTo(1, 12);
    expect(alike(Array<number>(100).fill(0))).toBeCloseTo(0.96, 12);
    const zeros = fitMarginals(cellsOf([numberAttribute("z")], [Array<number>(200).fill(0)]));
    expect(likenessOf(zeros, cellsOf([numberAttribute("z")], [[0, 0, NaN, 0]])).columns[0].score).toBe(1);
  });

  test("say nothing of columns without a value", () => {
    expect(likenessOf(marginals, cellsOf(attributes, attributes.map(() => [NaN, NaN])))).toMatchObject({ rows: 2, shapes: null, relations: null, columns: [], pairs: [] });
  });
});
