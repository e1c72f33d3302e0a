/** Held-out cells asked again with less seen of their rows, so that answers to little are weighed and shaped by answers to little. */
import { createRng } from "../base/random.js";
import { pickRows, type Encoded } from "../data/encode.js";
import type { HeldOut } from "../model/heldOutCells.js";
import { fewVisible, uniformRate, type MaskingStrategy } from "../model/masking/index.js";
import { meanOfDraws } from "../model/paths.js";
import type { Fold } from "./folds.js";
import type { HeldOutPredictor } from "./heldout.js";
import { leftVisible } from "./leftVisible.js";
import { evenlySpaced } from "./rows.js";
import { showGates, type GatesOf } from "./shownGates.js";

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

export function openLessSeen(table: Encoded): LessSeen[] {
  const rows = evenlySpaced(table.rows, mostRows);
  return masks.map(() => ({ rows, heldOut: [], visible: [] }));
}

/** Adds what a member answers. @param columns of the layout */
export async function askWithLess(levels: readonly LessSeen[], predictor: HeldOutPredictor, { fold, columns, gates, seed, member }: { fold: Fold; columns: number; gates: GatesOf; seed: number; member: number }): Promise<void> {
  // These masks look at nothing but the row itself.
  const context = { other: new Uint8Array(columns), frequency: new Float32Array(columns), others: [], order: new Int32Array(columns) };
  for (const [k, { rows, heldOut, visible }] of levels.entries()) {
    const known = pickRows(fold.train, columns, rows);
    const held = pickRows(fold.held, columns, rows);
    const seen = leftVisible(masks[k], known, columns, createRng(seed, 0x5ee4 + k, member), () => context);
    // With a gate known it is not "nothing" that is seen.
    showGates(gates, { visible: seen, held, known }, k > 0, createRng(seed, 0x9a7e + k, member));
    const { draws } = await predictor.predict(rows, seen);
    heldOut[member] = { paths: meanOfDraws(draws), draws, held };
    visible[member] = seen;
  }
}
