import { sameShape, type Shape } from "../dim.js";
import type { Tensor } from "../graph.js";

/** Taken off the scores of absent keys, whose weight is an exact zero then. */
const far = 1e9;

export interface AttentionOptions {
  readonly present?: Tensor | null;
  readonly pieces?: number;
}

/**
 * Attention of several heads (Vaswani et al. 2017): q (B, n, d), k and v (B, m, d) -> (B, n, d). In each head, which has
 * d / heads of the width, P = softmax(q k^T / sqrt(d / heads)) and y = P v.
 *
 * dv = P^T dy; ds = P (dy v^T - sum(y dy)), where the sum over a row of y dy is that of P dP, at a fraction of its size
 * (Dao et al. 2022); dq = ds k / sqrt(d / heads), dk = ds^T q / sqrt(d / heads). Products with P^T and ds^T are taken the other
 * way round, as dy^T P and q^T ds: the narrow factor is the one to be transposed.
 * @param options.present (B, m) 1 for keys that are there and 0 for those that are not; no gradient flows to it, and where no key
 *   is present y is zero
 * @param options.pieces parts of equal size into which the batch is cut, so that what is made of one stays in the processor's
 *   cache; B must be a multiple of it. Every row keeps its bits
 * @throws Error unless the shapes fit and the heads share the width evenly
 */
export function attention(q: Tensor, k: Tensor, v: Tensor, heads: number, { present = null, pieces = 1 }: AttentionOptions = {}): Tensor {
  const g = q.graph;
  const [rows, n, d] = q.shape;
  const m = k.shape[1];
  const fits = q.shape.length === 3 && sameShape(k.shape, v.shape) && sameShape(k.shape, [rows, m, d]);
  if (!fits || typeof d !== "number" || d % heads !== 0) {
    throw new Error(`attention: ${heads} heads cannot go from [${q.shape}] to keys [${k.shape}] and values [${v.shape}]`);
  }
  if (present && !sameShape(present.shape, [rows, m])) throw new Error(`attention: present [${present.shape}] must be [${[rows, m]}]`);
  if (typeof rows === "number" && rows % pieces !== 0) throw new Error(`attention: ${rows} rows cannot be cut into ${pieces} equal pieces`);
  const width = d / heads;
  const factor = g.constant(1 / Math.sqrt(width));
  const op = (name: string, a: Tensor, b: Tensor, shape = a.shape): Tensor => g.emit(name, [a, b], shape);
  const transpose = (x: Tensor, perm: readonly number[]): Tensor => g.emit("Transpose", [x], perm.map((i) => x.shape[i]), { perm });
  const reshape = (x: Tensor, shape: Shape): Tensor => g.emit("Reshape", [x, g.shapeTensor(shape)], shape);
  const swap = (x: Tensor): Tensor => transpose(x, [0, 1, 3, 2]);
  const product = (a: Tensor, b: Tensor): Tensor => op("MatMul", a, b, [...a.shape.slice(0, 3), b.shape[3]]);
  const split = (x: Tensor): Tensor => transpose(reshape(x, [x.shape[0], x.shape[1], heads, width]), [0, 2, 1, 3]); // (B, heads, n, width)
  const join = (x: Tensor, perm: readonly number[]): Tensor => reshape(transpose(x, perm), [x.shape[0], x.shape[perm[1]], d]);
  const few = typeof rows === "number" ? rows / pieces : `${rows}_piece`;
  const cut = (x: Tensor): Tensor[] =>
    pieces === 1 ? [x] : g.emitMany("Split", [x], new Array<Shape>(pieces).fill([few, ...x.shape.slice(1)]), { axis: 0, num_outputs: pieces });
  const glue = (parts: readonly Tensor[]): Tensor => (parts.length === 1 ? parts[0] : g.emit("Concat", parts, [rows, ...parts[0].shape.slice(1)], { axis: 0 }));

  const [qs, ks, vs] = [q, k, v].map((x) => cut(split(x)));
  // What (B, heads, n, m) would have to be gone through for is done on the narrow factors: a further number of each query, 1, and of
  // each key takes absent ones' scores away, and values of absent keys are zero, should all be absent and share the weight.
  const seen = present && cut(reshape(present, [rows, 1, m, 1]));
  const padded = (x: Tensor, before: number, after: number, value: number): Tensor =>
    g.emit("Pad", [x, g.int64([0, 0, 0, before, 0, 0, 0, after]), g.constant(value)], [...x.shape.slice(0, 3), (x.shape[3] as number) + before + after]);
  const softmax = (scores: Tensor): Tensor => g.emit("Softmax", [scores], scores.shape, { axis: -1 });
  const weights = qs.map((piece, c) => {
    // (B, heads, n, m)
    if (!seen) return softmax(op("Mul", product(piece, swap(ks[c])), factor));
    const absent = op("Mul", op("Add", seen[c], g.constant(-1)), g.constant(far)); // (B, 1, m, 1)
    const keys = padded(ks[c], 0, 1, 0);
    return softmax(product(padded(op("Mul", piece, factor), 0, 1, 1), swap(op("Add", keys, padded(absent, width, 0, 0)))));
  });
  const shown = (x: Tensor, c: number): Tensor => (seen ? op("Mul", x, seen[c]) : x);
  const shownValues = vs.map(shown);
  const ys = glue(weights.map((p, c) => product(p, shownValues[c])));
  return g.record(join(ys, [0, 2, 1, 3]), [q, k, v], (dy) => {
    const all = split(dy);
    const dys = cut(all);
    const totals = cut(g.emit("ReduceSum", [op("Mul", all, ys), g.int64([-1])], [rows, heads, n, 1], { keepdims: 1 }));
    const scaled = (x: Tensor): Tensor => op("Mul", x, factor);
    const parts = weights.map((p, c) => {
      const ds = op("Mul", p, op("Sub", product(dys[c], swap(shownValues[c])), totals[c]));
      // The last two are transposed: (B, heads, width, m).
      return [scaled(product(ds, ks[c])), scaled(product(swap(qs[c]), ds)), seen ? op("Mul", product(swap(dys[c]), p), swap(seen[c])) : product(swap(dys[c]), p)];
    });
    return [0, 1, 2].map((i) => join(glue(parts.map((part) => part[i])), i === 0 ? [0, 2, 1, 3] : [0, 3, 1, 2]));
  });
}
