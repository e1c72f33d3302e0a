import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cellsOf, levelsAttribute, numberAttribute } from "../../../test/support/tables.js";
import { createRng } from "../../base/random.js";
import { encodeCells } from "../../data/encode.js";
import { fitLayout } from "../../data/layout.js";
import type { MemberPaths } from "../predictive.js";
import { answersOf, questionsOf, type FillWeights } from "./asked.js";
import { binTable } from "./binned.js";
import { predictTrees, type Trees } from "./forest.js";
import { growHere, type GrowerFactory } from "./grower.js";
import { growForest, treesFor } from "./growForest.js";
import { growTrees, splitSearch } from "./growTrees.js";
import { openTreePath } from "./treePath.js";

const float = fc.float({ noNaN: true, noDefaultInfinity: true, min: -100, max: 100 });

describe("bins", () => {
  test("keep the order of values, and hold few different ones apart", () => {
    fc.assert(
      fc.property(fc.array(float, { minLength: 2, maxLength: 300 }), (values) => {
        const { bins: [bins], ends: [ends] } = binTable(Float32Array.from(values), values.length, 1);
        const unique = new Set(values.map((x) => Math.fround(x) + 0));
        expect(ends.length).toBeLessThan(32);
        if (unique.size <= 32) expect(new Set(bins).size).toBe(unique.size);
        values.forEach((x, i) => ends.forEach((end, b) => expect(Math.fround(x) <= end).toBe(bins[i] <= b)));
      }),
    );
  });
});

describe("a split", () => {
  const impurity = (y: readonly number[], width: number): number => {
    if (y.length === 0) return 0;
    if (width === 1) {
      const mean = y.reduce((a, b) => a + b, 0) / y.length;
      return y.reduce((sum, x) => sum + (x - mean) ** 2, 0);
    }
    const counts = Array.from({ length: width }, (_, k) => y.filter((x) => x === k).length);
    return y.length * (1 - counts.reduce((sum, n) => sum + (n / y.length) ** 2, 0));
  };

  test.each([1, 3])("leaves the least impurity of all that leave enough people on both sides (%d classes)", (width) => {
    fc.assert(
      fc.property(fc.integer({ min: 6, max: 40 }), fc.integer({ min: 1, max: 4 }), fc.integer(), (rows, leaf, seed) => {
        const rng = createRng(seed >>> 0);
        const questions = 3;
        const answers = Float32Array.from({ length: rows * questions }, () => Math.round(4 * rng.uniform()) / 4);
        const target = Float32Array.from({ length: rows }, () => (width === 1 ? rng.normal() : rng.int(width)));
        const table = binTable(answers, rows, questions);
        const all = Int32Array.from({ length: rows }, (_, i) => i);
        const found = splitSearch({ table, rows: all, target, width, questions: [0, 1, 2], tried: 3, trees: 1, leaf, rng })(all, 0, rows);
        const after = (q: number, end: number): number => {
          const sides = [true, false].map((left) => [...all].filter((i) => answers[i * questions + q] <= end === left).map((i) => target[i]));
          return sides.some(({ length }) => length < leaf) ? Infinity : sides.reduce((sum, side) => sum + impurity(side, width), 0);
        };
        const least = Math.min(...[0, 1, 2].flatMap((q) => [...table.ends[q]].map((end) => after(q, end))));
        const whole = impurity([...target], width);
        if (found) expect(after(found.question, table.ends[found.question][found.bin])).toBeCloseTo(least, 4);
        else expect(least).toBeGreaterThan(whole - 1e-4);
      }),
    );
  });
});

/** A column's trees of one learned table; `answer` puts one person's question to them. */
function grown(rows: number, width: number, value: (x: number, y: number) => number): (x: number, y: number) => Float32Array {
  const rng = createRng(5);
  const answers = Float32Array.from({ length: rows * 3 }, () => rng.normal());
  const target = Float32Array.from({ length: rows }, (_, i) => value(answers[3 * i], answers[3 * i + 1]));
  const trees = growTrees({ table: binTable(answers, rows, 3), rows: Int32Array.from({ length: rows }, (_, i) => i), target, width, questions: [0, 1, 2], tried: 2, trees: 60, leaf: 3, rng: createRng(7) });
  return (x, y) => {
    const out = new Float32Array(width);
    predictTrees(trees, Float32Array.of(x, y, 0), out);
    return out;
  };
}

describe("trees", () => {
  test("are walked from each root to a leaf, and averaged", () => {
    // Two trees of a number: one split, and one leaf alone.
    const number: Trees = { roots: Int32Array.of(0, 3), question: Int32Array.of(1, -1, -1, -1), upTo: Float32Array.of(0.5, 10, 20, 4), left: Int32Array.of(1, 0, 0, 0), probabilities: new Float32Array(0) };
    const out = new Float32Array(1);
    predictTrees(number, Float32Array.of(9, 0.5), out);
    expect(out[0]).toBe(7);
    predictTrees(number, Float32Array.of(9, 0.6), out);
    expect(out[0]).toBe(12);
    const levels: Trees = { roots: Int32Array.of(0), question: Int32Array.of(0, -1, -1), upTo: new Float32Array(3), left: Int32Array.of(1, 0, 2), probabilities: Float32Array.of(0.25, 0.75, 1, 0) };
    const two = new Float32Array(2);
    predictTrees(levels, Float32Array.of(-1), two);
    expect([...two]).toEqual([0.25, 0.75]);
    predictTrees(levels, Float32Array.of(1), two);
    expect([...two]).toEqual([1, 0]);
  });

  test("learn an interaction that no sum of its parts can tell", () => {
    const number = grown(600, 1, (x, y) => (x > 0 === y > 0 ? 1 : -1));
    const classes = grown(600, 3, (x, y) => (x > 0 ? (y > 0 ? 0 : 1) : 2));
    for (const [x, y] of [[1, 1], [-1, -1], [1, -1], [-1, 1]]) {
      expect(number(x, y)[0] * (x * y)).toBeGreaterThan(0.8);
      const p = classes(x, y);
      expect(p.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
      expect(p[x > 0 ? (y > 0 ? 0 : 1) : 2]).toBeGreaterThan(0.8);
    }
  });

  test("hold the means of people in them between the least and the most", () => {
    const answer = grown(200, 1, (x) => Math.min(2, Math.max(-2, x)));
    for (const x of [-50, -1, 0, 1, 50]) expect(Math.abs(answer(x, 0)[0])).toBeLessThanOrEqual(2);
  });
});

describe("a forest of a table", () => {
  const rows = 120;
  const rng = createRng(3);
  const x = Array.from({ length: rows }, () => rng.normal());
  const cells = cellsOf(
    [numberAttribute("x"), numberAttribute("y"), levelsAttribute("two", 2), levelsAttribute("three", 3), { ...levelsAttribute("ordered", 4), type: "ordinal" }],
    [x, x.map((v) => v + 0.1 * rng.normal()), x.map((v) => Number(v > 0)), x.map(() => rng.int(3)), x.map((v) => (v < -1 ? 0 : v < 0 ? 1 : v < 1 ? 2 : 3))],
  );
  const layout = fitLayout(cells);
  const table = encodeCells(cells, layout);
  const p = layout.columns.length;
  const at = (name: string): number => layout.columns.findIndex(({ attribute }) => attribute.name === name);
  const weights: FillWeights = { layout, columns: layout.columns.map(() => ({ weights: [0.5, 0, 0.5] })) };
  const path = (value: number): Float32Array => new Float32Array(rows * layout.features).fill(value);
  const members: MemberPaths[] = [{ linear: path(0.25), net: path(0.75) }, { linear: path(0), net: path(0) }];
  const chosen = Int32Array.from({ length: rows }, (_, i) => i);

  test("asks numbers for their value, two classes for the first, ordered ones for their mean, others for each", () => {
    const questions = questionsOf(layout);
    expect([...questions].map((j) => layout.columns[j].attribute.name)).toEqual(["x", "y", "two", "three", "three", "three", "ordered"]);
    const out = new Float32Array(questions.length);
    answersOf(weights, members, table, 4, out);
    const { center, scale } = layout.columns[at("x")];
    const ordered = cells.values[4][4];
    expect([out[0], out[2], out[6]]).toEqual([Math.fround((x[4] - center) / scale), cells.values[2][4] === 0 ? 1 : 0, ordered]);
    const hidden = { ...table, observed: new Uint8Array(rows * p) };
    answersOf(weights, members, hidden, 4, out);
    // Every path's average is a quarter: of two members, (0.25 + 0.75) / 2 and 0.
    expect([...out]).toEqual([0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25 * (1 + 2 + 3)]);
  });

  test("never asks a column about itself, is the same again, and has no trees of too few people", async () => {
    const few = { ...table, observed: table.observed.map((bit, k) => (k % p === at("three") && k >= 10 * p ? 0 : bit)) };
    const forest = await growForest({ weights, members, table: few, chosen, trees: 5, seed: 1 });
    expect(await growForest({ weights, members, table: few, chosen, trees: 5, seed: 1 })).toEqual(forest);
    expect(await growForest({ weights, members, table: few, chosen, trees: 5, seed: 2 })).not.toEqual(forest);
    expect(forest[at("three")]).toBeNull();
    const questions = questionsOf(layout);
    forest.forEach((trees, j) => trees?.question.forEach((q) => q >= 0 && expect(questions[q]).not.toBe(j)));
  });

  test("is the same however many grow it, who all end before a failure is thrown", async () => {
    const forest = await growForest({ weights, members, table, chosen, trees: 5, seed: 1 });
    let open = 0;
    const slow: GrowerFactory = (binned) => {
      const own = growHere(binned);
      open++;
      return {
        grow: async (job) => {
          await new Promise((resolve) => setTimeout(resolve, job.column === 0 ? 20 : 1));
          return own.grow(job);
        },
        close: async () => void open--,
      };
    };
    const growers = [slow, slow, slow];
    expect(await growForest({ weights, members, table, chosen, trees: 5, seed: 1, growers })).toEqual(forest);
    const stop = new Error("stop");
    await expect(growForest({ weights, members, table, chosen, trees: 5, seed: 1, growers }, () => Promise.reject(stop))).rejects.toBe(stop);
    expect(open).toBe(0);
  });

  test("answers for rows as they come, also from a part of them", async () => {
    const forest = await growForest({ weights, members, table, chosen, trees: 30, seed: 1 });
    const hidden = { ...table, observed: table.observed.map((bit, k) => (k % p === at("y") ? 0 : bit)) };
    const whole = openTreePath(forest, weights, members, hidden);
    const errors = chosen.map((i) => whole.of(i, at("y"))![0] - table.features[i * layout.features + layout.columns[at("y")].first]);
    expect(Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / rows)).toBeLessThan(0.4);
    expect(whole.from(7).of(3, at("ordered"))).toEqual(whole.of(10, at("ordered")));
    expect(whole.of(10, at("ordered"))!.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  });

  test("is smaller for large tables, and is left out where few trees would be left", () => {
    expect(treesFor(layout, 1000, 60)).toBe(60);
    expect(treesFor(layout, 1000, 0)).toBe(0);
    const [many, most] = [1e6, 1e7].map((n) => treesFor(layout, n, 60));
    expect(many).toBeLessThan(60);
    expect(many).toBeGreaterThanOrEqual(10);
    expect(most).toBe(0);
  });
});
