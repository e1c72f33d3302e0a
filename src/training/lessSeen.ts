/** Held-out cells asked again with less seen of their rows, so that answers to little are weighed and shaped by answers to little. */
import { createRng } from "../base/random.js";
import { pickRows, type Encoded } from "../data/encode.js";
import type { HeldOut } from "../model/heldOutCells.js";
import { fewVisible, uniformRate, type MaskingStrategy } from "../model/masking/index.js";
import { meanOfDraws } from "../model/paths.js";
import type { Fold } from "./folds.js";
import type { HeldOutPredictor } from "./heldout.js";
import { evenlySpaced } from "./rows.js";

/** Rows that are asked again at most: enough for 400 held-out cells of a column that one in eight people has. */
const mostRows = 4096;

/** What is seen of a row: nothing, one to three cells, or up to two thirds of what it has. */
const masks: readonly MaskingStrategy[] = [fewVisible(0), fewVisible(3, 1), uniformRate(1 / 3, 1)];

/** Members' answers to rows of which less is seen. */
export interface LessSeen {
  /** Rows of the table. */
  readonly rows: Int32Array;
  /** By member: its answers, and (rows, columns) the bits that it saw. */
  readonly heldOut: HeldOut[];
  readonly visible: Uint8Array[];
}

export const openLessSeen = (table: Encoded): LessSeen[] => masks.map(() => ({ rows: evenlySpaced(table.rows, mostRows), heldOut: [], visible: [] }));

/** Adds what a member answers. @param columns of the layout */
export async function askWithLess(levels: readonly LessSeen[], predictor: HeldOutPredictor, { fold, columns, seed, member }: { fold: Fold; columns: number; seed: number; member: number }): Promise<void> {
  for (const [k, { rows, heldOut, visible }] of levels.entries()) {
    const rng = createRng(seed, 0x5ee4 + k, member);
    const seen = pickRows(fold.train, columns, rows);
    const nothing = new Uint8Array(columns);
    const order = Int32Array.from({ length: columns }, (_, j) => j);
    const hidden = new Uint8Array(columns);
    for (let r = 0; r < rows.length; r++) {
      const observed = seen.subarray(r * columns, (r + 1) * columns);
      masks[k].hide({ observed, other: nothing, frequency: new Float32Array(0), others: [], order }, rng, hidden);
      for (let j = 0; j < columns; j++) if (hidden[j]) observed[j] = 0;
    }
    const { draws } = await predictor.predict(rows, seen);
    heldOut[member] = { paths: meanOfDraws(draws), draws, held: pickRows(fold.held, columns, rows) };
    visible[member] = seen;
  }
}
