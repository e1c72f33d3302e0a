import type { Cells } from "../data/cells.js";
import type { Distribution } from "../model/likelihoods/index.js";

/** A table whose holes a method has filled. Positions of attributes and rows are those of the cells that it was given. */
export interface Completed {
  /** Per attribute (rows): observed cells as they were given; numbers, level indices, NaN where a hole was left. */
  readonly values: readonly Float64Array[];
  /** Multiple imputation: several completed tables, each one joint draw. */
  readonly draws?: readonly (readonly Float64Array[])[];
  /** The predictive distribution of a hole, over values or level indices, where the method has one. */
  distribution?(row: number, attribute: number): Distribution | undefined;
}

export interface ImputerHooks {
  /**
   * Called now and then with the share of the work that is done at least. It is awaited, so that a program or a page can
   * answer in between, and what it throws ends the work.
   */
  onStep?(share: number): void | Promise<void>;
}

/** Fills the holes of a table; the same cells and seed give the same result. */
export type Imputer = (cells: Cells, seed: number, hooks?: ImputerHooks) => Promise<Completed>;
