import type { Shape } from "../dim.js";
import type { Tensor } from "../graph.js";

const positive = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

function reducedShape(shape: Shape, axes: readonly number[], keep: boolean): Shape {
  return keep ? shape.map((d, i) => (axes.includes(i) ? 1 : d)) : shape.filter((_, i) => !axes.includes(i));
}

/** Gives a gradient of a reduced tensor its reduced axes back and repeats it along them. */
function spread(d: Tensor, shape: Shape, axes: readonly number[]): Tensor {
  const g = d.graph;
  const kept = reducedShape(shape, axes, true);
  const y = g.emit("Reshape", [d, g.shapeTensor(kept)], kept);
  return g.emit("Expand", [y, g.runtimeShape(shape)], shape);
}

/** Sum over axes (all by default); the gradient is repeated along them. */
export function sum(a: Tensor, axes: readonly number[] = a.shape.map((_, i) => i), keepDims = false): Tensor {
  const g = a.graph;
  const over = axes.map((x) => positive(x, a.shape.length));
  const y = g.emit("ReduceSum", [a, g.int64(over)], reducedShape(a.shape, over, keepDims), { keepdims: keepDims ? 1 : 0 });
  return g.record(y, [a], (d) => [spread(d, a.shape, over)]);
}

/** Mean over axes of static size; the gradient is divided by their size and repeated. @throws Error on a symbolic axis */
export function mean(a: Tensor, axes: readonly number[], keepDims = false): Tensor {
  let size = 1;
  for (const x of axes) {
    const d = a.shape[positive(x, a.shape.length)];
    if (typeof d !== "number") throw new Error(`mean: the axis ${x} of [${a.shape}] has no static size`);
    size *= d;
  }
  const g = a.graph;
  const total = sum(a, axes, keepDims);
  const y = g.emit("Mul", [total, g.constant(1 / size)], total.shape);
  return g.record(y, [total], (d) => [g.emit("Mul", [d, g.constant(1 / size)], d.shape)]);
}

/** Largest value along one axis, kept as size 1; no gradient (used to shift exponents). */
export function maxAlong(a: Tensor, axis: number): Tensor {
  const g = a.graph;
  const at = positive(axis, a.shape.length);
  return g.emit("ReduceMax", [a, g.int64([at])], reducedShape(a.shape, [at], true), { keepdims: 1 });
}
