import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { difference } from "../../test/support/checkOp.js";
import { cellsOf, factorTable, numberAttribute, withHoles } from "../../test/support/tables.js";
import { createRng } from "../base/random.js";
import { encodeCells } from "../data/encode.js";
import { fitLayout } from "../data/layout.js";
import { Graph, float32, toOnnx } from "../engine/index.js";
import { openSession } from "../engine/node/session.js";
import { toFeatures } from "./blocks.js";
import { fitFactors } from "./factorFit.js";
import { scoresOf, toldBy } from "./factors.js";
import { ballOf } from "./heavyBall.js";
import { createLinearFitter, iteratedRidge, type LinearFitter } from "./linear.js";
import { invertSmall } from "./linalg.js";
import type { SparseMap } from "./linearMap.js";
import { linearPath, mapConstants } from "./linearPath.js";
import { openSparseAnswers } from "./sparseAnswers.js";
import { fitNeighbours } from "./neighbourFit.js";
import { nearestFeatures } from "./sparseLinear.js";

describe("a table in which each column depends on a few others", () => {
  // 30 blocks of three columns that go together, among 90: what a column's own block does not tell is noise.
  const rng = createRng(3);
  const rows = 800;
  const blocks = 30;
  const columns = Array.from({ length: blocks }, () => {
    const shared = Array.from({ length: rows }, () => rng.normal());
    return [0, 1, 2].map(() => shared.map((s) => s + 0.5 * rng.normal()));
  }).flat();
  const cells = cellsOf(columns.map((_, j) => numberAttribute(`x${j}`)), columns);
  const layout = fitLayout(cells);
  const table = encodeCells(cells, layout);
  let fitter: LinearFitter;
  beforeAll(async () => {
    fitter = await createLinearFitter(layout, openSession);
  });
  afterAll(() => fitter.close());

  test("the neighbours hold the columns that matter, and none twice or of the column itself", async () => {
    const { neighbours: near, common } = await nearestFeatures(table, layout, openSession);
    expect(common.size).toBe(0);
    const count = near.length / layout.columns.length;
    expect(count).toBe(64);
    layout.columns.forEach(({ first }, j) => {
      const own = near.subarray(j * count, (j + 1) * count);
      expect(new Set(own).size).toBe(count);
      expect(own).not.toContain(first);
      const block = Math.floor(j / 3) * 3;
      for (const k of [block, block + 1, block + 2]) if (k !== j) expect(own).toContain(layout.columns[k].first);
    });
  });

  test("every column has those that far more people have than others among its neighbours", async () => {
    const shared = withHoles({ ...cells, values: cells.values.slice(2), attributes: cells.attributes.slice(2) }, 0.7, 3);
    const joined = { rows: cells.rows, attributes: cells.attributes, values: [...cells.values.slice(0, 2), ...shared.values] };
    const own = fitLayout(joined);
    const { neighbours: near, common } = await nearestFeatures(encodeCells(joined, own), own, openSession);
    const [a, b] = [0, 1].map((source) => own.columns.findIndex((c) => c.source === source));
    expect([...common].sort((x, y) => x - y)).toEqual([own.columns[a].first, own.columns[b].first].sort((x, y) => x - y));
    const count = near.length / own.columns.length;
    own.columns.forEach((_, j) => {
      const list = near.subarray(j * count, (j + 1) * count);
      for (const k of [a, b]) if (k !== j) expect(list).toContain(own.columns[k].first);
    });
  });

  test("the sparse map comes near the dense one", async () => {
    const near = await nearestFeatures(table, layout, openSession);
    const { fits: [fit] } = await fitter.fit(table, { courses: [iteratedRidge], penalties: [0.05] });
    const dense = { center: fit.mean, weights: fit.weights };
    const [{ map: sparse }] = fitNeighbours(table, layout, near, await fitFactors(table, layout, openSession), () => [0.05 * rows]);
    const spread = expand(sparse, layout.features);
    // Centres are those of the same people, learned with the factors.
    expect(difference(sparse.center, dense.center)).toBeLessThan(1e-5);
    // What is left are coefficients of noise, of about 1 / sqrt(rows).
    expect(difference(spread, dense.weights)).toBeLessThan(0.12);
    const own = (w: ArrayLike<number>): number[] => layout.columns.map((_, j) => w[(j % 3 === 0 ? j + 1 : j - 1) * layout.features + j]);
    expect(Math.min(...own(dense.weights))).toBeGreaterThan(0.2);
    expect(difference(own(spread), own(dense.weights))).toBeLessThan(0.03);
  });
});

/** A sparse map's coefficients as a dense (D, D) matrix; columns of one feature. */
function expand({ weights, neighbours }: SparseMap, d: number): Float32Array {
  const count = weights.length / d;
  const out = new Float32Array(d * d);
  for (let k = 0; k < d; k++) for (let q = 0; q < count; q++) out[neighbours[k * count + q] * d + k] = weights[k * count + q];
  return out;
}

describe("with holes and levels", async () => {
  const layout = fitLayout(factorTable(80, 5, [2, 3, 4], 5));
  const table = encodeCells(withHoles(factorTable(80, 5, [2, 3, 4], 5), 0.3, 6), layout);
  const d = layout.features;
  const p = layout.columns.length;
  const columnOf = layout.columns.flatMap((c, j) => new Array<number>(c.width).fill(j));
  const count = 4;
  const rng = createRng(11);
  const neighbours = Int32Array.from(
    layout.columns.flatMap((_, j) => columnOf.flatMap((c, k) => (c === j ? [] : [k])).map((k) => [rng.uniform(), k]).sort((a, b) => a[0] - b[0]).slice(0, count).map(([, k]) => k).sort((a, b) => a - b)),
  );
  const penalty = 240;
  const common = new Set([0]);
  const held = Uint8Array.from(table.observed, (o) => (o && rng.uniform() < 0.2 ? 1 : 0));
  const visible = { rows: table.rows, features: table.features.map((x, at) => (held[Math.floor(at / d) * p + columnOf[at % d]] ? 0 : x)), observed: table.observed.map((o, at) => (held[at] ? 0 : o)) };
  const fitted = await fitFactors(visible, layout, openSession);
  const { factors } = fitted;
  const [{ map, errors }] = fitNeighbours(visible, layout, { neighbours, common }, fitted, () => [penalty], { cells: held, truth: table });
  const isVisible = (i: number, k: number): boolean => visible.observed[i * p + columnOf[k]] === 1;
  /** What a row shows of a feature, or what the factors tell of it. */
  const scores = Array.from({ length: table.rows }, (_, i) => scoresOf(factors, layout, layout.columns.flatMap(({ first }, j) => (isVisible(i, first) ? [j] : [])), (k) => visible.features[i * d + k] - map.center[k]));
  const value = (i: number, k: number): number => (isVisible(i, k) ? visible.features[i * d + k] - map.center[k] : toldBy(scores[i], factors, k));

  test("coefficients solve the normal equations of the people who have the column, drawn to what the factors give", () => {
    for (let k = 0; k < d; k++) {
      const near = neighbours.subarray(columnOf[k] * count, (columnOf[k] + 1) * count);
      const people = Array.from({ length: table.rows }, (_, i) => i).filter((i) => visible.observed[i * p + columnOf[k]]);
      const w = map.weights.subarray(k * count, (k + 1) * count);
      const told = (f: number, h: number): number => toldBy(factors.loadings, factors, f, h * factors.count);
      const noise = (f: number): number => 1 / factors.precision[f];
      const drawn = invertSmall(Float64Array.from({ length: count * count }, (_, at) => told(near[Math.floor(at / count)], near[at % count]) + (at % (count + 1) === 0 ? noise(near[at % count]) : 0)), count);
      for (let a = 0; a < count; a++) {
        const left = (i: number): number => map.center[k] + value(i, k) - map.intercept[k] - near.reduce((t, b, q) => t + w[q] * value(i, b), 0);
        const residual = people.reduce((s, i) => s + value(i, near[a]) * left(i), 0);
        const factorsOwn = near.reduce((s, b, q) => s + drawn[a * count + q] * told(b, k), 0);
        expect(residual).toBeCloseTo((common.has(near[a]) ? 100 : penalty) * (w[a] - factorsOwn), 2);
        if (a === 0) expect(people.reduce((s, i) => s + left(i), 0)).toBeCloseTo(0, 3);
      }
    }
  });

  test("one round at single features agrees with the graph's at all", async () => {
    const answersOf = openSparseAnswers(layout, map);
    const g = new Graph();
    const seen = g.input("visible", ["B", p]);
    g.output("predicted", linearPath(layout, g.input("x", ["B", d]), seen, toFeatures(seen, layout), mapConstants(g, map), 1).predicted);
    const session = await openSession(toOnnx(g));
    const out = await session.run({ x: float32(visible.features, table.rows, d), visible: float32(Float32Array.from(visible.observed), table.rows, p) });
    await session.close();
    const single = Array.from({ length: table.rows }, (_, i) => {
      const answers = answersOf(visible.features.subarray(i * d, (i + 1) * d), visible.observed.subarray(i * p, (i + 1) * p));
      return columnOf.map((j, k) => answers.at(k, j));
    }).flat();
    expect(difference(out.predicted.data as Float32Array, single)).toBeLessThan(2e-5);
  });

  test("held-out errors are those of the map's predictions", () => {
    layout.columns.forEach(({ first, width, kind }, j) => {
      let sum = 0;
      for (let i = 0; i < table.rows; i++) {
        if (!held[i * p + j]) continue;
        for (let k = first; k < first + (kind === "number" ? 1 : width); k++) {
          const guess = map.intercept[k] + neighbours.subarray(j * count, (j + 1) * count).reduce((s, b, q) => s + map.weights[k * count + q] * value(i, b), 0);
          sum += (guess - table.features[i * d + k]) ** 2;
        }
      }
      expect(errors[j]).toBeCloseTo(sum, 3);
    });
  });

  test.each([1, 3])("%d unrolled rounds agree with plain loops", async (rounds) => {
    const relaxation = 0.8;
    const given: SparseMap = { ...map, relaxation };
    const expected = Array.from({ length: table.rows }, (_, i) => {
      let filled = Array.from({ length: d }, (_v, k) => map.center[k] + value(i, k));
      let predicted = Array.from(map.center, (c, k) => (isVisible(i, k) ? c : c + value(i, k)));
      let earlier = predicted;
      for (let r = 0; r < rounds; r++) {
        const twoBefore = earlier;
        earlier = predicted;
        predicted = predicted.map((before, k) => {
          const near = neighbours.subarray(columnOf[k] * count, (columnOf[k] + 1) * count);
          const full = map.intercept[k] + near.reduce((s, b, q) => s + map.weights[k * count + q] * (filled[b] - map.center[b]), 0);
          return relaxation * full + (1 - relaxation) * before + ballOf(rounds).momentum * (before - twoBefore[k]);
        });
        filled = filled.map((_v, k) => (visible.observed[i * p + columnOf[k]] ? visible.features[i * d + k] : predicted[k]));
      }
      return predicted;
    }).flat();
    const g = new Graph();
    const x = g.input("x", ["B", d]);
    const seen = g.input("visible", ["B", p]);
    g.output("predicted", linearPath(layout, x, seen, toFeatures(seen, layout), mapConstants(g, given), rounds).predicted);
    const session = await openSession(toOnnx(g));
    const out = await session.run({ x: float32(visible.features, table.rows, d), visible: float32(Float32Array.from(visible.observed), table.rows, p) });
    await session.close();
    expect(difference(out.predicted.data as Float32Array, expected)).toBeLessThan(2e-5);
  });
});
