import type { Cells } from "../../src/data/cells.js";
import { openSession } from "../../src/engine/node/session.js";
import { openPredictor, type Predictor } from "../../src/inference/predictor.js";
import { compileModel, type PredictModel } from "../../src/model/trained.js";
import { trainingDefaults, type TrainingOptions } from "../../src/training/options.js";
import { trainModel } from "../../src/training/train.js";

/** Settings under which a training takes a second or so. */
export const quickOptions: TrainingOptions = { ...trainingDefaults, network: "mlp", width: 16, epochs: 6, steps: 100, memoryHeads: 2, batch: 32 };

/** Trains on a table and opens what comes of it. */
export async function trainedPredictor(cells: Cells, options: Partial<TrainingOptions> = {}): Promise<Predictor> {
  const { model } = await trainModel(cells, { ...quickOptions, ...options }, (graph, own) => openSession(graph, { threads: 1, ...own }));
  return openPredictor(compileModel(model), openSession);
}

/** A model whose trees have most of the say about every second column, and none about the others. */
export function withSayOfTrees(model: PredictModel): PredictModel {
  const changed = (columns: PredictModel["columns"]): PredictModel["columns"] => columns.map((calibration, j) => ({ ...calibration, trees: j % 2 === 0 ? 0 : 0.8 }));
  return { ...model, columns: changed(model.columns), lessSeen: model.lessSeen?.map(changed) };
}
