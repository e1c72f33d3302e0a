import { dimProduct, sameShape, type Dim } from "../dim.js";
import type { Tensor } from "../graph.js";
import { unbroadcast } from "./elementwise.js";

const swapLast = (a: Tensor): Tensor => {
  const rank = a.shape.length;
  const perm = a.shape.map((_, i) => (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i));
  return a.graph.emit("Transpose", [a], perm.map((i) => a.shape[i]), { perm });
};

/** All axes but the last made one. */
function flatten(x: Tensor): Tensor {
  const shape = [dimProduct(x.shape.slice(0, -1)), x.shape.at(-1)!];
  return sameShape(shape, x.shape) ? x : x.graph.emit("Reshape", [x, x.graph.shapeTensor(shape)], shape);
}

/** Product of the last two axes, the axes before them broadcast (a plain MatMul node; the runtime fuses transposes). */
function product(a: Tensor, b: Tensor): Tensor {
  const batch = batchShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return a.graph.emit("MatMul", [a, b], [...batch, a.shape.at(-2)!, b.shape.at(-1)!]);
}

function batchShape(a: readonly Dim[], b: readonly Dim[]): readonly Dim[] {
  if (b.length === 0 || sameShape(a, b)) return a;
  if (a.length === 0) return b;
  throw new Error(`matmul: the batch axes [${a}] and [${b}] must be equal, or one side must have none`);
}

function requireInner(a: Tensor, b: Tensor, axisOfB: -1 | -2): void {
  if (a.shape.length < 2 || b.shape.length < 2) throw new Error(`matmul: [${a.shape}] and [${b.shape}] need two axes or more`);
  if (a.shape.at(-1) !== b.shape.at(axisOfB)) {
    throw new Error(`matmul: [${a.shape}] and [${b.shape}] do not share their inner size`);
  }
}

/**
 * Matrix product over the last two axes: (…, m, k) x (…, k, n) -> (…, m, n); batch axes equal, or absent on one side.
 * da = d b^T, db = a^T d. When b has no batch axes, db is one product over all flattened rows of a.
 * @throws Error when the shapes do not fit
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  requireInner(a, b, -2);
  return a.graph.record(product(a, b), [a, b], (d) => [
    unbroadcast(product(d, swapLast(b)), a.shape),
    b.shape.length === 2 ? product(swapLast(flatten(a)), flatten(d)) : unbroadcast(product(swapLast(a), d), b.shape),
  ]);
}

/** (…, m, k) x (…, n, k)^T -> (…, m, n). da = d b, db = d^T a. @throws Error when the shapes do not fit */
export function matmulTransposed(a: Tensor, b: Tensor): Tensor {
  requireInner(a, b, -1);
  return a.graph.record(product(a, swapLast(b)), [a, b], (d) => [
    unbroadcast(product(d, b), a.shape),
    b.shape.length === 2 ? product(swapLast(flatten(d)), flatten(a)) : unbroadcast(product(swapLast(d), a), b.shape),
  ]);
}
