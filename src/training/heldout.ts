import type { Encoded } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import { float32, int64, toOnnx, type Parameters, type SessionFactory, type TensorData } from "../engine/index.js";
import type { NumberGrids } from "../model/grids.js";
import type { NetworkConfig } from "../model/network.js";
import { buildPathGraph, memberOutputs, type MemberWeights, type MemoryRows } from "../model/paths.js";
import type { MemberPaths } from "../model/predictive.js";
import type { Fold } from "./folds.js";

const chunk = 256;

/** A member's predictions for every row of the table, with its held-out cells hidden from it and from the memory. */
export async function predictHeldOut(input: {
  readonly layout: Layout;
  readonly config: NetworkConfig;
  readonly params: Parameters;
  readonly member: MemberWeights;
  readonly memory: MemoryRows | null;
  readonly grids: NumberGrids;
  readonly table: Encoded;
  readonly fold: Fold;
  readonly open: SessionFactory;
}): Promise<MemberPaths> {
  const { layout, config, params, member, memory, grids, table, fold, open } = input;
  const session = await open(toOnnx(buildPathGraph(layout, config, params, [member], memory, grids)));
  const names = memberOutputs(0);
  const d = layout.features;
  const p = layout.columns.length;
  const collected: Partial<Record<keyof MemberPaths, Float32Array>> = {};
  try {
    for (let start = 0; start < table.rows; start += chunk) {
      const rows = Math.min(chunk, table.rows - start);
      const feeds: Record<string, TensorData> = {
        x: float32(table.features.subarray(start * d, (start + rows) * d), rows, d),
        visible: float32(Float32Array.from(fold.train.subarray(start * p, (start + rows) * p)), rows, p),
        row: int64(BigInt64Array.from({ length: rows }, (_, i) => BigInt(start + i)), rows),
      };
      const out = await session.run(feeds);
      for (const key of Object.keys(names) as (keyof MemberPaths)[]) {
        const part = out[names[key]]?.data as Float32Array | undefined;
        if (!part) continue;
        const width = part.length / rows;
        (collected[key] ??= new Float32Array(table.rows * width)).set(part, start * width);
      }
    }
  } finally {
    await session.close();
  }
  return collected as MemberPaths;
}
