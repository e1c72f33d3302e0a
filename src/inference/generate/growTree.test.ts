import { describe, expect, test } from "vitest";
import { createRng } from "../../base/random.js";
import { isSplit, leafOf, type TreeNode } from "../../model/sampler.js";
import { binClasses, binNumbers, growTree } from "./growTree.js";

const rows = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => i);
const leaves = (tree: TreeNode): number[] => (isSplit(tree) ? [...leaves(tree.left), ...leaves(tree.right)] : [tree.counts.reduce((a, b) => a + b, 0)]);

describe("a tree", () => {
  const rng = createRng(3);
  const n = 600;
  const age = Float64Array.from({ length: n }, () => Math.round(20 + 60 * rng.uniform()));
  const region = Float64Array.from({ length: n }, () => rng.int(4));
  const noise = Float64Array.from({ length: n }, () => rng.uniform());
  const features = [binNumbers(0, noise), binNumbers(1, age), binClasses(2, region, 4)];

  test("finds the question that tells classes apart, and stands for no fewer people than asked", () => {
    const cells = Int32Array.from(age, (x, i) => (x > 50 ? (region[i] === 1 || region[i] === 3 ? 2 : 1) : 0));
    const tree = growTree({ features, rows: rows(n), cells, scores: null, size: 3, leafRows: 10 });
    let wrong = 0;
    for (let i = 0; i < n; i++) {
      const { cells: found, counts } = leafOf(tree, (f) => [noise, age, region][f][i]);
      wrong += 1 - (counts[found.indexOf(cells[i])] ?? 0) / counts.reduce((a, b) => a + b, 0);
    }
    expect(wrong / n).toBeLessThan(0.03);
    expect(Math.min(...leaves(tree))).toBeGreaterThanOrEqual(10);
    expect(leaves(tree).reduce((a, b) => a + b, 0)).toBe(n);
  });

  test("splits numbers by the scores' variance, between values", () => {
    const scores = age.map((x, i) => (x > 40 ? 1 : 0) + 0.01 * noise[i]);
    const tree = growTree({ features, rows: rows(n), cells: Int32Array.from(age, (x) => (x > 40 ? 1 : 0)), scores, size: 2, leafRows: 100 });
    expect(isSplit(tree) && tree.feature).toBe(1);
    const upTo = isSplit(tree) ? tree.upTo! : NaN;
    expect(upTo).toBeGreaterThan(38);
    expect(upTo).toBeLessThan(42);
    expect([...age].includes(upTo) && Number.isInteger(upTo)).toBe(false);
  });

  test("sends whom a question does not apply to the right, and is a leaf where nothing can be told", () => {
    const holed = age.map((x, i) => (i % 3 === 0 ? NaN : x));
    const cells = Int32Array.from(holed, (x) => (x <= 50 ? 1 : 0));
    const tree = growTree({ features: [binNumbers(0, holed)], rows: rows(n), cells, scores: null, size: 2, leafRows: 10 });
    expect(leafOf(tree, () => NaN).cells).toEqual([0]);
    const same = growTree({ features, rows: rows(n), cells: new Int32Array(n), scores: null, size: 2, leafRows: 10 });
    expect(same).toEqual({ cells: [0], counts: [n] });
  });
});
