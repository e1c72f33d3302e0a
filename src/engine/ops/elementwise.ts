import { broadcastShapes, sameShape, type Shape } from "../dim.js";
import type { Tensor } from "../graph.js";

/** Sums a gradient over the axes along which `shape` was broadcast, so that it has that shape again. */
export function unbroadcast(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const offset = x.shape.length - shape.length;
  const axes = x.shape.flatMap((d, i) => (i < offset || (shape[i - offset] === 1 && d !== 1) ? [i] : []));
  const g = x.graph;
  const kept = x.shape.map((d, i) => (axes.includes(i) ? 1 : d));
  const y = axes.length === 0 ? x : g.emit("ReduceSum", [x, g.int64(axes)], kept, { keepdims: 1 });
  return sameShape(y.shape, shape) ? y : g.emit("Reshape", [y, g.shapeTensor(shape)], shape);
}

const binary = (op: string, a: Tensor, b: Tensor): Tensor =>
  a.graph.emit(op, [a, b], broadcastShapes(a.shape, b.shape), {}, a.dtype);

/** a + b with broadcasting; da = d, db = d, each summed over broadcast axes. */
export function add(a: Tensor, b: Tensor): Tensor {
  return a.graph.record(binary("Add", a, b), [a, b], (d) => [unbroadcast(d, a.shape), unbroadcast(d, b.shape)]);
}

/** a - b with broadcasting; da = d, db = -d. */
export function sub(a: Tensor, b: Tensor): Tensor {
  return a.graph.record(binary("Sub", a, b), [a, b], (d) => [
    unbroadcast(d, a.shape),
    unbroadcast(d.graph.emit("Neg", [d], d.shape), b.shape),
  ]);
}

/** a * b with broadcasting; da = d b, db = d a. */
export function mul(a: Tensor, b: Tensor): Tensor {
  return a.graph.record(binary("Mul", a, b), [a, b], (d) => [
    unbroadcast(binary("Mul", d, b), a.shape),
    unbroadcast(binary("Mul", d, a), b.shape),
  ]);
}

/** a / b with broadcasting; da = d / b, db = -d a / b^2. */
export function div(a: Tensor, b: Tensor): Tensor {
  const y = binary("Div", a, b);
  return a.graph.record(y, [a, b], (d) => {
    const da = binary("Div", d, b);
    const db = binary("Mul", d.graph.emit("Neg", [da], da.shape), y);
    return [unbroadcast(da, a.shape), unbroadcast(db, b.shape)];
  });
}

/** a * c for a plain number c; da = d c. */
export function scale(a: Tensor, c: number): Tensor {
  const times = (x: Tensor): Tensor => binary("Mul", x, x.graph.constant(c));
  return a.graph.record(times(a), [a], (d) => [times(d)]);
}

/** a + c for a plain number c; da = d. */
export const addScalar = (a: Tensor, c: number): Tensor => a.graph.record(binary("Add", a, a.graph.constant(c)), [a], (d) => [d]);

/** -a; da = -d. */
export function neg(a: Tensor): Tensor {
  return a.graph.record(a.graph.emit("Neg", [a], a.shape), [a], (d) => [d.graph.emit("Neg", [d], d.shape)]);
}

/** e^a; da = d e^a. */
export function exp(a: Tensor): Tensor {
  const y = a.graph.emit("Exp", [a], a.shape);
  return a.graph.record(y, [a], (d) => [binary("Mul", d, y)]);
}

/** ln a for a > 0; da = d / a. */
export function log(a: Tensor): Tensor {
  return a.graph.record(a.graph.emit("Log", [a], a.shape), [a], (d) => [binary("Div", d, a)]);
}

/** a^2; da = 2 d a. */
export function square(a: Tensor): Tensor {
  return a.graph.record(binary("Mul", a, a), [a], (d) => [binary("Mul", binary("Mul", d, a), d.graph.constant(2))]);
}

/** a sigmoid(a), also called swish; with s = sigmoid(a), da = d (s + y (1 - s)). */
export function silu(a: Tensor): Tensor {
  const g = a.graph;
  const s = g.emit("Sigmoid", [a], a.shape);
  const y = binary("Mul", a, s);
  return g.record(y, [a], (d) => [binary("Mul", d, binary("Add", s, binary("Mul", y, binary("Sub", g.constant(1), s))))]);
}

/** min(max(a, low), high); da = d where low <= a <= high, else 0. */
export function clamp(a: Tensor, low: number, high: number): Tensor {
  const g = a.graph;
  const y = g.emit("Clip", [a, g.constant(low), g.constant(high)], a.shape);
  return g.record(y, [a], (d) => {
    const inside = g.emit("Equal", [a, y], a.shape, {}, "bool");
    return [g.emit("Where", [inside, d, g.constant(0)], a.shape)];
  });
}

/** condition ? a : b, elementwise with broadcasting; the gradient goes to the branch that was taken. */
export function where(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  const g = a.graph;
  const shape = broadcastShapes(condition.shape, broadcastShapes(a.shape, b.shape));
  return g.record(g.emit("Where", [condition, a, b], shape, {}, a.dtype), [a, b], (d) => [
    unbroadcast(g.emit("Where", [condition, d, g.constant(0)], shape), a.shape),
    unbroadcast(g.emit("Where", [condition, g.constant(0), d], shape), b.shape),
  ]);
}

/** a == b as booleans; no gradient. */
export const equal = (a: Tensor, b: Tensor): Tensor =>
  a.graph.emit("Equal", [a, b], broadcastShapes(a.shape, b.shape), {}, "bool");
