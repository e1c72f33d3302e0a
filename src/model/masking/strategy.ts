import type { Rng } from "../../base/random.js";

/** What a strategy may look at when it decides which of a row's cells to hide. */
export interface MaskContext {
  /** Bits of the row's observed training cells; only these may be hidden and scored. */
  readonly observed: Uint8Array;
  /** Observed bits of another row of the same source, drawn at random: what other sources lack is the business of `others`. */
  readonly other: Uint8Array;
  /** Share of rows that observe each column. */
  readonly frequency: Float32Array;
  /** For each source that the row does not come from, the bits of the columns that it measures; none for one table. */
  readonly others: readonly Uint8Array[];
  /** Columns in the order of the table. */
  readonly order: Int32Array;
}

/** A way to hide observed cells for training. Pure but for the generator. */
export interface MaskingStrategy {
  readonly name: string;
  /** Writes 1 into `hidden` where an observed cell is to be hidden and predicted, else 0. */
  hide(context: MaskContext, rng: Rng, hidden: Uint8Array): void;
}
