import { expect, test } from "vitest";
import { createRng } from "../base/random.js";
import type { Attribute } from "../schema/schema.js";
import type { Cells } from "./cells.js";
import { fitLayout } from "./layout.js";

const number = (name: string): Attribute => ({ name, role: "attribute", type: "real" });
const levels = (name: string, n: number): Attribute => ({ name, role: "attribute", type: "categorical", levels: Array.from({ length: n }, (_, k) => `${name}${k}`) });
const table = (columns: readonly (readonly [Attribute, readonly number[]])[]): Cells => ({
  rows: columns[0][1].length,
  attributes: columns.map(([attribute]) => attribute),
  values: columns.map(([, values]) => Float64Array.from(values)),
});

test("numbers come first, then levels by their number of classes; equal widths lie side by side in the table's order", () => {
  const layout = fitLayout(table([
    [levels("a", 3), [0, 1, 2]],
    [number("b"), [1, 2, 4]],
    [levels("c", 2), [0, 1, 1]],
    [levels("d", 3), [0, NaN, 2]],
    [number("e"), [NaN, 5, 7]],
    [levels("f", 2), [1, 1, 0]],
  ]));
  expect(layout.columns.map((c) => [c.attribute.name, c.source, c.first, c.width])).toEqual([
    ["b", 1, 0, 1], ["e", 4, 1, 1], ["c", 2, 2, 2], ["f", 5, 4, 2], ["a", 0, 6, 3], ["d", 3, 9, 3],
  ]);
  expect(layout.groups).toEqual([
    { kind: "number", width: 1, count: 2, firstColumn: 0, firstFeature: 0 },
    { kind: "levels", width: 2, count: 2, firstColumn: 2, firstFeature: 2 },
    { kind: "levels", width: 3, count: 2, firstColumn: 4, firstFeature: 6 },
  ]);
  expect([layout.numbers, layout.features, layout.empty]).toEqual([2, 12, []]);
});

test("a number is centred and scaled by its observed values", () => {
  const { center, scale } = fitLayout(table([[number("x"), [1, NaN, 3, 5, NaN]]])).columns[0];
  expect(center).toBeCloseTo(3, 12);
  expect(scale).toBeCloseTo(Math.sqrt(8 / 3), 12);
});

test("small values in large units are numbers like others, and constants keep the scale 1", () => {
  const tiny = [1e-13, 2e-13, 3e-13];
  const layout = fitLayout(table([[number("tiny"), tiny], [number("same"), [0.1, 0.1, 0.1]], [number("zero"), [0, 0, NaN]]]));
  expect(layout.columns[0].scale).toBeCloseTo(Math.sqrt(2 / 3) * 1e-13, 18);
  expect(layout.columns.slice(1).map((c) => [c.scale, c.width])).toEqual([[1, 1], [1, 1]]);
});

test("skewed numbers have a second feature and come after the others", () => {
  const rng = createRng(1);
  const normal = Array.from({ length: 200 }, () => rng.normal());
  const layout = fitLayout(table([[number("income"), normal.map((x) => Math.exp(1.5 * x))], [number("height"), normal], [levels("a", 1), normal.map(() => 0)]]));
  expect(layout.columns.map((c) => [c.attribute.name, c.first, c.width, c.ranks.length])).toEqual([["height", 0, 1, 0], ["income", 1, 2, 65], ["a", 3, 1, 0]]);
  expect(layout.numbers).toBe(2);
  const { ranks } = layout.columns[1];
  expect(ranks.every((q, k) => k === 0 || q >= ranks[k - 1])).toBe(true);
});

test("attributes without an observed cell have no column", () => {
  const layout = fitLayout(table([[number("x"), [NaN, NaN]], [levels("a", 2), [NaN, NaN]], [number("y"), [1, NaN]], [levels("none", 0), [NaN, NaN]]]));
  expect(layout.columns.map((c) => c.attribute.name)).toEqual(["y"]);
  expect(layout.empty).toEqual(["x", "a", "none"]);
});

test("up to 64 levels have classes of their own; beyond that the rarest share the last, by their frequency", () => {
  expect(fitLayout(table([[levels("a", 64), [0, 5]]])).columns[0]).toMatchObject({ width: 64, classOf: Array.from({ length: 64 }, (_, k) => k) });

  // 70 levels: level k is seen 100 - k times, but level 69 is the most frequent and level 3 is never seen.
  const count = (k: number): number => (k === 69 ? 200 : k === 3 ? 0 : 100 - k);
  const values = Array.from({ length: 70 }, (_, k) => new Array<number>(count(k)).fill(k)).flat();
  const { width, classOf, shareInClass } = fitLayout(table([[levels("a", 70), values]])).columns[0];
  const rare = [3, 63, 64, 65, 66, 67, 68];
  expect(width).toBe(64);
  expect([...classOf.keys()].filter((level) => classOf[level] === 63)).toEqual(rare);
  const own = [...classOf.keys()].filter((level) => classOf[level] !== 63);
  expect(own.map((level) => classOf[level])).toEqual(Array.from({ length: 63 }, (_, k) => k));
  expect(own.every((level) => shareInClass[level] === 1)).toBe(true);
  expect(rare.reduce((sum, level) => sum + shareInClass[level], 0)).toBeCloseTo(1, 12);
  expect(shareInClass[63] / shareInClass[3]).toBeCloseTo(37.5 / 0.5, 10);
});
