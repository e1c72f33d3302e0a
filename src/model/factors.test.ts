import { expect, test } from "vitest";
import { difference } from "../../test/support/checkOp.js";
import { cellsOf, factorTable, levelsAttribute, numberAttribute, withHoles } from "../../test/support/tables.js";
import { createRng } from "../base/random.js";
import { encodeCells } from "../data/encode.js";
import { fitLayout } from "../data/layout.js";
import { Graph, float32, toOnnx } from "../engine/index.js";
import { openSession } from "../engine/node/session.js";
import { fitFactors } from "./factorFit.js";
import { factorConstants, factorsFrom, scoresOf, toldBy, toldByFactors } from "./factors.js";
import { invertSmall } from "./linalg.js";

const rng = createRng(4);

test("what factors tell is the regression on the visible features by the covariance that they stand for, in a graph and row by row", async () => {
  const layout = fitLayout(cellsOf(Array.from({ length: 9 }, (_, j) => numberAttribute(`x${j}`)), Array.from({ length: 9 }, () => Array.from({ length: 50 }, () => rng.normal()))));
  const [d, k, rows] = [9, 3, 6];
  const loadings = Float32Array.from({ length: d * k }, () => rng.normal());
  const noise = Float32Array.from({ length: d }, () => 0.2 + rng.uniform());
  const factors = factorsFrom(loadings, noise, layout);
  const visible = Float32Array.from({ length: rows * d }, (_, at) => (at >= d && rng.uniform() < 0.5 ? 1 : 0));
  const deviation = visible.map((v) => v * rng.normal());
  const covariance = (a: number, b: number): number => Array.from({ length: k }, (_, q) => loadings[a * k + q] * loadings[b * k + q]).reduce((s, x) => s + x, a === b ? noise[a] : 0);
  const seenOf = (i: number): number[] => Array.from({ length: d }, (_, f) => f).filter((f) => visible[i * d + f]);
  const expected = Array.from({ length: rows }, (_, i) => {
    const seen = seenOf(i);
    const inverse = invertSmall(Float64Array.from(seen.flatMap((a) => seen.map((b) => covariance(a, b)))), seen.length);
    const slopes = seen.map((_, r) => seen.reduce((s, b, c) => s + inverse[r * seen.length + c] * deviation[i * d + b], 0));
    // The covariance with a feature's own noise left out: what is told of it by the rest and by itself, through the factors.
    return Array.from({ length: d }, (_, f) => seen.reduce((s, a, r) => s + (covariance(f, a) - (a === f ? noise[f] : 0)) * slopes[r], 0));
  }).flat();

  const single = Array.from({ length: rows }, (_, i) => {
    const scores = scoresOf(factors, layout, seenOf(i), (f) => deviation[i * d + f]);
    return Array.from({ length: d }, (_, f) => toldBy(scores, factors, f));
  }).flat();
  expect(difference(single, expected)).toBeLessThan(1e-5);
  const g = new Graph();
  g.output("told", toldByFactors(g.input("visible", ["B", d]), g.input("deviation", ["B", d]), factorConstants(g, factors)));
  const session = await openSession(toOnnx(g));
  const out = await session.run({ visible: float32(visible, rows, d), deviation: float32(deviation, rows, d) });
  await session.close();
  expect(difference(out.told.data as Float32Array, expected)).toBeLessThan(1e-5);
});

test("a thing said twice counts once: indicators of both classes tell as much as one of them", () => {
  const layout = fitLayout(cellsOf([levelsAttribute("b", 2), numberAttribute("x")], [[0, 1, 0, 1], [1, 2, 3, 4]]));
  const at = layout.columns.findIndex(({ kind }) => kind === "levels");
  const { first } = layout.columns[at];
  const loadings = new Float32Array(layout.features);
  loadings.set([0.4, -0.4], first);
  const factors = factorsFrom(loadings, new Float32Array(layout.features).fill(0.1), layout);
  const [score] = scoresOf(factors, layout, [at], (f) => (f === first ? 0.5 : -0.5));
  expect(score).toBeCloseTo((0.4 * 0.5) / 0.1 / (1 + 0.4 ** 2 / 0.1), 6);
});

test("factors of a table with holes have its covariances, and tell of what is hidden what they should", async () => {
  const complete = factorTable(1500, 12, [2, 4], 3);
  const layout = fitLayout(complete);
  const table = encodeCells(complete, layout);
  const holey = encodeCells(withHoles(complete, 0.4, 7), layout);
  const { factors } = await fitFactors(holey, layout, openSession);
  const d = layout.features;
  const covariance = (a: number, b: number): number => Array.from({ length: table.rows }, (_, i) => table.features[i * d + a] * table.features[i * d + b]).reduce((s, x) => s + x, 0) / table.rows;
  for (let a = 0; a < layout.numbers; a++) {
    for (let b = 0; b < a; b++) {
      const ours = toldBy(factors.loadings, factors, a, b * factors.count);
      // Standard errors of a covariance from 540 people who have both, and a prior that draws a little to zero.
      expect(Math.abs(ours - covariance(a, b))).toBeLessThan(0.12);
    }
  }
  const again = await fitFactors(holey, layout, openSession);
  expect(again.factors.loadings).toEqual(factors.loadings);
});

test("going on from factors of nearly the same cells ends near a fit from the beginning", async () => {
  const cells = factorTable(600, 8, [3], 5);
  const layout = fitLayout(cells);
  const first = await fitFactors(encodeCells(withHoles(cells, 0.3, 1), layout), layout, openSession);
  const table = encodeCells(withHoles(cells, 0.25, 1), layout);
  const [own, on] = [await fitFactors(table, layout, openSession), await fitFactors(table, layout, openSession, first)];
  const told = ({ factors: f }: typeof own): number[] => Array.from({ length: layout.features ** 2 }, (_, at) => toldBy(f.loadings, f, Math.floor(at / layout.features), (at % layout.features) * f.count));
  expect(difference(told(on), told(own))).toBeLessThan(0.08);
  expect(difference(on.center, own.center)).toBeLessThan(0.08);
});

test("an attribute of people unlike the others has a slope and a centre of its own, drawn a little to zero", async () => {
  const people = 3000;
  const draw = createRng(8);
  // Five signs of one thing, and a test of those in whom the first is high: a line through their mean at the middle of all people would have a quarter of the slope.
  const thing = Array.from({ length: people }, () => draw.normal());
  const signs = Array.from({ length: 5 }, () => thing.map((z) => z + 0.5 * draw.normal()));
  const values = [...signs, thing.map((z, i) => (signs[0][i] > 1 ? 2 * z + draw.normal() : NaN))];
  const cells = cellsOf(values.map((_, j) => numberAttribute(`x${j}`)), values);
  const layout = fitLayout(cells);
  const { factors, center } = await fitFactors(encodeCells(cells, layout), layout, openSession);
  const late = layout.columns.findIndex(({ attribute }) => attribute.name === "x5");
  const others = layout.columns.flatMap((_, j) => (j === late ? [] : [j]));
  const { scale, center: own, first } = layout.columns[late];
  const told = (z: number): number => {
    const scores = scoresOf(factors, layout, others, (f) => (z - layout.columns[f].center) / layout.columns[f].scale - center[f]);
    return own + scale * (center[first] + toldBy(scores, factors, first));
  };
  expect((told(2) - told(0)) / 2).toBeGreaterThan(1.5);
  expect(Math.abs(told(0))).toBeLessThan(0.8);
});
