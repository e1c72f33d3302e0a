import { dimProduct, positiveAxes, sameShape, type Shape } from "../dim.js";
import type { Tensor } from "../graph.js";
import { scale } from "./elementwise.js";

function reducedShape(shape: Shape, axes: readonly number[], keep: boolean): Shape {
  return keep ? shape.map((d, i) => (axes.includes(i) ? 1 : d)) : shape.filter((_, i) => !axes.includes(i));
}

/** Gives a gradient of a reduced tensor its reduced axes back and repeats it along them. */
function spread(d: Tensor, shape: Shape, axes: readonly number[]): Tensor {
  const g = d.graph;
  const kept = reducedShape(shape, axes, true);
  const y = sameShape(d.shape, kept) ? d : g.emit("Reshape", [d, g.shapeTensor(kept)], kept);
  return g.emit("Expand", [y, g.runtimeShape(shape)], shape);
}

/**
 * The sum over `axes`. ReduceSum over last axes rounds differently from row to row (its vectors start where the memory
 * is aligned), so where those axes have a static size and others don't, it is a product with ones: then a row's sum
 * does not depend on where the row stands.
 */
function emitSum(a: Tensor, axes: readonly number[], shape: Shape): Tensor {
  const g = a.graph;
  const keep = a.shape.flatMap((_, i) => (axes.includes(i) ? [] : [i]));
  const size = dimProduct(axes.map((i) => a.shape[i]));
  const leading = axes.every((axis) => axis < axes.length);
  if (leading || typeof size !== "number" || keep.every((i) => typeof a.shape[i] === "number")) {
    return g.emit("ReduceSum", [a, g.int64(axes)], shape, { keepdims: shape.length === a.shape.length ? 1 : 0 });
  }
  const order = [...keep, ...axes];
  const last = order.every((axis, i) => axis === i) ? a : g.emit("Transpose", [a], order.map((i) => a.shape[i]), { perm: order });
  const rows = [...keep.map((i) => a.shape[i]), size];
  const flat = axes.length === 1 ? last : g.emit("Reshape", [last, g.shapeTensor(rows)], rows);
  const column = [...rows.slice(0, -1), 1];
  const total = g.emit("MatMul", [flat, g.constant(new Float32Array(size).fill(1), [size, 1])], column);
  return sameShape(column, shape) ? total : g.emit("Reshape", [total, g.shapeTensor(shape)], shape);
}

/** Sum over axes (all by default); the gradient is repeated along them. */
export function sum(a: Tensor, axes: readonly number[] = a.shape.map((_, i) => i), keepDims = false): Tensor {
  const over = positiveAxes(axes, a.shape.length).sort((x, y) => x - y);
  if (over.length === 0) return a;
  const y = emitSum(a, over, reducedShape(a.shape, over, keepDims));
  return a.graph.record(y, [a], (d) => [spread(d, a.shape, over)]);
}

/** Mean over axes of static size; the gradient is divided by their size and repeated. @throws Error on a symbolic axis */
export function mean(a: Tensor, axes: readonly number[], keepDims = false): Tensor {
  const size = dimProduct(positiveAxes(axes, a.shape.length).map((i) => a.shape[i]));
  if (typeof size !== "number") throw new Error(`mean: an axis of [${a.shape}] among [${axes}] has no static size`);
  return scale(sum(a, axes, keepDims), 1 / size);
}

/** Largest value along one axis, kept as size 1; no gradient (used to shift exponents). */
export function maxAlong(a: Tensor, axis: number): Tensor {
  const g = a.graph;
  const at = positiveAxes([axis], a.shape.length);
  return g.emit("ReduceMax", [a, g.int64(at)], reducedShape(a.shape, at, true), { keepdims: 1 });
}
