import { dimProduct, type Dim, type Shape } from "../dim.js";
import type { Tensor } from "../graph.js";

/** The same elements in another shape of equal size; the gradient is reshaped back. @throws Error when the sizes differ */
export function reshape(a: Tensor, shape: Shape): Tensor {
  if (dimProduct(a.shape) !== dimProduct(shape)) throw new Error(`reshape: [${a.shape}] has another size than [${shape}]`);
  const g = a.graph;
  const y = g.emit("Reshape", [a, g.shapeTensor(shape)], shape, {}, a.dtype);
  return g.record(y, [a], (d) => [g.emit("Reshape", [d, g.shapeTensor(a.shape)], a.shape)]);
}

/** Axes in another order: y.shape[i] = a.shape[order[i]]; the gradient takes the inverse order. */
export function transpose(a: Tensor, order: readonly number[]): Tensor {
  const g = a.graph;
  const inverse = order.map((_, i) => order.indexOf(i));
  const y = g.emit("Transpose", [a], order.map((i) => a.shape[i]), { perm: order }, a.dtype);
  return g.record(y, [a], (d) => [g.emit("Transpose", [d], a.shape, { perm: inverse })]);
}

/** Tensors joined along an axis of static sizes; the gradient is split. */
export function concat(parts: readonly Tensor[], axis: number): Tensor {
  if (parts.length === 1) return parts[0];
  const g = parts[0].graph;
  const at = axis < 0 ? axis + parts[0].shape.length : axis;
  const sizes = parts.map((t) => staticDim(t.shape[at], "concat"));
  const shape = parts[0].shape.map((d, i) => (i === at ? sizes.reduce((x, y) => x + y, 0) : d));
  const y = g.emit("Concat", parts, shape, { axis: at }, parts[0].dtype);
  return g.record(y, parts, (d) => emitSplit(d, sizes, at));
}

/** An axis of static size cut into pieces of the given sizes; the gradient is joined, zeros where a piece had none. */
export function split(a: Tensor, sizes: readonly number[], axis: number): Tensor[] {
  const at = axis < 0 ? axis + a.shape.length : axis;
  if (sizes.reduce((x, y) => x + y, 0) !== a.shape[at]) throw new Error(`split: ${sizes} does not add up to ${a.shape[at]}`);
  if (sizes.length === 1) return [a];
  let start = 0;
  return sizes.map((size) => {
    const piece = slice(a, start, start + size, at);
    start += size;
    return piece;
  });
}

/** a[..., start:end, ...] along one axis of static size; the gradient is padded with zeros. */
export function slice(a: Tensor, start: number, end: number, axis: number): Tensor {
  const at = axis < 0 ? axis + a.shape.length : axis;
  const size = staticDim(a.shape[at], "slice");
  if (start === 0 && end === size) return a;
  const g = a.graph;
  const shape = a.shape.map((d, i) => (i === at ? end - start : d));
  const y = g.emit("Slice", [a, g.int64([start]), g.int64([end]), g.int64([at])], shape, {}, a.dtype);
  return g.record(y, [a], (d) => {
    const rank = a.shape.length;
    const pads = Array.from({ length: 2 * rank }, (_, i) => (i === at ? start : i === rank + at ? size - end : 0));
    return [g.emit("Pad", [d, g.int64(pads), g.constant(0)], a.shape, { mode: "constant" })];
  });
}

/** Repeats axes of size 1 until the shape is reached; the gradient is summed over them. */
export function expand(a: Tensor, shape: Shape): Tensor {
  const g = a.graph;
  const axes = shape.flatMap((d, i) => (a.shape[i] === 1 && d !== 1 ? [i] : []));
  if (axes.length === 0) return a;
  const y = g.emit("Expand", [a, g.runtimeShape(shape)], shape);
  return g.record(y, [a], (d) => [g.emit("ReduceSum", [d, g.int64(axes)], a.shape, { keepdims: 1 })]);
}

function emitSplit(d: Tensor, sizes: readonly number[], axis: number): Tensor[] {
  const g = d.graph;
  const shapes = sizes.map((size) => d.shape.map((x, i) => (i === axis ? size : x)));
  return g.emitMany("Split", [d, g.int64([...sizes])], shapes, { axis });
}

function staticDim(dim: Dim, op: string): number {
  if (typeof dim !== "number") throw new Error(`${op}: the axis has the symbolic size ${dim}; a static one is needed`);
  return dim;
}
