import { positiveAxes } from "../dim.js";
import type { Tensor } from "../graph.js";

/**
 * Columns or rows of a tensor by constant indices along an axis of static size; no gradient: for inputs, never for
 * what is trained. @throws Error when an index lies outside; `grad` throws when it meets one
 */
export function gather(a: Tensor, indices: readonly number[], axis: number): Tensor {
  const g = a.graph;
  const [at] = positiveAxes([axis], a.shape.length);
  const size = a.shape[at];
  const wrong = indices.find((i) => !Number.isInteger(i) || i < 0 || (typeof size === "number" && i >= size));
  if (wrong !== undefined) throw new Error(`gather: there is no index ${wrong} along an axis of size ${size}`);
  const y = g.emit("Gather", [a, g.int64(indices)], a.shape.with(at, indices.length), { axis: at }, a.dtype);
  return g.record(y, [a], () => {
    throw new Error("gather has no gradient: use embedding, slice or a product with a constant matrix");
  });
}

/**
 * Parts of a tensor along an axis, by int64 indices of any shape that come when the graph runs; no gradient: for inputs.
 * @throws Error unless the indices are int64; `grad` throws when it meets one
 */
export function take(a: Tensor, indices: Tensor, axis: number): Tensor {
  const [at] = positiveAxes([axis], a.shape.length);
  if (indices.dtype !== "int64") throw new Error(`take: the indices must be int64, not ${indices.dtype}`);
  const shape = [...a.shape.slice(0, at), ...indices.shape, ...a.shape.slice(at + 1)];
  return a.graph.record(a.graph.emit("Gather", [a, indices], shape, { axis: at }, a.dtype), [a], () => {
    throw new Error("take has no gradient: use lookup");
  });
}

/**
 * Rows of a table (v, d) by int64 indices of any shape (…): -> (…, d).
 * The gradient is onehot(indices) d, (v, n) x (n, d), a matrix product: a scatter-add on duplicate indices would race on
 * two threads (ONNX Runtime's ScatterND loses updates), which corrupts training silently. Its cost grows with v times
 * the number of indices, so it is meant for tables of some hundred rows.
 * @throws Error unless the table is of rank 2 and static size and the indices are int64
 */
export function embedding(table: Tensor, indices: Tensor): Tensor {
  const g = table.graph;
  const [rows, width] = table.shape;
  if (table.shape.length !== 2 || typeof rows !== "number" || typeof width !== "number") {
    throw new Error(`embedding: the table [${table.shape}] must have rank 2 and a static size`);
  }
  if (indices.dtype !== "int64") throw new Error(`embedding: the indices must be int64, not ${indices.dtype}`);
  const y = g.emit("Gather", [table, indices], [...indices.shape, width], { axis: 0 });
  return g.record(y, [table], (d) => {
    const flat = g.emit("Reshape", [indices, g.int64([-1])], ["flat"], {}, "int64");
    const hot = g.emit("OneHot", [flat, g.int64([rows], []), g.constant([0, 1], [2])], [rows, "flat"], { axis: 0 });
    const dFlat = g.emit("Reshape", [d, g.int64([-1, width])], ["flat", width]);
    return [g.emit("MatMul", [hot, dFlat], [rows, width])];
  });
}
