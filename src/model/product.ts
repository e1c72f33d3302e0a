import { Graph, toOnnx, type SessionFactory } from "../engine/index.js";

interface Matrix {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
}

/** Products of matrices, row by row, on the runtime's kernels; holds a session. */
export interface Product<T extends keyof Matrix> {
  /** (m, k) x (k, n) -> (m, n); where the left side is taken transposed, (k, m)' x (k, n). @param k the inner size, which both sides share */
  of(left: Matrix[T], right: Matrix[T], k: number): Promise<Matrix[T]>;
  close(): Promise<void>;
}

/** @param transposed whether the left side is taken transposed */
export async function openProduct<T extends keyof Matrix>(open: SessionFactory, dtype: T, { transposed = false } = {}): Promise<Product<T>> {
  const g = new Graph();
  const left = g.input("left", transposed ? ["k", "m"] : ["m", "k"], dtype);
  const right = g.input("right", ["k", "n"], dtype);
  const first = transposed ? g.emit("Transpose", [left], ["m", "k"], { perm: [1, 0] }, dtype) : left;
  g.output("product", g.emit("MatMul", [first, right], ["m", "n"], {}, dtype));
  const session = await open(toOnnx(g));
  return {
    async of(left, right, k) {
      const m = left.length / k;
      const { product } = await session.run({ left: { data: left, dims: transposed ? [k, m] : [m, k] }, right: { data: right, dims: [k, right.length / k] } });
      return product.data as Matrix[T];
    },
    close: () => session.close(),
  };
}
