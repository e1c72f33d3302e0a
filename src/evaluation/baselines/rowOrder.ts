import type { Cells } from "../../data/cells.js";
import type { Imputer } from "../imputer.js";

/**
 * Makes an imputer independent of the order of rows, to the last bit: it sees the rows sorted by their cells, and what it
 * gives is put back in the given order. (Of rows that are equal cell by cell, draws may be exchanged.)
 */
export const independentOfRowOrder = (impute: Imputer): Imputer => async (cells, seed, hooks) => {
  const order = sortedRows(cells);
  const place = new Int32Array(cells.rows);
  order.forEach((row, k) => (place[row] = k));
  const sort = (column: Float64Array): Float64Array => Float64Array.from(order, (row) => column[row]);
  const restore = (column: Float64Array): Float64Array => Float64Array.from(place, (k) => column[k]);
  const { values, draws, distribution } = await impute({ ...cells, values: cells.values.map(sort) }, seed, hooks);
  return {
    values: values.map(restore),
    ...(draws && { draws: draws.map((columns) => columns.map(restore)) }),
    ...(distribution && { distribution: (row: number, attribute: number) => distribution(place[row], attribute) }),
  };
};

/** Rows in the order of their first cells, where these are equal of their second ones, and so on; holes come first. */
function sortedRows({ rows, values }: Cells): Int32Array {
  return Int32Array.from({ length: rows }, (_, i) => i).sort((a, b) => {
    for (const column of values) {
      const [x, y] = [column[a], column[b]];
      if (x === y) continue;
      const [xHole, yHole] = [Number.isNaN(x), Number.isNaN(y)];
      if (xHole !== yHole) return xHole ? -1 : 1;
      if (!xHole) return x - y;
    }
    return a - b;
  });
}
