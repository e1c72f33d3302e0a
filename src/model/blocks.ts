import type { Layout } from "../data/layout.js";
import { ops, type Shape, type Tensor } from "../engine/index.js";

/**
 * A value per column (…, columns) repeated over the column's features -> (…, features). Columns of equal width lie
 * side by side, so this is a few reshapes; the gradient sums over each column's features.
 */
export function toFeatures(x: Tensor, layout: Layout): Tensor {
  const lead = x.shape.slice(0, -1);
  const parts = splitColumns(x, layout).map((part, i) => {
    const { count, width } = layout.groups[i];
    if (width === 1) return part; // (…, count)
    const column = ops.reshape(part, [...lead, count, 1]);
    const repeated = ops.mul(column, x.graph.constant(new Float32Array(width).fill(1), [width])); // (…, count, width)
    return ops.reshape(repeated, [...lead, count * width]);
  });
  return ops.concat(parts, -1);
}

/** Cuts (…, columns) into one piece per group of equal width. */
export const splitColumns = (x: Tensor, layout: Layout): Tensor[] => ops.split(x, layout.groups.map((g) => g.count), -1);

/** Cuts (…, features) into one piece (…, count, width) per group of equal width. */
export function splitFeatures(x: Tensor, layout: Layout): Tensor[] {
  const lead: Shape = x.shape.slice(0, -1);
  const parts = ops.split(x, layout.groups.map((g) => g.count * g.width), -1);
  return parts.map((part, i) => ops.reshape(part, [...lead, layout.groups[i].count, layout.groups[i].width]));
}

/** Puts the pieces of `splitFeatures` together again -> (…, features). */
export function joinFeatures(parts: readonly Tensor[], layout: Layout): Tensor {
  const flat = parts.map((part, i) => {
    const { count, width } = layout.groups[i];
    return ops.reshape(part, [...part.shape.slice(0, -2), count * width]);
  });
  return ops.concat(flat, -1);
}

/** (features) the column that each feature is of. */
export const columnOfFeatures = ({ columns }: Pick<Layout, "columns">): Int32Array => Int32Array.from(columns.flatMap(({ width }, j) => new Array<number>(width).fill(j)));

/** Range of the log-variance of a standardised number: below it one odd cell would outweigh thousands of others. */
export const logVarianceRange = [-6, 3] as const;
