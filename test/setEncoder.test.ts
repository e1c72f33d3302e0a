import { describe, expect, test } from "vitest";
import { cellsOf, factorTable, levelsAttribute, numberAttribute, withHoles } from "./support/tables.js";
import { createRng } from "../src/base/random.js";
import { encodeCells } from "../src/data/encode.js";
import { fitLayout } from "../src/data/layout.js";
import { toOnnx } from "../src/engine/index.js";
import { openSession } from "../src/engine/node/session.js";
import { openPredictor } from "../src/inference/predictor.js";
import { fitFactors } from "../src/model/factorFit.js";
import { fitNeighbours } from "../src/model/neighbourFit.js";
import { declareNetwork, type NetworkConfig } from "../src/model/network.js";
import { buildPathGraph } from "../src/model/paths.js";
import { compileModel } from "../src/model/trained.js";
import { trainingDefaults } from "../src/training/options.js";
import { batchRows, byLength, openSetFeeds } from "../src/training/setFeeds.js";
import { setLossGraph } from "../src/training/setGraph.js";
import { setShape } from "../src/training/setShape.js";
import { trainModel } from "../src/training/train.js";

const width = 8;
const set = (queriesSeeTokens: boolean) => ({ kind: "set", width, depth: 1, heads: 2, latents: 4, queriesSeeTokens }) as const;
const networkOf = (queriesSeeTokens: boolean): NetworkConfig => ({ linearRounds: 1, memory: null, residual: set(queriesSeeTokens), gates: { linear: 0.8, memory: 0.2 } });

// Numbers, one of them skewed, and attributes of 2, 3 and 5 classes; five people, one of whom has nothing visible.
const cells = withHoles(factorTable(60, 4, [2, 3, 3, 5], 5), 0.2, 6);
cells.values[0].forEach((x, i) => (cells.values[0][i] = Math.exp(x)));
const layout = fitLayout(cells);
const table = encodeCells(cells, layout);
const p = layout.columns.length;
const d = layout.features;
const neighbours = Int32Array.from(layout.columns.flatMap((c) => Array.from({ length: d }, (_, k) => k).filter((k) => k < c.first || k >= c.first + c.width).slice(0, 5)));
const linear = fitNeighbours(table, layout, { neighbours, common: new Set() }, await fitFactors(table, layout, openSession), () => [20])[0].map;
const rows = 5;
const features = table.features.slice(0, rows * d);
const rng = createRng(2);
const visible = Float32Array.from({ length: rows * p }, (_, at) => (at >= p && table.observed[at] && rng.uniform() < 0.6 ? 1 : 0));
const weight = Float32Array.from({ length: rows * p }, (_, at) => (table.observed[at] && !visible[at] ? 0.004 * (1 + (at % 3)) : 0));

/** Draws parameters that are large enough for every part to matter. */
function parametersOf(config: NetworkConfig) {
  const params = declareNetwork(layout, config);
  const theta = params.initial(createRng(3));
  const noise = createRng(4);
  for (let k = 0; k < theta.length; k++) theta[k] += 0.1 * noise.normal();
  return { params, theta };
}

describe("the set encoder's training graph", () => {
  const shape = setShape(layout, new Float32Array(p).fill(1), 6, p);

  test("has places for every class of columns", () => {
    expect(shape.classes.map(({ kind, width: w }) => [kind, w])).toEqual([["number", 1], ["levels", 2], ["levels", 4], ["levels", 8]]);
    expect(shape.features).toBe(shape.classes.reduce((sum, c) => sum + c.capacity * c.width, 0));
  });

  test.each([true, false])("its gradients are those of finite differences, queries seeing tokens: %s", async (sees) => {
    const config = networkOf(sees);
    const { params, theta } = parametersOf(config);
    const sets = await openSetFeeds(layout, shape, linear, 1, openSession);
    const batch = batchRows(rows, features, visible, weight);
    const trained = await sets.convert(batch, createRng(1), true);
    const given = (await sets.convert(batch, createRng(1), false)).feeds["query.weight"];
    expect((trained.feeds["query.weight"].data as Float32Array).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
    const feeds = { ...trained.feeds, "query.weight": given };
    const session = await openSession(setLossGraph(layout, set(sees), params, shape, true), { threads: 1 });
    const run = (at: Float32Array, gradients = {}) => session.run({ ...feeds, ...params.feeds(at) }, gradients);
    const gradient = new Float32Array(params.size);
    await run(theta, params.gradientOutputs(gradient));
    const direction = createRng(9);
    for (const { name, offset, size } of params.declared) {
      const v = Float32Array.from({ length: size }, () => direction.normal() / Math.sqrt(size));
      const at = async (step: number): Promise<number> => {
        const moved = theta.slice();
        for (let k = 0; k < size; k++) moved[offset + k] += step * v[k];
        return ((await run(moved)).loss.data as Float32Array)[0];
      };
      const step = 0.02;
      const slope = ((await at(step)) - (await at(-step))) / (2 * step);
      const expected = v.reduce((s, x, k) => s + x * gradient[offset + k], 0);
      expect(Math.abs(slope - expected), name).toBeLessThan(3e-5 + 0.03 * Math.abs(expected));
    }
    expect(gradient.filter((x) => x !== 0).length).toBeGreaterThan(0.5 * gradient.length);
    await session.close();
    await sets.close();
  });

  test("its loss is that of the graph that answers, cell by cell", async () => {
    const config = networkOf(true);
    const { params, theta } = parametersOf(config);
    const sets = await openSetFeeds(layout, shape, linear, 1, openSession);
    const converted = await sets.convert(batchRows(rows, features, visible, weight), createRng(1), false);
    expect(converted.weight).toBeCloseTo(weight.reduce((a, b) => a + b, 0), 6);
    const scorer = await openSession(setLossGraph(layout, set(true), params, shape, false));
    const { loss } = await scorer.run({ ...converted.feeds, ...params.feeds(theta) });
    await Promise.all([scorer.close(), sets.close()]);
    const predictor = await openPredictor({ layout, graph: toOnnx(buildPathGraph(layout, config, params, [{ theta, linear }], null, { first: [], total: 0 })), memberCount: 1, memoryHashes: null } as never, openSession);
    const [{ net, logVariance }] = await predictor.run({ rows, features, observed: Uint8Array.from(visible) });
    await predictor.close();
    let expected = 0;
    for (let i = 0; i < rows; i++) {
      layout.columns.forEach(({ first, width: w, kind }, j) => {
        for (let k = first; k < first + (kind === "number" ? 1 : w); k++) {
          const truth = features[i * d + k];
          const guess = net[i * d + k];
          const spread = kind === "number" ? logVariance![i * layout.numbers + j] : 0;
          const nll = kind === "number" ? 0.5 * (Math.min(25, (guess - truth) ** 2 * Math.exp(-spread)) + spread) : -truth * Math.log(guess);
          expected += weight[i * p + j] * nll;
        }
      });
    }
    expect((loss.data as Float32Array)[0]).toBeCloseTo(expected, 5);
  });

  test("a row with more scored cells than places is sampled without changing what it weighs", async () => {
    const few = setShape(layout, new Float32Array(p).fill(1), rows, 2);
    const sets = await openSetFeeds(layout, few, linear, 1, openSession);
    const draws = createRng(7);
    const expected = weight.reduce((a, b) => a + b, 0);
    let mean = 0;
    for (let k = 0; k < 400; k++) mean += (await sets.convert(batchRows(rows, features, visible, weight), draws, false)).weight / 400;
    await sets.close();
    expect(mean / expected).toBeGreaterThan(0.9);
    expect(mean / expected).toBeLessThan(1.1);
  });
});

test("rows of several batches are sorted by their number of visible cells, and none is lost", () => {
  const row = (length: number, tag: number) => ({ features: Float32Array.of(tag), visible: new Float32Array(5).fill(1, 0, length), weight: new Float32Array(5), length });
  const sorted = byLength([[row(5, 0), row(1, 1)], [row(3, 2), row(2, 3), row(4, 4)]]);
  expect(sorted.map((batch) => batch.map((r) => r.length))).toEqual([[1, 2], [3, 4, 5]]);
  expect(sorted.flat().map((r) => r.features[0])).toEqual([1, 3, 2, 4, 0]);
});

test("answers are the same bits in any company, though rows have different numbers of tokens", async () => {
  const wide = fitLayout(factorTable(200, 50, [2, 2, 3, 3, 4], 8));
  const encoded = encodeCells(factorTable(200, 50, [2, 2, 3, 3, 4], 8), wide);
  const q = wide.columns.length;
  const hide = createRng(5);
  const observed = encoded.observed.map((_, at) => (hide.uniform() < Math.floor(at / q) / 200 ? 1 : 0));
  const config: NetworkConfig = { linearRounds: 1, memory: null, residual: { kind: "set", width: 16, depth: 1, heads: 2, latents: 8, queriesSeeTokens: true }, gates: { linear: 0.8, memory: 0.2 } };
  const params = declareNetwork(wide, config);
  const near = Int32Array.from(wide.columns.flatMap((c) => Array.from({ length: wide.features }, (_, k) => k).filter((k) => k < c.first || k >= c.first + c.width).slice(0, 8)));
  const map = fitNeighbours(encoded, wide, { neighbours: near, common: new Set() }, await fitFactors(encoded, wide, openSession), () => [20])[0].map;
  const graph = toOnnx(buildPathGraph(wide, config, params, [{ theta: params.initial(createRng(1)), linear: map }], null, { first: [], total: 0 }));
  const predictor = await openPredictor({ layout: wide, graph, memberCount: 1, memoryHashes: null } as never, openSession);
  const part = (first: number, count: number) => predictor.run({ rows: count, features: encoded.features.subarray(first * wide.features, (first + count) * wide.features), observed: observed.subarray(first * q, (first + count) * q) });
  const [all] = await part(0, 200);
  for (const [first, count] of [[0, 1], [3, 7], [90, 110], [199, 1]]) {
    const [some] = await part(first, count);
    expect(some.net).toEqual(all.net.slice(first * wide.features, (first + count) * wide.features));
    expect(some.logVariance).toEqual(all.logVariance!.slice(first * wide.numbers, (first + count) * wide.numbers));
  }
  await predictor.close();
});

test("a table of 600 attributes with half of its cells missing is learned in seconds", async () => {
  // 60 groups of ten attributes share a factor each.
  const [people, groups, size] = [240, 60, 10];
  const draw = createRng(12);
  const attributes = Array.from({ length: groups * size }, (_, j) => (j % size < 7 ? numberAttribute(`x${j}`) : levelsAttribute(`x${j}`, 2)));
  const complete = attributes.map(() => new Float64Array(people));
  for (let i = 0; i < people; i++) {
    for (let k = 0; k < groups; k++) {
      const factor = draw.normal();
      for (let j = k * size; j < (k + 1) * size; j++) {
        const x = factor + 0.6 * draw.normal();
        complete[j][i] = j % size < 7 ? x : x < 0 ? 0 : 1;
      }
    }
  }
  const truth = cellsOf(attributes, complete);
  const holes = withHoles(truth, 0.5, 3);
  const { model, epochs } = await trainModel(holes, { ...trainingDefaults, network: "set", width: 16, heads: 2, latents: 8, depth: 1, queries: 32, epochs: 4 }, openSession);
  expect(epochs).toHaveLength(1);
  const predictor = await openPredictor(compileModel(model), openSession);
  const encoded = encodeCells(holes, model.layout);
  const known = encodeCells(truth, model.layout);
  const [paths] = await predictor.run(encoded);
  await predictor.close();
  let [ours, mean] = [0, 0];
  for (let i = 0; i < people; i++) {
    for (let j = 0; j < model.layout.numbers; j++) {
      if (encoded.observed[i * model.layout.columns.length + j]) continue;
      const at = i * model.layout.features + model.layout.columns[j].first;
      ours += (paths.net[at] - known.features[at]) ** 2;
      mean += known.features[at] ** 2;
    }
  }
  expect(ours).toBeLessThan(0.9 * mean);
});
