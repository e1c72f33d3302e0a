import { describe, expect, test } from "vitest";
import { difference } from "../../test/support/checkOp.js";
import { plainNetwork, plainParameters } from "../../test/support/plainNetwork.js";
import { factorTable, withHoles } from "../../test/support/tables.js";
import { createRng } from "../base/random.js";
import { encodeCells } from "../data/encode.js";
import { fitLayout } from "../data/layout.js";
import { float32, int64, toOnnx, type TensorData } from "../engine/index.js";
import { openSession } from "../engine/node/session.js";
import { cellIndicators, fitGrids } from "./grids.js";
import { declareNetwork, type NetworkConfig } from "./network.js";
import { buildPathGraph, memberOutputs, type MemberWeights, type MemoryRows } from "./paths.js";
import { compileModel, hashRow, type TrainedModel } from "./trained.js";

const rows = 30;
const cells = withHoles(factorTable(rows, 3, [2, 3], 6), 0.3, 4);
const layout = fitLayout(cells);
const grids = fitGrids(cells, layout);
const table = encodeCells(cells, layout);
const { features: d } = layout;
const p = layout.columns.length;
const config: NetworkConfig = { linearRounds: 2, memory: { heads: 2, keyWidth: 3, hidden: 4 }, residual: { kind: "mlp", width: 5, dropout: 0.5 }, gates: { linear: 0.8, memory: 0.2 } };
const params = declareNetwork(layout, config);

function member(seed: number): MemberWeights {
  const rng = createRng(seed);
  const theta = params.initial(rng).map((v) => v + 0.2 * rng.normal());
  const weights = Float32Array.from({ length: d * d }, () => 0.05 * rng.normal());
  return { theta, linear: { kind: "dense", center: Float32Array.from({ length: d }, () => 0.3 + 0.1 * rng.uniform()), weights, lambda: new Float32Array(p), relaxation: 0.9 } };
}
const members = [member(1), member(2)];
const all = Int32Array.from({ length: rows }, (_, i) => i);
const repeated = (numbers: ArrayLike<number>, times: number): Float32Array => Float32Array.from({ length: times * numbers.length }, (_, k) => numbers[k % numbers.length]);
const everybody = (times: number): MemoryRows => ({
  rows: times * rows,
  features: repeated(table.features, times),
  observed: repeated(table.observed, times),
  cells: repeated(cellIndicators(cells, layout, grids, all, table.observed), times),
  row: BigInt64Array.from({ length: times * rows }, (_, i) => BigInt(i)),
});
const people = everybody(1);

async function run(graph: Uint8Array, own: readonly bigint[]): Promise<Record<string, TensorData>> {
  const session = await openSession(graph, { threads: 1 });
  const b = own.length;
  const out = await session.run({ x: float32(table.features.slice(0, b * d), b, d), visible: float32(Float32Array.from(table.observed.slice(0, b * p)), b, p), row: int64(BigInt64Array.from(own), b) });
  await session.close();
  return out;
}
const matrix = (flat: ArrayLike<number>, width: number): number[][] => Array.from({ length: flat.length / width }, (_, i) => Array.from({ length: width }, (_v, k) => flat[i * width + k]));

describe("the graph that answers", () => {
  const own = [0n, 1n, -1n, 3n];

  // With few people their weights are mixed over the heads before they are added up, with many afterwards.
  test.each([[0, 1], [1, 1], [0, 3]])("gives member %d's paths beside everybody %d times, classes as probabilities, without dropout", async (k, times) => {
    const people = everybody(times);
    expect(layout.numbers * people.rows < 2 * grids.total).toBe(times === 1);
    const out = await run(toOnnx(buildPathGraph(layout, config, params, members, people, grids)), own);
    const { theta, linear } = members[k];
    const plain = plainNetwork(layout, config, plainParameters(params, theta), {
      x: matrix(table.features.slice(0, own.length * d), d),
      visible: matrix(table.observed.slice(0, own.length * p), p),
      center: Array.from(linear.center),
      weights: matrix(linear.weights, d),
      relaxation: linear.relaxation,
      covariance: null,
      doubt: 0,
      memory: { features: matrix(people.features, d), observed: matrix(people.observed, p) },
      own: own.map(Number),
    });
    const names = memberOutputs(k);
    const net = plain.logits.map((row) => {
      const result = [...row];
      for (const { kind, first, width } of layout.columns) {
        if (kind === "number") continue;
        const e = row.slice(first, first + width).map(Math.exp);
        e.forEach((v, c) => (result[first + c] = v / e.reduce((x, y) => x + y)));
      }
      return result;
    });
    expect(difference(out[names.linear].data as Float32Array, plain.linear.flat())).toBeLessThan(1e-5);
    expect(difference(out[names.memory].data as Float32Array, plain.memory!.flat())).toBeLessThan(1e-5);
    expect(difference(out[names.net].data as Float32Array, net.flat())).toBeLessThan(2e-5);
    expect(difference(out[names.logVariance].data as Float32Array, plain.logVariance.flat())).toBeLessThan(2e-5);

    const get = plainParameters(params, theta);
    const share = (h: number, j: number): number => Math.exp(get("head.share", h, j)) / (Math.exp(get("head.share", 0, j)) + Math.exp(get("head.share", 1, j)));
    own.forEach((_, b) => {
      for (let j = 0; j < p; j++) {
        const mixed = (f: (w: number[]) => number): number => [0, 1].reduce((s, h) => s + share(h, j) * f(plain.kernel[b][h].map((w, m) => w * people.observed[m * p + j])), 0);
        const similar = mixed((w) => w.reduce((x, y) => x + y) ** 2 / w.reduce((x, y) => x + y * y, 0));
        expect((out[names.similar].data as Float32Array)[b * p + j]).toBeCloseTo(similar, 3);
        if (j >= layout.numbers) continue;
        const histogram = Array.from({ length: grids.grids[j].size }, (_v, c) => {
          const at = grids.first[j] + c;
          return mixed((w) => w.reduce((s, v, m) => s + v * people.cells[m * grids.total + at], 0) / w.reduce((x, y) => x + y, 0));
        });
        const from = b * grids.total + grids.first[j];
        expect(difference((out[names.histogram].data as Float32Array).slice(from, from + histogram.length), histogram)).toBeLessThan(1e-5);
        expect(histogram.reduce((x, y) => x + y)).toBeCloseTo(1, 9);
      }
    });
  });

  test("does without a memory", async () => {
    const bare = toOnnx(buildPathGraph(layout, { ...config, memory: null }, declareNetwork(layout, { ...config, memory: null }), [{ ...members[0], theta: declareNetwork(layout, { ...config, memory: null }).initial(createRng(1)) }], null, grids));
    const out = await run(bare, own);
    expect(Object.keys(out).sort()).toEqual(["linear.0", "logVariance.0", "net.0", "seen.0"]);
    const { dims, data } = out["seen.0"];
    expect(dims).toEqual([own.length, 1]);
    Array.from(data as Float32Array).forEach((share, i) => expect(share).toBeCloseTo(table.observed.subarray(i * p, (i + 1) * p).reduce((a, b) => a + b, 0) / p, 6));
  });
});

describe("a compiled model", () => {
  const model: TrainedModel = { layout, config, grids, columns: [], members, memory: people, forest: null, peoplePerMemoryRow: 1 };

  test("knows the people in its memory by their cells, at their places", async () => {
    const chosen = [4, 9, 17];
    const sample: MemoryRows = {
      rows: 3,
      features: Float32Array.from(chosen.flatMap((i) => Array.from(people.features.subarray(i * d, (i + 1) * d)))),
      observed: Float32Array.from(chosen.flatMap((i) => Array.from(people.observed.subarray(i * p, (i + 1) * p)))),
      cells: Float32Array.from(chosen.flatMap((i) => Array.from(people.cells.subarray(i * grids.total, (i + 1) * grids.total)))),
      row: BigInt64Array.from(chosen, BigInt),
    };
    const compiled = compileModel({ ...model, memory: sample });
    expect(compiled.memoryHashes).toEqual(chosen.map((i) => hashRow(table.features.subarray(i * d, (i + 1) * d), table.observed.subarray(i * p, (i + 1) * p))));
    // Whoever is the memory's second person does not see it: its place decides, not its row in the table.
    const [asSecond, asStranger] = [await run(compiled.graph, [1n]), await run(compiled.graph, [9n])];
    expect(asSecond["memory.0"].data).not.toEqual(asStranger["memory.0"].data);
    expect(asStranger["memory.0"].data).toEqual((await run(compiled.graph, [-1n]))["memory.0"].data);
  });

  test("has no hashes of prototypes", () => {
    expect(compileModel({ ...model, memory: { ...people, row: new BigInt64Array(rows).fill(-2n) } }).memoryHashes).toBeNull();
  });
});

test("hashes tell rows apart, and a hole from a zero", () => {
  const rng = createRng(3);
  const random = Array.from({ length: 2000 }, () => Float32Array.from({ length: 4 }, () => rng.int(9)));
  const distinct = new Set(random.map((row) => row.join()));
  const hashes = new Set(random.map((row) => hashRow(row, [1, 1, 1, 1])));
  expect(hashes.size).toBe(distinct.size);
  const zero = new Float32Array(2);
  expect(new Set([[1, 1], [1, 0], [0, 1], [0, 0]].map((bits) => hashRow(zero, bits))).size).toBe(4);
  expect([...hashes].every((h) => Number.isSafeInteger(h) && h >= 0)).toBe(true);
});
