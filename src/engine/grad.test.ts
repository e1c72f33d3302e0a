import { grad as jaxGrad, init, nn, numpy as np, type Array as JaxArray } from "@jax-js/jax";
import fc from "fast-check";
import { expect, test } from "vitest";
import { difference, runGraph } from "../../test/support/checkOp.js";
import { each, plain } from "../../test/support/plain.js";
import { createRng } from "../base/random.js";
import { Graph, broadcastShapes, float32, grad, ops, type Tensor, type TensorData } from "./index.js";

const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

test("the gradient of a product of broadcast tensors sums over what was repeated, for any shapes", async () => {
  const full = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 });
  const pair = full.chain((shape) => {
    const part = fc.tuple(fc.nat(shape.length), fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }));
    const cut = ([from, ones]: [number, boolean[]]): number[] => shape.map((d, i) => (ones[i] ? 1 : d)).slice(from);
    return fc.tuple(part.map(cut), part.map(cut));
  });
  await fc.assert(
    fc.asyncProperty(pair, async ([aShape, bShape]) => {
      const g = new Graph();
      const [a, b] = [g.input("a", aShape), g.input("b", bShape)];
      const y = ops.mul(a, b);
      grad(ops.sum(ops.square(y)), [a, b]).forEach((d, i) => g.output(["da", "db"][i], d));
      const rng = createRng(1);
      const draw = (shape: readonly number[]): Float32Array => Float32Array.from({ length: size(shape) }, () => rng.normal());
      const feeds = { a: float32(draw(aShape), ...aShape), b: float32(draw(bShape), ...bShape) };
      const { da, db } = await runGraph(g, feeds);
      const shape = broadcastShapes(aShape, bShape) as number[];
      const values = (t: TensorData) => ({ shape: t.dims, data: Float64Array.from(t.data as Float32Array) });
      const [pa, pb] = [values(feeds.a), values(feeds.b)];
      expect(difference(da.data as Float32Array, sumTo(aShape, each(shape, (x, z) => 2 * x * z * z, pa, pb)))).toBeLessThan(1e-5);
      expect(difference(db.data as Float32Array, sumTo(bShape, each(shape, (x, z) => 2 * x * x * z, pa, pb)))).toBeLessThan(1e-5);
    }),
    { numRuns: 40, seed: 1 },
  );
});

/** Sums an array into a smaller one along the axes in which that one was broadcast. */
function sumTo(shape: readonly number[], full: { shape: readonly number[]; data: Float64Array }): Float64Array {
  const out = new Float64Array(size(shape));
  const places = plain(shape, (...index) => index.reduce((k, i, axis) => k * shape[axis] + i, 0));
  each(full.shape, (place, value) => (out[place] += value), places, full);
  return out;
}

test("only what the loss depends on has a gradient, and only scalars are losses", () => {
  const g = new Graph();
  const [a, b] = [g.input("a", [2]), g.input("b", [2])];
  expect(() => grad(a, [a])).toThrow("grad: the loss must be a scalar, not [2]");
  expect(() => grad(ops.sum(a), [a, b])).toThrow("grad: the loss does not depend on 'b'");
});

test("a tensor in the middle of the graph can be differentiated for, as can the loss itself", async () => {
  const g = new Graph();
  const a = g.input("a", [2]);
  const middle = ops.square(a);
  const loss = ops.sum(ops.square(middle));
  grad(loss, [a, middle, loss]).forEach((d, i) => g.output(`d${i}`, d));
  const { d0, d1, d2 } = await runGraph(g, { a: float32(Float32Array.of(1, 2), 2) });
  expect([[...d0.data], [...d1.data], [...d2.data]]).toEqual([[4, 32], [2, 8], [1]]);
});

test("a pre-norm transformer block agrees with jax-js in value and gradients", async () => {
  const [batch, length, width, heads, hidden] = [3, 5, 8, 2, 16];
  const shapes: Record<string, number[]> = {
    x: [batch, length, width], w: [batch, length, width],
    scale1: [width], shift1: [width], scale2: [width], shift2: [width],
    query: [width, width], key: [width, width], value: [width, width], out: [width, width],
    up: [width, hidden], bias: [hidden], down: [hidden, width],
  };
  const rng = createRng(3);
  const draw = (dims: number[]): Float32Array => Float32Array.from({ length: size(dims) }, () => 0.5 * rng.normal());
  const feeds = Object.fromEntries(Object.entries(shapes).map(([name, dims]) => [name, float32(draw(dims), ...dims)]));

  const g = new Graph();
  const t: Record<string, Tensor> = {};
  for (const [name, dims] of Object.entries(shapes)) t[name] = g.input(name, dims.length === 3 ? ["B", length, width] : dims);
  const head = (h: Tensor): Tensor => ops.transpose(ops.reshape(h, ["B", length, heads, width / heads]), [0, 2, 1, 3]);
  const n1 = ops.layerNorm(t.x, t.scale1, t.shift1);
  const [q, k, v] = [t.query, t.key, t.value].map((m) => head(ops.matmul(n1, m)));
  const weights = ops.softmax(ops.scale(ops.matmulTransposed(q, k), (width / heads) ** -0.5));
  const mixed = ops.reshape(ops.transpose(ops.matmul(weights, v), [0, 2, 1, 3]), ["B", length, width]);
  const h = ops.add(t.x, ops.matmul(mixed, t.out));
  const n2 = ops.layerNorm(h, t.scale2, t.shift2);
  const y = ops.add(h, ops.matmul(ops.silu(ops.add(ops.matmul(n2, t.up), t.bias)), t.down));
  const trained = Object.keys(shapes).filter((name) => name !== "w");
  g.output("y", y);
  grad(ops.sum(ops.mul(y, t.w)), trained.map((name) => t[name])).forEach((d, i) => g.output(`d.${trained[i]}`, d));
  const result = await runGraph(g, feeds);

  await init("wasm");
  const norm = (a: JaxArray, scale: JaxArray, shift: JaxArray): JaxArray =>
    nn.standardize(a, -1, { epsilon: 1e-5 }).mul(scale).add(shift);
  const jaxHead = (a: JaxArray): JaxArray => np.transpose(a.reshape([batch, length, heads, width / heads]), [0, 2, 1, 3]);
  const block = (p: Record<string, JaxArray>): JaxArray => {
    const a = norm(p.x.ref, p.scale1, p.shift1);
    const [jq, jk, jv] = [p.query, p.key, p.value].map((m) => jaxHead(np.matmul(a.ref, m)));
    const s = nn.softmax(np.matmul(jq, np.matrixTranspose(jk)).mul((width / heads) ** -0.5), -1);
    const m = np.transpose(np.matmul(s, jv), [0, 2, 1, 3]).reshape([batch, length, width]);
    const r = p.x.add(np.matmul(m, p.out));
    return r.ref.add(np.matmul(nn.silu(np.matmul(norm(r, p.scale2, p.shift2), p.up).add(p.bias)), p.down));
  };
  const array = (name: string): JaxArray => np.array((feeds[name].data as Float32Array).slice()).reshape([...shapes[name]]);
  const arrays = (): Record<string, JaxArray> => Object.fromEntries(trained.map((name) => [name, array(name)]));
  expect(difference(result.y.data as Float32Array, (await block(arrays()).data()) as Float32Array)).toBeLessThan(1e-5);
  const gradients = jaxGrad((p: Record<string, JaxArray>) => np.sum(block(p).mul(array("w"))))(arrays());
  for (const name of trained) {
    const expected = (await gradients[name].data()) as Float32Array;
    expect(difference(result[`d.${name}`].data as Float32Array, expected), name).toBeLessThan(2e-5);
  }
});
