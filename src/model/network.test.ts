import { describe, expect, test } from "vitest";
import { difference, runGraph } from "../../test/support/checkOp.js";
import { plainLoss, plainNetwork, plainParameters, type PlainInputs } from "../../test/support/plainNetwork.js";
import { cellsOf, levelsAttribute, numberAttribute } from "../../test/support/tables.js";
import { createRng } from "../base/random.js";
import { encodeCells, type Encoded } from "../data/encode.js";
import { fitLayout } from "../data/layout.js";
import { Graph, float32, grad, int64, ops, type TensorData } from "../engine/index.js";
import { klOf, trainingNoise, type LatentConfig } from "./latent.js";
import { mapConstants } from "./linearPath.js";
import { declareNetwork, heldOutLoss, memoryFromRows, network, networkLoss, type NetworkConfig } from "./network.js";

/*
 * A table with every kind of column: two numbers, a skewed one with two features, a binary one, two with 3 levels and
 * one with 4. The first 6 people are the batch, the first 9 are in memory.
 */
const people = 40;
const rng = createRng(12);
const column = (f: (i: number) => number): number[] => Array.from({ length: people }, (_, i) => (rng.uniform() < 0.25 ? NaN : f(i)));
const cells = cellsOf(
  [levelsAttribute("c", 3), numberAttribute("x"), levelsAttribute("b", 2), numberAttribute("skewed"), numberAttribute("y"), levelsAttribute("e", 4), levelsAttribute("f", 3)],
  [
    column(() => rng.int(3)),
    column(() => 50 + 10 * rng.normal()),
    column(() => rng.int(2)),
    column(() => Math.exp(2 * rng.normal())),
    column(() => rng.normal()),
    column(() => rng.int(4)),
    column(() => rng.int(3)),
  ],
);
const layout = fitLayout(cells);
const table = encodeCells(cells, layout);
const { features: d } = layout;
const p = layout.columns.length;
const batch = 6;
const memoryRows = 9;

const memoryConfig = { heads: 2, keyWidth: 3, hidden: 4 };
const latentOf = (form: LatentConfig["form"]): LatentConfig => ({ form, width: 3, components: 4, draws: 2, point: "mixture", seed: 1 });
const configs: Record<string, NetworkConfig> = {
  "an MLP with memory": { linearRounds: 3, memory: memoryConfig, residual: { kind: "mlp", width: 5, dropout: 0.2 }, gates: { linear: 0.8, memory: 0.2 } },
  "an MLP without memory": { linearRounds: 2, memory: null, residual: { kind: "mlp", width: 5, dropout: 0 }, gates: { linear: 0.8, memory: 0.2 } },
  "a transformer with memory": { linearRounds: 3, memory: memoryConfig, residual: { kind: "transformer", width: 6, depth: 2, heads: 2 }, gates: { linear: 0.5, memory: 0.5 } },
  "a transformer without memory": { linearRounds: 1, memory: null, residual: { kind: "transformer", width: 4, depth: 1, heads: 1 }, gates: { linear: 0.5, memory: 0.5 } },
  "an MLP with HI-VAE's latent": { linearRounds: 0, memory: null, residual: { kind: "mlp", width: 5, dropout: 0.2 }, latent: latentOf("hivae"), gates: { linear: 0.8, memory: 0.2 } },
  "an MLP with a flat latent": { linearRounds: 2, memory: null, residual: { kind: "mlp", width: 5, dropout: 0 }, latent: latentOf("flat"), gates: { linear: 0.8, memory: 0.2 } },
  "an MLP with a discrete latent and memory": { linearRounds: 2, memory: memoryConfig, residual: { kind: "mlp", width: 5, dropout: 0 }, latent: latentOf("discrete"), gates: { linear: 0.8, memory: 0.2 } },
  "a transformer with HI-VAE's latent": { linearRounds: 1, memory: null, residual: { kind: "transformer", width: 4, depth: 1, heads: 1 }, latent: latentOf("hivae"), gates: { linear: 0.5, memory: 0.5 } },
};
/** Noise of the latent's draw, the same for every row, and what its divergence weighs. */
const draw = { normal: [0.4, -1.1, 0.3], gumbel: [0.2, -0.7, 1.3, 0.4], temperature: 0.6 };
const klWeight = 0.3;

test("the table has what the tests need: every width, and of each column hidden cells, visible ones and holes", () => {
  expect(layout.columns.map((c) => c.attribute.name)).toEqual(["x", "y", "skewed", "b", "c", "f", "e"]);
  expect(layout.columns.map((c) => c.width)).toEqual([1, 1, 2, 2, 3, 3, 4]);
  const kinds = (j: number): Set<string> => new Set(Array.from({ length: batch }, (_, i) => (hidden(i, j) ? "hidden" : table.observed[i * p + j] ? "visible" : "hole")));
  for (let j = 0; j < p; j++) expect(kinds(j).has("hidden") && kinds(j).has("visible"), layout.columns[j].attribute.name).toBe(true);
});

/** Which observed cells are hidden: every other one of a column. */
const hidden = (i: number, j: number): boolean => {
  let before = 0;
  for (let k = 0; k < i; k++) before += table.observed[k * p + j];
  return table.observed[i * p + j] === 1 && before % 2 === 0;
};
const total = (a: readonly number[]): number => a.reduce((x, y) => x + y, 0);
const rowsOf = (flat: ArrayLike<number>, width: number, rows = flat.length / width): number[][] =>
  Array.from({ length: rows }, (_, i) => Array.from({ length: width }, (_v, k) => flat[i * width + k]));

interface Case {
  readonly x: Float32Array;
  readonly visible: Float32Array;
  readonly weight: Float32Array;
  readonly target: Float32Array;
  readonly memory: Encoded;
  readonly own: readonly number[];
}

function standardCase(): Case {
  const visible = Float32Array.from({ length: batch * p }, (_, at) => (table.observed[at] && !hidden(Math.floor(at / p), at % p) ? 1 : 0));
  return {
    x: table.features.slice(0, batch * d),
    visible,
    weight: Float32Array.from({ length: batch * p }, (_, at) => (hidden(Math.floor(at / p), at % p) ? 0.5 + (at % 4) / 4 : 0)),
    target: table.features.slice(0, batch * d),
    memory: { rows: memoryRows, features: table.features.slice(0, memoryRows * d), observed: table.observed.slice(0, memoryRows * p) },
    own: [0, 1, -1, 3, -1, 5],
  };
}

const normals = (n: number, seed: number, scale: number): Float32Array => {
  const r = createRng(seed);
  return Float32Array.from({ length: n }, () => scale * r.normal());
};
const center = normals(d, 21, 0.1).map((v, k) => (layout.columns.some((c) => c.kind === "levels" && k >= c.first && k < c.first + c.width) ? 0.4 + v : v));
const weights = normals(d * d, 22, 0.12).map((v, at) => {
  const own = layout.columns.some((c) => [Math.floor(at / d), at % d].every((k) => k >= c.first && k < c.first + c.width));
  return own ? 0 : v;
});
/** Products of eight normal factors, and something of its own for every feature. */
const covariance = ((factors: Float32Array): Float32Array => Float32Array.from({ length: d * d }, (_, at) => Array.from({ length: 8 }, (_f, f) => factors[Math.floor(at / d) * 8 + f] * factors[(at % d) * 8 + f]).reduce((a, b) => a + b, Math.floor(at / d) === at % d ? 0.4 : 0)))(normals(d * 8, 23, 0.25));
const map = { kind: "dense" as const, center, weights, lambda: new Float32Array(p), relaxation: 0.75, start: { covariance, doubt: 0.002 } };
const dropMasks = (width: number): Float32Array[] => [0, 1].map((i) => Float32Array.from({ length: batch * width }, (_, at) => ((at + i) % 5 === 0 ? 0 : 1.25)));

/** Parameters away from their start, so that gates, shares and norms differ too. */
function theta(config: NetworkConfig): Float32Array {
  const params = declareNetwork(layout, config);
  const start = params.initial(createRng(5));
  const noise = normals(params.size, 6, 0.15);
  return start.map((v, i) => v + noise[i]);
}

const memoryLoss = 0.4;

async function run(config: NetworkConfig, at: Float32Array, given: Case, gradients = false): Promise<Record<string, TensorData>> {
  const g = new Graph();
  const params = declareNetwork(layout, config);
  const values = params.inputs(g);
  const x = g.input("x", ["B", d]);
  const target = g.input("target", ["B", d]);
  const visible = g.input("visible", ["B", p]);
  const weight = g.input("weight", ["B", p]);
  const memory = config.memory ? memoryFromRows(g, layout, config.memory, values) : null;
  const residual = config.residual;
  const drops = residual.kind === "mlp" && residual.dropout > 0 ? dropMasks(residual.width) : [];
  const dropout = residual.kind === "mlp" && drops.length > 0 ? drops.map((_, i) => g.input(`dropout.${i}`, ["B", residual.width])) : undefined;
  const out = network(layout, config, values, { x, visible, map: mapConstants(g, map), memory, dropout, draws: config.latent && [trainingNoise(g, config.latent)] });
  const cellLoss = networkLoss(layout, out, target, weight, memoryLoss);
  const loss = out.latent ? ops.add(cellLoss, ops.scale(ops.sum(klOf(out.latent)), klWeight)) : cellLoss;
  g.output("linear", out.linear);
  if (out.memory) g.output("memory", out.memory);
  g.output("logits", out.logits);
  g.output("logVariance", out.logVariance);
  g.output("loss", loss);
  g.output("heldOut", heldOutLoss(layout, out, target, weight));
  if (gradients) params.outputGradients(grad(loss, params.declared.map((q) => values.get(q.name)!)));
  const rows = given.visible.length / p;
  const m = given.memory.rows;
  return runGraph(g, {
    ...params.feeds(at),
    x: float32(given.x, rows, d),
    target: float32(given.target, rows, d),
    visible: float32(given.visible, rows, p),
    weight: float32(given.weight, rows, p),
    ...(config.memory
      ? {
          "memory.features": float32(given.memory.features, m, d),
          "memory.observed": float32(Float32Array.from(given.memory.observed), m, p),
          "memory.row": int64(BigInt64Array.from({ length: m }, (_, i) => BigInt(i)), m),
          row: int64(BigInt64Array.from(given.own, BigInt), rows),
        }
      : {}),
    ...latentFeeds(config, rows),
    ...Object.fromEntries(drops.map((mask, i) => [`dropout.${i}`, float32(mask.slice(0, rows * (mask.length / batch)), rows, mask.length / batch)])),
  });
}

function latentFeeds({ latent }: NetworkConfig, rows: number): Record<string, TensorData> {
  const repeated = (noise: readonly number[]): TensorData => float32(Float32Array.from({ length: rows * noise.length }, (_, i) => noise[i % noise.length]), rows, noise.length);
  return {
    ...(latent && latent.form !== "discrete" ? { "latent.normal": repeated(draw.normal) } : {}),
    ...(latent && latent.form !== "flat" ? { "latent.gumbel": repeated(draw.gumbel), temperature: float32(Float32Array.of(draw.temperature)) } : {}),
  };
}

const plainInputs = (config: NetworkConfig, given: Case): PlainInputs => ({
  x: rowsOf(given.x, d),
  visible: rowsOf(given.visible, p),
  center: Array.from(center),
  weights: rowsOf(weights, d),
  relaxation: map.relaxation,
  covariance: rowsOf(covariance, d),
  doubt: map.start.doubt,
  memory: config.memory ? { features: rowsOf(given.memory.features, d), observed: rowsOf(given.memory.observed, p) } : null,
  own: given.own,
  draw: config.latent && draw,
  dropout: config.residual.kind === "mlp" && config.residual.dropout > 0 ? dropMasks(config.residual.width).map((mask) => rowsOf(mask, mask.length / batch)) : undefined,
});

describe.each(Object.keys(configs))("%s", (name) => {
  const config = configs[name];
  const params = declareNetwork(layout, config);
  const at = theta(config);
  const given = standardCase();

  test("predicts and loses what plain loops do", async () => {
    const out = await run(config, at, given);
    const plain = plainNetwork(layout, config, plainParameters(params, at), plainInputs(config, given));
    expect(difference(out.linear.data as Float32Array, plain.linear.flat())).toBeLessThan(1e-5);
    if (config.memory) expect(difference(out.memory.data as Float32Array, plain.memory!.flat())).toBeLessThan(1e-5);
    expect(difference(out.logits.data as Float32Array, plain.logits.flat())).toBeLessThan(2e-5);
    expect(difference(out.logVariance.data as Float32Array, plain.logVariance.flat())).toBeLessThan(2e-5);
    const loss = plainLoss(layout, plain, rowsOf(given.target, d), rowsOf(given.weight, p), memoryLoss) + klWeight * total(plain.kl);
    expect((out.loss.data as Float32Array)[0]).toBeCloseTo(loss, 3);
  });

  test("scores held-out cells by its own loss, in which one odd number counts little", async () => {
    const target = given.target.map((v, k) => (k % d === 0 ? v + 1000 : v));
    const out = await run(config, at, { ...given, target });
    const plain = plainNetwork(layout, config, plainParameters(params, at), plainInputs(config, given));
    const expected = plainLoss(layout, plain, rowsOf(target, d), rowsOf(given.weight, p), 0, 25);
    expect((out.heldOut.data as Float32Array)[0]).toBeCloseTo(expected, 3);
    // In training, too, it counts by its logarithm alone; the memory's own loss has no spread, and counts squares.
    const spoilt = (out.loss.data as Float32Array)[0];
    if (!config.memory) expect(spoilt).toBeLessThan(expected + 21 * Math.log(1000 ** 2));
    const training = plainLoss(layout, plain, rowsOf(target, d), rowsOf(given.weight, p), memoryLoss) + klWeight * total(plain.kl);
    expect(Math.abs(spoilt - training)).toBeLessThan(1e-4 * Math.abs(training));
  });

  test("has the gradient that finite differences of the plain loops have, for every parameter", async () => {
    const out = await run(config, at, given, true);
    const gradient = Float32Array.from(params.declared.flatMap(({ name }) => [...(out[`gradient.${name}`].data as Float32Array)]));
    const inputs = plainInputs(config, given);
    const { shifts } = plainNetwork(layout, config, plainParameters(params, at), inputs);
    const exact = Float64Array.from(at);
    const lossAt = (): number => {
      const out = plainNetwork(layout, config, plainParameters(params, exact), inputs, shifts);
      return plainLoss(layout, out, rowsOf(given.target, d), rowsOf(given.weight, p), memoryLoss) + klWeight * total(out.kl);
    };
    for (const { name: group, offset, size } of params.declared) {
      const step = Math.ceil(size / 5); // some of a large group, all of a small one
      for (let i = offset; i < offset + size; i += step) {
        const h = 1e-5;
        const start = exact[i];
        exact[i] = start + h;
        const up = lossAt();
        exact[i] = start - h;
        const down = lossAt();
        exact[i] = start;
        const slope = (up - down) / (2 * h);
        expect(Math.abs(gradient[i] - slope) / Math.max(1, Math.abs(slope)), `${group}[${i - offset}]`).toBeLessThan(3e-4);
      }
      expect(gradient.subarray(offset, offset + size).some((v) => Math.abs(v) > 1e-4), `${group} has a gradient`).toBe(true);
    }
  });

  test("does not look at what stands in holes", async () => {
    const clean = await run(config, at, given, true);
    const x = given.x.slice();
    layout.columns.forEach(({ first, width }, j) => {
      for (let i = 0; i < batch; i++) if (!table.observed[i * p + j]) x.fill(1234, i * d + first, i * d + first + width);
    });
    const dirty = await run(config, at, { ...given, x, target: x }, true);
    for (const output of Object.keys(clean)) expect(dirty[output].data, output).toEqual(clean[output].data);
  });

  test("predicts a hidden cell without knowing it, though it stands in the person's own row of the memory", async () => {
    for (const i of [0, 1, 3, 5]) {
      const part = (a: Float32Array, width: number): Float32Array => a.slice(i * width, (i + 1) * width);
      const one = { ...given, x: part(given.x, d), visible: part(given.visible, p), weight: part(given.weight, p), target: part(given.target, d), own: [i] };
      const x = one.x.slice();
      layout.columns.forEach(({ first, width }, j) => {
        if (hidden(i, j)) x.fill(-77, first, first + width);
      });
      const features = given.memory.features.slice();
      features.set(x, i * d);
      const changed = await run(config, at, { ...one, x, memory: { ...given.memory, features } });
      const same = await run(config, at, one);
      for (const output of Object.keys(same)) expect(changed[output].data, `${output} of row ${i}`).toEqual(same[output].data);
    }
  });

  test("scores hidden cells only", async () => {
    const clean = await run(config, at, given);
    const target = given.target.slice();
    layout.columns.forEach(({ first, width }, j) => {
      for (let i = 0; i < batch; i++) if (!hidden(i, j)) target.fill(99, i * d + first, i * d + first + width);
    });
    expect((await run(config, at, { ...given, target })).loss.data).toEqual(clean.loss.data);
  });

  const drops = config.residual.kind === "mlp" && config.residual.dropout > 0; // whose masks belong to places in the batch
  test.skipIf(drops)("gives a row the same result whoever comes with it", async () => {
    const all = await run(config, at, given);
    const order = [2, 0, 3];
    const pick = (a: Float32Array, width: number): Float32Array => Float32Array.from(order.flatMap((i) => Array.from(a.subarray(i * width, (i + 1) * width))));
    const some = await run(config, at, { ...given, x: pick(given.x, d), visible: pick(given.visible, p), weight: pick(given.weight, p), target: pick(given.target, d), own: order.map((i) => given.own[i]) });
    for (const [output, width] of [["linear", d], ["logits", d], ["logVariance", layout.numbers]] as const) {
      expect(difference(some[output].data as Float32Array, pick(all[output].data as Float32Array, width)), output).toBeLessThan(1e-6);
    }
  });
});

describe("the row memory", () => {
  const config = configs["an MLP with memory"];
  const at = theta(config);
  const plain: Case = standardCase();

  test("never lets a person see itself, whatever stands in its row", async () => {
    const before = await run(config, at, plain);
    const features = plain.memory.features.slice().fill(3, 0, d);
    const observed = plain.memory.observed.slice().fill(1, 0, p);
    const after = await run(config, at, { ...plain, memory: { rows: memoryRows, features, observed } });
    expect(after.memory.data.slice(0, d)).toEqual(before.memory.data.slice(0, d));
    expect(after.memory.data.slice(d)).not.toEqual(before.memory.data.slice(d));
  });

  test("says the mean where a person would see nobody but itself", async () => {
    const alone = { rows: 1, features: plain.memory.features.slice(0, d), observed: plain.memory.observed.slice(0, p).fill(1) };
    const out = await run(config, at, { ...plain, memory: alone, own: [0, -1, -1, -1, -1, -1] });
    const numbers = layout.columns.slice(0, layout.numbers).map((c) => c.first);
    expect(difference(numbers.map((k) => out.memory.data[k] as number), numbers.map((k) => center[k]))).toBeLessThan(1e-6);
  });

  test("says the mean of a column that nobody in it has", async () => {
    const features = plain.memory.features.slice();
    const observed = plain.memory.observed.slice();
    for (let m = 0; m < memoryRows; m++) {
      observed[m * p] = 0;
      features[m * d] = 0;
    }
    const out = await run(config, at, { ...plain, memory: { rows: memoryRows, features, observed } });
    for (let i = 0; i < batch; i++) expect(out.memory.data[i * d] as number).toBeCloseTo(center[0], 6);
  });
});
