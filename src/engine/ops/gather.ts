import type { Tensor } from "../graph.js";

/** Columns or rows of a tensor by constant indices along an axis; no gradient (for inputs, never for parameters). */
export function gather(a: Tensor, indices: readonly number[], axis: number): Tensor {
  const g = a.graph;
  const at = axis < 0 ? axis + a.shape.length : axis;
  return g.emit("Gather", [a, g.int64(indices)], a.shape.map((d, i) => (i === at ? indices.length : d)), { axis: at }, a.dtype);
}

/**
 * Rows of a table (v, d) by int64 indices of any shape (…): -> (…, d).
 * The gradient is onehot(indices)^T d, a matrix product: a scatter-add on duplicate indices would race on two threads
 * (ONNX Runtime's ScatterND loses updates), which corrupts training silently.
 */
export function embedding(table: Tensor, indices: Tensor): Tensor {
  const g = table.graph;
  const [rows, width] = table.shape;
  if (typeof rows !== "number") throw new Error("embedding: the table needs a static number of rows");
  const y = g.emit("Gather", [table, indices], [...indices.shape, width], { axis: 0 });
  return g.record(y, [table], (d) => {
    const flat = g.emit("Reshape", [indices, g.int64([-1])], ["flat"], {}, "int64");
    const hot = g.emit("OneHot", [flat, g.int64([rows], []), g.constant([0, 1], [2])], ["flat", rows], { axis: -1 });
    const hotT = g.emit("Transpose", [hot], [rows, "flat"], { perm: [1, 0] });
    const dFlat = g.emit("Reshape", [d, g.int64([-1, width as number])], ["flat", width]);
    return [g.emit("MatMul", [hotT, dFlat], [rows, width])];
  });
}
