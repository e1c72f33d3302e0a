import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalQuantile } from "../base/normal.js";
import { createRng } from "../base/random.js";
import type { Attribute } from "../schema/schema.js";
import type { Cells } from "./cells.js";
import { encodeCells, writeFeatures, type Encoded } from "./encode.js";
import { fitLayout, type Column, type Layout } from "./layout.js";

const number = (name: string): Attribute => ({ name, role: "attribute", type: "real" });
const levels = (name: string, n: number): Attribute => ({ name, role: "attribute", type: "categorical", levels: Array.from({ length: n }, (_, k) => `${k}`) });
const table = (attributes: readonly Attribute[], columns: readonly (readonly number[])[]): Cells => ({ rows: columns[0]?.length ?? 0, attributes, values: columns.map((c) => Float64Array.from(c)) });

/** What a column's features say: the number, or the class; NaN for a hole. */
function decode({ features, observed }: Encoded, layout: Layout, i: number, j: number): number {
  const { kind, center, scale, first, width } = layout.columns[j];
  const own = Array.from(features.subarray(i * layout.features + first, i * layout.features + first + width));
  if (!observed[i * layout.columns.length + j]) {
    expect(own).toEqual(own.map(() => 0));
    return NaN;
  }
  if (kind === "number") return center + scale * own[0];
  expect([...own].sort((a, b) => b - a)).toEqual([1, ...own.slice(1).map(() => 0)]);
  return own.indexOf(1);
}

test("what is encoded can be read back, holes are zero, and classes hold exactly one 1", () => {
  const cell = fc.oneof({ weight: 1, arbitrary: fc.constant(NaN) }, { weight: 3, arbitrary: fc.nat(2) });
  const value = fc.oneof({ weight: 1, arbitrary: fc.constant(NaN) }, { weight: 3, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) });
  const attributes = [levels("a", 3), number("x"), number("y")];
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, value, value), { minLength: 1, maxLength: 30 }), (rows) => {
      const cells = table(attributes, [0, 1, 2].map((j) => rows.map((row) => row[j])));
      const layout = fitLayout(cells);
      const encoded = encodeCells(cells, layout);
      expect(encoded.features.every(Number.isFinite)).toBe(true);
      layout.columns.forEach(({ source, kind, scale, classOf }, j) => {
        rows.forEach((row, i) => {
          const got = decode(encoded, layout, i, j);
          if (Number.isNaN(row[source])) expect(got).toBeNaN();
          else if (kind === "levels") expect(got).toBe(classOf[row[source]]);
          else expect(Math.abs(got - row[source])).toBeLessThan(1e-6 * scale * 12);
        });
      });
    }),
    { seed: 2, numRuns: 200 },
  );
});

test("standardised values have mean 0 and variance 1", () => {
  const rng = createRng(4);
  const values = Array.from({ length: 500 }, (_, i) => (i % 7 === 0 ? NaN : 120 + 15 * rng.normal()));
  const cells = table([number("x")], [values]);
  const z = encodeCells(cells, fitLayout(cells)).features.filter((_, i) => i % 7 !== 0);
  const mean = z.reduce((a, b) => a + b, 0) / z.length;
  expect(mean).toBeCloseTo(0, 5);
  expect(z.reduce((s, v) => s + (v - mean) ** 2, 0) / z.length).toBeCloseTo(1, 5);
});

test("one far value is held at 12 standard deviations", () => {
  const cells = table([number("x")], [[...Array.from({ length: 999 }, (_, i) => i % 2), 1e9]]);
  const layout = fitLayout(cells);
  const { features } = encodeCells(cells, layout);
  expect(features[999 * layout.features]).toBe(12);
});

test("levels that share a class share its indicator", () => {
  const values = Array.from({ length: 70 }, (_, k) => new Array<number>(k < 63 ? 3 : 1).fill(k)).flat();
  const cells = table([levels("a", 70)], [values]);
  const layout = fitLayout(cells);
  const encoded = encodeCells(cells, layout);
  const row = (level: number): number => decode(encoded, layout, values.indexOf(level), 0);
  expect([row(0), row(62), row(63), row(69)]).toEqual([0, 62, 63, 63]);
});

test("a table of other columns' values is encoded by the layout that was fitted", () => {
  const layout = fitLayout(table([number("x"), levels("a", 2)], [[0, 2], [0, 1]]));
  const encoded = encodeCells(table([number("x"), levels("a", 2)], [[4, NaN], [NaN, 1]]), layout);
  expect(Array.from(encoded.features)).toEqual([3, 0, 0, 0, 0, 1]);
  expect(Array.from(encoded.observed)).toEqual([1, 0, 0, 1]);
});

test("no rows", () => {
  const cells = table([number("x")], [[1, 2]]);
  const empty = encodeCells({ ...cells, rows: 0, values: [new Float64Array(0)] }, fitLayout(cells));
  expect([empty.rows, empty.features.length, empty.observed.length]).toEqual([0, 0, 0]);
});

describe("the normal score of a skewed number", () => {
  const column = (ranks: readonly number[]): Column => ({ source: 0, attribute: number("x"), kind: "number", first: 0, width: 2, center: 0, scale: 1, ranks, classOf: [], shareInClass: [] });
  const score = (ranks: readonly number[], value: number): number => {
    const features = new Float32Array(2);
    writeFeatures(column(ranks), value, features, 0);
    return features[1];
  };
  const quantile = (rank: number, of: number): number => normalQuantile((rank + 0.5) / of);

  test("is the rank's, linear between quantiles, and held at the outer ones", () => {
    const ranks = [0, 1, 10, 100, 1000];
    expect(score(ranks, 10)).toBeCloseTo(0, 6);
    expect(score(ranks, 55)).toBeCloseTo(quantile(2.5, 5), 6);
    expect(score(ranks, -3)).toBeCloseTo(quantile(0, 5), 6);
    expect(score(ranks, 5000)).toBeCloseTo(quantile(4, 5), 6);
  });

  test("of a heaped value is the middle of its ranks", () => {
    expect(score([0, 0, 0, 1, 2], 0)).toBeCloseTo(quantile(1, 5), 6);
    expect(score([0, 1, 1, 1, 1], 1)).toBeCloseTo(quantile(2.5, 5), 6);
  });

  test("never falls as the value rises", () => {
    const values = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(values, fc.double({ min: -2, max: 14, noNaN: true }), fc.double({ min: -2, max: 14, noNaN: true }), (unsorted, a, b) => {
        const ranks = [...unsorted].sort((x, y) => x - y);
        expect(score(ranks, Math.min(a, b))).toBeLessThanOrEqual(score(ranks, Math.max(a, b)));
      }),
      { seed: 3 },
    );
  });
});
