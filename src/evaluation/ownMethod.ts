import type { Cells } from "../data/cells.js";
import { encodeCells } from "../data/encode.js";
import type { SessionFactory, SessionOptions } from "../engine/index.js";
import { bestPoint, columnDistribution } from "../inference/distribution.js";
import { recorded } from "../inference/gates.js";
import { openPredictor, type Predictor } from "../inference/predictor.js";
import { compileModel } from "../model/trained.js";
import type { Lanes } from "../training/lanes.js";
import type { TrainingOptions } from "../training/options.js";
import type { TrainingHooks } from "../training/progress.js";
import { trainModel } from "../training/train.js";
import type { Completed, Imputer } from "./imputer.js";
import { supportOfVisible } from "./subject.js";

/** Fills a table's holes as `vhgm complete` does: a model learns from the very table, with its people's cells in memory. */
export const imputeByTraining =
  (options: TrainingOptions, open: SessionFactory, session: SessionOptions = {}, hooks: Pick<TrainingHooks, "stopped"> = {}, lanes?: Lanes): Imputer =>
  async (cells, _seed, { onStep } = {}) => {
    const own: SessionFactory = (model, more) => open(model, { ...session, ...more });
    const visible = supportOfVisible(cells);
    await onStep?.(0);
    const shares = new Map<number, number>();
    const onEpoch: TrainingHooks["onEpoch"] = ({ epoch, epochs, member, members, together }) => {
      shares.set(member, epoch / epochs);
      const done = together === 1 ? member + epoch / epochs : [...shares.values()].reduce((a, b) => a + b, 0);
      void onStep?.(done / members);
    };
    const { model } = await trainModel(visible, { ...options, memory: "rows" }, own, { ...hooks, onEpoch }, lanes);
    const predictor = await openPredictor(compileModel(model), open, { device: session.device });
    try {
      return await completeByModel(predictor, visible);
    } finally {
      await predictor.close();
    }
  };

/** Fills holes by a model that is there already; attributes that it doesn't know keep their holes. */
export async function completeByModel(predictor: Predictor, cells: Cells): Promise<Completed> {
  const { model } = predictor;
  const { columns } = model.layout;
  const placeOf = new Map(columns.map(({ attribute }, j) => [attribute.name, j]));
  // The model's own attributes in the order of its dictionary, empty where the table lacks one.
  const values: Float64Array[] = [];
  for (const { source, attribute } of columns) {
    const at = cells.attributes.findIndex((a) => a.name === attribute.name);
    values[source] = at < 0 ? new Float64Array(cells.rows).fill(NaN) : cells.values[at];
  }
  const paths = await predictor.run(encodeCells({ ...cells, values }, model.layout));
  return {
    values: cells.values.map((column, at) => {
      const j = placeOf.get(cells.attributes[at].name);
      if (j === undefined) return column;
      const { attribute } = columns[j];
      return column.map((x, row) => (Number.isNaN(x) ? recorded(bestPoint(model, paths, row, j), attribute) : x));
    }),
    distribution: (row, at) => {
      const j = placeOf.get(cells.attributes[at].name);
      return j === undefined ? undefined : columnDistribution(model, paths, row, j);
    },
  };
}
