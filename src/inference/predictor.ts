import type { Cells } from "../data/cells.js";
import { encodeCells, type Encoded } from "../data/encode.js";
import { float32, int64, type Session, type SessionFactory, type SessionOptions } from "../engine/index.js";
import { memberOutputs } from "../model/paths.js";
import type { MemberPaths } from "../model/predictive.js";
import type { PredictModel } from "../model/trained.js";

/** Rows that go through the graph together. */
const chunk = 128;
/** Fewer rows are padded to this many: the runtime takes other kernels for single rows, which round differently. */
const fewest = 8;

/** A model with its session open. */
export interface Predictor {
  readonly model: PredictModel;
  /** Every member's predictions for encoded rows; `row` names rows of the learned table, which must not see themselves. */
  run(rows: Encoded, row?: BigInt64Array): Promise<MemberPaths[]>;
  close(): Promise<void>;
}

export async function openPredictor(model: PredictModel, open: SessionFactory, options?: SessionOptions): Promise<Predictor> {
  const session = await open(model.graph, options);
  return {
    model,
    run: (rows, row) => runPaths(session, model, rows, row),
    close: () => session.close(),
  };
}

/** Encodes cells and runs them. */
export const predictCells = (predictor: Predictor, cells: Cells, row?: BigInt64Array): Promise<MemberPaths[]> =>
  predictor.run(encodeCells(cells, predictor.model.layout), row);

async function runPaths(session: Session, model: PredictModel, { rows, features, observed }: Encoded, row?: BigInt64Array): Promise<MemberPaths[]> {
  const d = model.layout.features;
  const p = model.layout.columns.length;
  const collected: Partial<Record<keyof MemberPaths, Float32Array>>[] = Array.from({ length: model.memberCount }, () => ({}));
  for (let start = 0; start < rows; start += chunk) {
    const count = Math.min(chunk, rows - start);
    const size = Math.max(count, fewest);
    const x = new Float32Array(size * d);
    x.set(features.subarray(start * d, (start + count) * d));
    const visible = new Float32Array(size * p);
    visible.set(observed.subarray(start * p, (start + count) * p));
    const own = new BigInt64Array(size).fill(-1n);
    if (row) own.set(row.subarray(start, start + count));
    const out = await session.run({ x: float32(x, size, d), visible: float32(visible, size, p), row: int64(own, size) });
    collected.forEach((member, k) => {
      const names = memberOutputs(k);
      for (const key of Object.keys(names) as (keyof MemberPaths)[]) {
        const data = out[names[key]]?.data as Float32Array | undefined;
        if (!data) continue;
        const width = data.length / size;
        (member[key] ??= new Float32Array(rows * width)).set(data.subarray(0, count * width), start * width);
      }
    });
  }
  return collected as MemberPaths[];
}
