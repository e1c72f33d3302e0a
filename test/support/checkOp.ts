import { grad as jaxGrad, init, numpy as np, type Array as JaxArray } from "@jax-js/jax";
import { expect } from "vitest";
import { createRng } from "../../src/base/random.js";
import { Graph, dimParts, float32, grad, int64, ops, toOnnx } from "../../src/engine/index.js";
import type { Session, Shape, Tensor, TensorData } from "../../src/engine/index.js";
import { openSession } from "../../src/engine/node/session.js";
import type { Plain } from "./plain.js";

export interface OpCase {
  /** Inputs that are differentiated; the symbol B is the batch size. */
  readonly inputs: Readonly<Record<string, Shape>>;
  /** Inputs of whole numbers below a bound, which are not. */
  readonly indices?: Readonly<Record<string, { readonly shape: Shape; readonly below: number }>>;
  readonly build: (tensors: Readonly<Record<string, Tensor>>, graph: Graph) => Tensor;
  /** The same by plain loops. */
  readonly plain: (arrays: Readonly<Record<string, Plain>>) => Plain;
  /** The same in jax-js, which takes over each array that it is given: `.ref` keeps it for a further use. */
  readonly jax: (arrays: Readonly<Record<string, JaxArray>>) => JaxArray;
  /** Where the values lie; -1.5 to 1.5 if not said. */
  readonly range?: readonly [number, number];
  /** No gradient flows through the operation. */
  readonly constant?: boolean;
}

/** Builds a graph, runs it once and closes it. */
export async function runGraph(graph: Graph, feeds: Record<string, TensorData>): Promise<Record<string, TensorData>> {
  const session = await openSession(toOnnx(graph), { threads: 1 });
  try {
    return await session.run(feeds);
  } finally {
    await session.close();
  }
}

/** Largest difference, relative to values above 1. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a, (x, i) => Math.abs(x - b[i]) / Math.max(1, Math.abs(b[i]))).reduce((x, y) => (y <= x ? x : y), 0);
}

/**
 * Checks an operation in one session at two batch sizes: its values against plain loops and jax-js, its gradients
 * against central differences and jax-js.
 */
export async function checkOp(test: OpCase): Promise<void> {
  const graph = new Graph();
  const tensors: Record<string, Tensor> = {};
  const names = Object.keys(test.inputs);
  for (const name of names) tensors[name] = graph.input(name, test.inputs[name]);
  for (const [name, { shape }] of Object.entries(test.indices ?? {})) tensors[name] = graph.input(name, shape, "int64");
  const y = test.build(tensors, graph);
  graph.output("y", y);
  if (!test.constant) {
    const loss = ops.sum(ops.mul(y, graph.input("w", y.shape)));
    grad(loss, names.map((name) => tensors[name])).forEach((d, i) => {
      expect(d.shape, `gradient of ${names[i]}`).toEqual(tensors[names[i]].shape);
      graph.output(`d.${names[i]}`, d);
    });
  }
  const session = await openSession(toOnnx(graph), { threads: 2 });
  for (const batch of [2, 5]) await checkBatch(test, session, y.shape, batch);
  await session.close();
}

async function checkBatch(test: OpCase, session: Session, yShape: Shape, batch: number): Promise<void> {
  const rng = createRng(1, batch);
  const [low, high] = test.range ?? [-1.5, 1.5];
  const sized = (shape: Shape): number[] =>
    shape.map((dim) => {
      const [factor, symbols] = dimParts(dim);
      return factor * batch ** symbols.length;
    });
  const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
  const draw = (n: number): Float32Array => Float32Array.from({ length: n }, () => low + (high - low) * rng.uniform());

  const names = Object.keys(test.inputs);
  const shapes = Object.fromEntries(names.map((name) => [name, sized(test.inputs[name])]));
  const feeds: Record<string, TensorData> = {};
  for (const name of names) feeds[name] = float32(draw(size(shapes[name])), ...shapes[name]);
  for (const [name, { shape, below }] of Object.entries(test.indices ?? {})) {
    const dims = sized(shape);
    feeds[name] = int64(BigInt64Array.from({ length: size(dims) }, () => BigInt(rng.int(below))), ...dims);
  }
  const weights = Float32Array.from({ length: size(sized(yShape)) }, () => rng.normal());
  if (!test.constant) feeds.w = float32(weights, ...sized(yShape));

  const result = await session.run(feeds);
  const values: Record<string, Plain> = {};
  for (const [name, { dims, data }] of Object.entries(feeds)) {
    values[name] = { shape: dims, data: Float64Array.from(data as Float32Array, Number) };
  }
  const expected = test.plain(values);
  expect(result.y.dims).toEqual(expected.shape);
  expect(difference(result.y.data as Float32Array, expected.data), "value against plain loops").toBeLessThan(1e-5);

  await init("wasm");
  const fromJax = test.jax(toJax(feeds));
  expect(fromJax.shape).toEqual(expected.shape);
  const jaxValues = (await fromJax.data()) as Float32Array;
  expect(difference(result.y.data as Float32Array, jaxValues), "value against jax-js").toBeLessThan(2e-5);
  if (test.constant) return;

  const weighted = (x: Record<string, JaxArray>): JaxArray => np.sum(test.jax(x).mul(np.array(weights).reshape(sized(yShape))));
  const jaxGradient = jaxGrad((x: Record<string, JaxArray>, rest: Record<string, JaxArray>) => weighted({ ...x, ...rest }));
  const all = toJax(feeds);
  const some = (which: string[]): Record<string, JaxArray> => Object.fromEntries(which.map((name) => [name, all[name]]));
  const gradients = jaxGradient(some(names), some(Object.keys(test.indices ?? {})));
  for (const name of names) {
    const d = result[`d.${name}`];
    expect(d.dims).toEqual(shapes[name]);
    const jaxValues = (await gradients[name].data()) as Float32Array;
    expect(difference(d.data as Float32Array, jaxValues), `gradient of ${name} against jax-js`).toBeLessThan(2e-5);
    const numeric = await centralDifferences(session, feeds, name, weights);
    expect(difference(d.data as Float32Array, numeric), `gradient of ${name} against differences`).toBeLessThan(3e-3);
  }
}

/** d/dx of sum(w y), the sum in double precision. */
async function centralDifferences(
  session: Session,
  feeds: Record<string, TensorData>,
  name: string,
  weights: Float32Array,
): Promise<Float64Array> {
  const step = 1e-2;
  const given = feeds[name];
  const loss = async (k: number, move: number): Promise<number> => {
    const data = (given.data as Float32Array).slice();
    data[k] += move;
    const { y } = await session.run({ ...feeds, [name]: { dims: given.dims, data } });
    return (y.data as Float32Array).reduce((sum, value, i) => sum + value * weights[i], 0);
  };
  const out = new Float64Array(given.data.length);
  for (let k = 0; k < out.length; k++) out[k] = ((await loss(k, step)) - (await loss(k, -step))) / (2 * step);
  return out;
}

function toJax(feeds: Record<string, TensorData>): Record<string, JaxArray> {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, { dims, data }]) => {
      const array = data instanceof BigInt64Array ? np.array(Int32Array.from(data, Number)) : np.array((data as Float32Array).slice());
      return [name, array.reshape([...dims])];
    }),
  );
}
