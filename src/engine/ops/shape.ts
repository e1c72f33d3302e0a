import { dimProduct, positiveAxes, sameShape, type Dim, type Shape } from "../dim.js";
import type { Tensor } from "../graph.js";

/** The same elements in another shape of equal size; the gradient is reshaped back. @throws Error when the sizes differ */
export function reshape(a: Tensor, shape: Shape): Tensor {
  if (dimProduct(a.shape) !== dimProduct(shape)) throw new Error(`reshape: [${a.shape}] has another size than [${shape}]`);
  const g = a.graph;
  const y = g.emit("Reshape", [a, g.shapeTensor(shape)], shape, {}, a.dtype);
  return g.record(y, [a], (d) => [g.emit("Reshape", [d, g.shapeTensor(a.shape)], a.shape)]);
}

/**
 * Axes in another order: y.shape[i] = a.shape[order[i]]; the gradient takes the inverse order.
 * @throws Error when `order` does not hold every axis once
 */
export function transpose(a: Tensor, order: readonly number[]): Tensor {
  const g = a.graph;
  const perm = positiveAxes(order, a.shape.length);
  if (perm.length !== a.shape.length) throw new Error(`transpose: [${order}] must name every axis of [${a.shape}]`);
  const inverse = perm.map((_, i) => perm.indexOf(i));
  const y = g.emit("Transpose", [a], perm.map((i) => a.shape[i]), { perm }, a.dtype);
  return g.record(y, [a], (d) => [g.emit("Transpose", [d], a.shape, { perm: inverse })]);
}

/** Tensors joined along an axis of static sizes; the gradient is split. @throws Error when their other axes differ */
export function concat(parts: readonly Tensor[], axis: number): Tensor {
  if (parts.length === 0) throw new Error("concat: no tensors were given");
  const [first] = parts;
  const [at] = positiveAxes([axis], first.shape.length);
  for (const { shape } of parts) {
    if (!sameShape(shape.with(at, 0), first.shape.with(at, 0))) {
      throw new Error(`concat: [${first.shape}] and [${shape}] differ in more than axis ${axis}`);
    }
  }
  if (parts.length === 1) return first;
  const g = first.graph;
  const sizes = parts.map((t) => staticDim(t.shape[at], "concat"));
  const y = emitConcat(parts, at);
  return g.record(y, parts, (d) => g.emitMany("Split", [d, g.int64(sizes)], parts.map((t) => t.shape), { axis: at }));
}

/**
 * An axis of static size cut into pieces of the given sizes; the gradient is joined, zeros where a piece had none.
 * @throws Error when the sizes do not add up to the axis
 */
export function split(a: Tensor, sizes: readonly number[], axis: number): Tensor[] {
  const [at] = positiveAxes([axis], a.shape.length);
  if (sizes.reduce((x, y) => x + y, 0) !== a.shape[at]) throw new Error(`split: ${sizes} does not add up to ${a.shape[at]}`);
  if (sizes.length === 1) return [a];
  const g = a.graph;
  const pieces = g.emitMany("Split", [a, g.int64(sizes)], sizes.map((size) => a.shape.with(at, size)), { axis: at }, a.dtype);
  g.recordMany(pieces, [a], (gradients) => [emitConcat(gradients.map((d, i) => d ?? zeros(pieces[i])), at)]);
  return pieces;
}

/**
 * a[..., start:end, ...] along one axis of static size; the gradient is padded with zeros.
 * @throws Error unless 0 <= start <= end <= size
 */
export function slice(a: Tensor, start: number, end: number, axis: number): Tensor {
  const [at] = positiveAxes([axis], a.shape.length);
  const size = staticDim(a.shape[at], "slice");
  if (!(start >= 0 && start <= end && end <= size)) {
    throw new Error(`slice: ${start} to ${end} does not lie in an axis of size ${size}`);
  }
  if (start === 0 && end === size) return a;
  const g = a.graph;
  const y = g.emit("Slice", [a, g.int64([start]), g.int64([end]), g.int64([at])], a.shape.with(at, end - start), {}, a.dtype);
  return g.record(y, [a], (d) => {
    const rank = a.shape.length;
    const pads = Array.from({ length: 2 * rank }, (_, i) => (i === at ? start : i === rank + at ? size - end : 0));
    return [g.emit("Pad", [d, g.int64(pads), g.constant(0)], a.shape, { mode: "constant" })];
  });
}

function emitConcat(parts: readonly Tensor[], axis: number): Tensor {
  const size = parts.reduce((n, t) => n + staticDim(t.shape[axis], "concat"), 0);
  return parts[0].graph.emit("Concat", parts, parts[0].shape.with(axis, size), { axis }, parts[0].dtype);
}

function zeros(like: Tensor): Tensor {
  const g = like.graph;
  return g.emit("Expand", [g.constant(0), g.runtimeShape(like.shape)], like.shape);
}

function staticDim(dim: Dim, op: string): number {
  if (typeof dim !== "number") throw new Error(`${op}: the axis has the symbolic size ${dim}; a static one is needed`);
  return dim;
}
