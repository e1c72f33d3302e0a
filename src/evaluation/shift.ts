import { createRng } from "../base/random.js";
import type { Cells } from "../data/cells.js";
import { encodeCells } from "../data/encode.js";
import type { Predictor } from "../inference/predictor.js";
import { scoreCells, type ColumnScore } from "../model/calibration.js";
import type { HeldOut } from "../model/heldOutCells.js";
import { maskedTable } from "../training/folds.js";
import { compareLoss, type ShiftReport } from "../training/signatures.js";

/** Parts that observed cells are hidden in: a tenth at a time, as much as a training holds out, so that as much is known of a row. */
const parts = 10;

/** Hides the cells of a new table part by part, each once, predicts them, and scores them as a training scores the cells that it holds out. */
export async function scoresOnNewTable(predictor: Predictor, cells: Cells): Promise<ColumnScore[]> {
  const { layout } = predictor.model;
  const table = encodeCells(cells, layout);
  const own = predictor.find(table);
  const rng = createRng(1, 0x5417f);
  const part = Uint16Array.from(table.observed, () => Math.floor(rng.uniform() * parts));
  const hidden: HeldOut[] = [];
  for (let k = 0; k < parts; k++) {
    const held = table.observed.map((bit, i) => (bit && part[i] === k ? 1 : 0));
    const visible = table.observed.map((bit, i) => bit - held[i]);
    const draws = await predictor.run(maskedTable(table, visible, layout), own);
    hidden.push({ paths: draws[0], draws, held });
  }
  return scoreCells(predictor.model, cells, hidden);
}

/**
 * Compares the loss of hidden cells of a new table with that of the cells which the training held out: what a model loses
 * on people from elsewhere.
 * @param heldOut the training card's scores
 */
export async function lossOnNewTable(predictor: Predictor, cells: Cells, heldOut: readonly { name: string; cells: number; nll: number | null }[]): Promise<ShiftReport> {
  return compareLoss(await scoresOnNewTable(predictor, cells), heldOut);
}
