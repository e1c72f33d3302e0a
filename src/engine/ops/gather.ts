import { dimProduct, positiveAxes, type Dim } from "../dim.js";
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
    throw new Error("gather has no gradient: use lookup, slice or a product with a constant matrix");
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
 * Where the gradient of a look-up comes from, made by `planLookup` on the caller's side. `inverse` (v) names, for each row
 * of the table, its place among the rows of the groups' sums laid one after the other, or the place behind them where the
 * row was not looked up; each group (n, size) holds the positions of rows that were looked up at most `size` times, filled
 * up by the number of positions. Without groups no row may be looked up twice, and `inverse` names positions.
 */
export interface LookupPlan {
  readonly inverse: Tensor;
  readonly groups: readonly Tensor[];
}

/**
 * Rows of a table (v, d) by int64 indices of any shape (…) -> (…, d), for tables of any length. The gradient gathers, sums
 * and gathers by the plan: each row is summed in one place in one order, so it is the same on any number of threads, and
 * its cost grows with the indices and with v, not with their product. A scatter-add would race on two threads (ONNX
 * Runtime's ScatterND loses updates of the same row), which corrupts training silently.
 * @throws Error unless the table has rank 2 and the indices are int64
 */
export function lookup(table: Tensor, indices: Tensor, plan: LookupPlan): Tensor {
  const g = table.graph;
  if (table.shape.length !== 2) throw new Error(`lookup: the table [${table.shape}] must have rank 2`);
  if (indices.dtype !== "int64") throw new Error(`lookup: the indices must be int64, not ${indices.dtype}`);
  const width = table.shape[1];
  const y = g.emit("Gather", [table, indices], [...indices.shape, width], { axis: 0 });
  return g.record(y, [table], (d) => {
    const zero = g.constant(new Float32Array(width as number), [1, width as number]);
    const count = dimProduct(indices.shape);
    const flat = g.emit("Reshape", [d, g.int64([-1, width as number])], [count, width]);
    const withZero = (parts: readonly Tensor[], rows: Dim): Tensor => g.emit("Concat", [...parts, zero], [rows, width], { axis: 0 });
    const given = withZero([flat], "given");
    const sums = plan.groups.map((group) => {
      const rows = g.emit("Gather", [given, group], [...group.shape, width], { axis: 0 });
      return group.shape[1] === 1
        ? g.emit("Reshape", [rows, g.int64([-1, width as number])], [group.shape[0], width])
        : g.emit("ReduceSum", [rows, g.int64([1])], [group.shape[0], width], { keepdims: 0 });
    });
    const summed = sums.length > 0 ? withZero(sums, "summed") : given;
    return [g.emit("Gather", [summed, plan.inverse], table.shape, { axis: 0 })];
  });
}
