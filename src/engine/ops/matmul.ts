import { dimProduct, sameShape, type Dim } from "../dim.js";
import type { Tensor } from "../graph.js";
import { unbroadcast } from "./elementwise.js";

const swapLast = (a: Tensor): Tensor => {
  const rank = a.shape.length;
  const perm = a.shape.map((_, i) => (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i));
  return a.graph.emit("Transpose", [a], perm.map((i) => a.shape[i]), { perm });
};

/** Product of the last two axes, the axes before them broadcast (a plain MatMul node; the runtime fuses transposes). */
function product(a: Tensor, b: Tensor): Tensor {
  const m = a.shape.at(-2)!;
  const n = b.shape.at(-1)!;
  const inner = a.shape.at(-1)!;
  if (inner !== b.shape.at(-2)) throw new Error(`matmul: [${a.shape}] and [${b.shape}] do not share their inner size`);
  const batch = batchShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return a.graph.emit("MatMul", [a, b], [...batch, m, n]);
}

function batchShape(a: readonly Dim[], b: readonly Dim[]): readonly Dim[] {
  if (b.length === 0 || sameShape(a, b)) return a;
  if (a.length === 0) return b;
  throw new Error(`matmul: the batch axes [${a}] and [${b}] must be equal, or one side must have none`);
}

/**
 * Matrix product over the last two axes: (…, m, k) x (…, k, n) -> (…, m, n); batch axes equal, or absent on one side.
 * da = d b^T, db = a^T d. When b has no batch axes, db is one product over all flattened rows of a.
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  const g = a.graph;
  return g.record(product(a, b), [a, b], (d) => {
    const da = unbroadcast(product(d, swapLast(b)), a.shape);
    if (b.shape.length === 2 && a.shape.length > 2) {
      const rows = dimProduct(a.shape.slice(0, -1));
      const flat = (x: Tensor): Tensor => {
        const shape = [rows, x.shape.at(-1)!];
        return g.emit("Reshape", [x, g.shapeTensor(shape)], shape);
      };
      return [da, product(swapLast(flat(a)), flat(d))];
    }
    return [da, unbroadcast(product(swapLast(a), d), b.shape)];
  });
}

/** (…, m, k) x (…, n, k)^T -> (…, m, n). da = d b, db = d^T a. */
export function matmulTransposed(a: Tensor, b: Tensor): Tensor {
  return a.graph.record(product(a, swapLast(b)), [a, b], (d) => [
    unbroadcast(product(d, b), a.shape),
    unbroadcast(product(swapLast(d), a), b.shape),
  ]);
}
