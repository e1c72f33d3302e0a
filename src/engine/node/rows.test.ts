import { describe, expect, test } from "vitest";
import { createRng } from "../../base/random.js";
import { Graph, float32, ops, rowBlock, toOnnx, type Tensor, type TensorData } from "../index.js";
import { openSession } from "./session.js";

/*
 * Inference relies on this: a row's result is the same, bit for bit, in every batch and at every place in it, as long as
 * the session has one thread and batches are filled up to a multiple of `rowBlock`. Each network here holds kernels
 * that would round differently without: products with one row, one column or a long inner axis, logarithms, sums of odd
 * width.
 */
const normal = (n: number, seed: number): Float32Array => {
  const rng = createRng(seed);
  return Float32Array.from({ length: n }, () => rng.normal());
};
const features = 45;

/** Weights are constants, or inputs as in a training step. */
type Weight = (seed: number, ...shape: number[]) => Tensor;

const networks: Record<string, (x: Tensor, weight: Weight) => Tensor> = {
  "an MLP with softmax": (x, weight) => {
    const h = ops.silu(ops.add(ops.matmul(x, weight(1, features, 700)), weight(2, 700)));
    return ops.softmax(ops.matmul(ops.layerNorm(h, weight(3, 700), weight(4, 700)), weight(5, 700, 13)));
  },
  "one output, logarithms and SiLU": (x, weight) => {
    const h = ops.silu(ops.matmul(x, weight(1, features, 31)));
    return ops.log(ops.addScalar(ops.square(ops.matmul(h, weight(2, 31, 1))), 0.1));
  },
  "sums over odd widths": (x) => {
    const blocks = ops.reshape(ops.exp(ops.scale(x, 0.3)), ["B", 9, 5]);
    const shares = ops.div(blocks, ops.sum(blocks, [2], true)); // (B, 9, 5)
    const columns = ops.reshape(ops.sum(blocks, [1, 2]), ["B", 1]);
    return ops.concat([ops.sum(shares, [1]), ops.sum(ops.mul(shares, blocks), [2]), columns], 1);
  },
  "attention, and a head of its own for each token": (x, weight) => {
    const tokens = ops.add(ops.reshape(x, ["B", 15, 3]), weight(1, 15, 1));
    const wide = ops.matmul(tokens, weight(2, 3, 16)); // (B, 15, 16)
    const heads = ops.transpose(ops.reshape(wide, ["B", 15, 2, 8]), [0, 2, 1, 3]);
    const mixed = ops.matmul(ops.softmax(ops.matmulTransposed(heads, heads)), heads); // (B, 2, 15, 8)
    const byToken = ops.reshape(ops.transpose(mixed, [2, 0, 1, 3]), [15, "B", 16]);
    return ops.reshape(ops.transpose(ops.matmul(byToken, weight(3, 15, 16, 1)), [1, 0, 2]), ["B", 15]);
  },
  "a kernel average over 900 rows": (x, weight) => {
    const queries = ops.transpose(ops.reshape(ops.matmul(x, weight(1, features, 2 * 16)), ["B", 2, 16]), [1, 0, 2]); // (2, B, 16)
    const score = ops.scale(ops.matmulTransposed(queries, weight(2, 2, 900, 16)), 0.05);
    const share = ops.exp(ops.sub(score, ops.maxAlong(score, 2))); // (2, B, 900)
    return ops.sum(ops.div(ops.matmul(share, weight(3, 900, 7)), ops.sum(share, [2], true)), [0]);
  },
};

describe.each(Object.keys(networks))("%s", (name) => {
  test.each(["constants", "inputs"])("gives a row one result, its weights being %s", async (kind) => {
    const g = new Graph();
    const feeds: Record<string, TensorData> = {};
    const weight: Weight = (seed, ...shape) => {
      const data = normal(shape.reduce((a, b) => a * b, 1), seed).map((v) => 0.3 * v);
      if (kind === "constants") return g.constant(data, shape);
      feeds[`w${seed}`] = float32(data, ...shape);
      return g.input(`w${seed}`, shape);
    };
    g.output("y", networks[name](g.input("x", ["B", features]), weight));
    const session = await openSession(toOnnx(g), { threads: 1 });

    const people = 128;
    const table = normal(people * features, 99);
    const run = async (rows: readonly number[]): Promise<Float32Array[]> => {
      const filled = Math.ceil(rows.length / rowBlock) * rowBlock;
      const x = new Float32Array(filled * features);
      rows.forEach((row, i) => x.set(table.subarray(row * features, (row + 1) * features), i * features));
      const y = (await session.run({ ...feeds, x: float32(x, filled, features) })).y.data as Float32Array;
      return rows.map((_, i) => y.slice((i * y.length) / filled, ((i + 1) * y.length) / filled));
    };

    const all = await run(Array.from({ length: people }, (_, i) => i));
    for (const size of [1, 2, 3, 7, 64, 128]) {
      for (const first of [0, 1, 5, 63]) {
        const rows = Array.from({ length: size }, (_, i) => (first + i * 7) % people);
        const got = await run(rows);
        rows.forEach((row, i) => expect(bits(got[i]), `row ${row} at place ${i} of ${size}`).toEqual(bits(all[row])));
      }
    }
    await session.close();
  });
});

const bits = (x: Float32Array): Uint32Array => new Uint32Array(x.buffer, x.byteOffset, x.length);
