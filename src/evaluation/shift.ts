import { createRng } from "../base/random.js";
import type { Cells } from "../data/cells.js";
import { encodeCells } from "../data/encode.js";
import { maskedTable } from "../training/folds.js";
import { compareLoss, type ShiftReport } from "../training/signatures.js";
import type { Predictor } from "../inference/predictor.js";
import { scoreCells } from "../model/calibration.js";

/**
 * Hides some cells of a new table, predicts them, and compares their loss with that of the cells which the training held
 * out: what a model loses on people from elsewhere.
 * @param heldOut the training card's scores
 * @param share of the observed cells that is hidden; as much as a training holds out, so that as much is known of a row
 */
export async function lossOnNewTable(
  predictor: Predictor,
  cells: Cells,
  heldOut: readonly { name: string; cells: number; nll: number | null }[],
  { seed = 1, share = 0.1 }: { readonly seed?: number; readonly share?: number } = {},
): Promise<ShiftReport> {
  const { layout } = predictor.model;
  const table = encodeCells(cells, layout);
  const rng = createRng(seed, 0x5417f);
  const held = table.observed.map((bit) => (bit && rng.uniform() < share ? 1 : 0));
  const visible = table.observed.map((bit, i) => bit - held[i]);
  const own = predictor.find(table);
  const draws = await predictor.run(maskedTable(table, visible, layout), own);
  return compareLoss(scoreCells(predictor.model, cells, [{ paths: draws[0], draws, held }]), heldOut);
}
