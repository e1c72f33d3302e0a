/** What invented people are drawn by beside the network's densities: learned from the table, kept in the bundle as counts. */
import type { Layout } from "../data/layout.js";
import { cellOf } from "./likelihoods/index.js";
import type { NumberGrids } from "./grids.js";

/** People who came to the same end of a tree, by grid cell of a number or class of levels; those without anybody are left out. */
export interface Leaf {
  readonly cells: readonly number[];
  readonly counts: readonly number[];
}

/** A question about one feature: is the number at most `upTo`, or is the class one of `classes`? Yes goes left; nobody to whom it does not apply does. */
export interface Split {
  readonly feature: number;
  readonly upTo?: number;
  readonly classes?: readonly number[];
  readonly left: TreeNode;
  readonly right: TreeNode;
}

export type TreeNode = Leaf | Split;

/** Recorded values that several people share, with their number; by grid cell, how many people have others. */
export interface SharedValues {
  readonly values: readonly number[];
  readonly counts: readonly number[];
  readonly others: readonly number[];
}

/** Rows that come from the same sources. */
export interface Origin {
  readonly sources: readonly string[];
  readonly rows: number;
  /** (columns) of (cells or classes): people, holes filled by the model; of those to whom the attribute applies. */
  readonly marginals: readonly (readonly number[])[];
  /** The same, without what the model filled. Absent in older models. */
  readonly observed?: readonly (readonly number[])[];
}

/**
 * Features of trees: column j has the number j (values of numbers, classes of levels), the origin of a row the number of
 * columns, and whether column j is empty that number plus 1 plus j (0 or 1).
 */
export interface Sampler {
  /** Columns as they are drawn; a column's tree asks for those before it and for the origin. Derived ones are left out. */
  readonly order: readonly number[];
  /** (columns) null for derived ones. */
  readonly trees: readonly (TreeNode | null)[];
  /** (columns) Trees of holes: cell 1 counts the empty ones. They ask for everything drawn and for holes of columns before. Null where nobody lacks a value. */
  readonly holes: readonly (TreeNode | null)[];
  /** (columns) As `holes`, but asking only for what is drawn before the column and for the origin. Absent in older models. */
  readonly lacking?: readonly (TreeNode | null)[];
  /** (columns) null for levels. */
  readonly shared: readonly (SharedValues | null)[];
  readonly origins: readonly Origin[];
}

export const isSplit = (node: TreeNode): node is Split => "feature" in node;

/** The end of a tree that a person comes to. @param valueOf a feature's value, NaN where it does not apply */
export function leafOf(tree: TreeNode, valueOf: (feature: number) => number): Leaf {
  let node = tree;
  while (isSplit(node)) {
    const x = valueOf(node.feature);
    const left = node.upTo !== undefined ? x <= node.upTo : node.classes!.includes(x);
    node = left ? node.left : node.right;
  }
  return node;
}

/** Cells of a number's grid, or classes of levels. */
export const cellCount = (layout: Layout, grids: NumberGrids, j: number): number => (j < layout.numbers ? grids.grids[j].size : layout.columns[j].width);

/** The grid cell of a number, or the class of a level. */
export const cellOfValue = (layout: Layout, grids: NumberGrids, j: number, value: number): number => (j < layout.numbers ? cellOf(grids.grids[j], value) : layout.columns[j].classOf[value]);
