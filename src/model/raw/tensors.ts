/** Operations of the exported graph, in float64 and without derivatives. */
import { broadcastShapes, type DType, type Shape, type Tensor } from "../../engine/index.js";

const onnxType = { float32: 1, int64: 7, bool: 9, float64: 11 } satisfies Record<DType, number>;

export const cast = (a: Tensor, dtype: DType): Tensor => a.graph.emit("Cast", [a], a.shape, { to: onnxType[dtype] }, dtype);

const pair = (op: string, a: Tensor, b: Tensor, dtype: DType): Tensor => a.graph.emit(op, [a, b], broadcastShapes(a.shape, b.shape), {}, dtype);

export const less = (a: Tensor, b: Tensor): Tensor => pair("Less", a, b, "bool");
export const lessOrEqual = (a: Tensor, b: Tensor): Tensor => pair("LessOrEqual", a, b, "bool");
export const both = (a: Tensor, b: Tensor): Tensor => pair("And", a, b, "bool");
export const least = (a: Tensor, b: Tensor): Tensor => pair("Min", a, b, a.dtype);
export const most = (a: Tensor, b: Tensor): Tensor => pair("Max", a, b, a.dtype);
export const within = (a: Tensor, low: Tensor, high: Tensor): Tensor => least(most(a, low), high);

/** Abs, Floor, Exp, Log, Sqrt, Neg. */
export const unary = (op: string, a: Tensor): Tensor => a.graph.emit(op, [a], a.shape, {}, a.dtype);

/** Sum over the last axis, which stays as size 1. */
export const sumLast = (a: Tensor): Tensor =>
  a.graph.emit("ReduceSum", [a, a.graph.int64([a.shape.length - 1])], a.shape.with(-1, 1), { keepdims: 1 }, a.dtype);

/** The same data in another shape; at most one dimension is unknown. */
export const shaped = (a: Tensor, shape: Shape): Tensor => a.graph.emit("Reshape", [a, a.graph.shapeTensor(shape)], shape, {}, a.dtype);

/** Value of a polynomial by Horner's rule, the coefficient of the highest power first. */
export function polynomial(x: Tensor, coefficients: readonly number[]): Tensor {
  const g = x.graph;
  return coefficients.slice(1).reduce((sum, c) => pair("Add", pair("Mul", sum, x, x.dtype), g.double(c), x.dtype), g.double(coefficients[0]));
}
