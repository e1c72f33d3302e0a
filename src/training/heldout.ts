import type { Encoded } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import { float32, int64, toOnnx, type Parameters, type SessionFactory, type TensorData } from "../engine/index.js";
import type { NumberGrids } from "../model/grids.js";
import type { NetworkConfig } from "../model/network.js";
import { buildPathGraph, collectPaths, drawsOf, type MemberWeights, type MemoryRows } from "../model/paths.js";
import type { MemberPaths } from "../model/predictive.js";
import type { Fold } from "./folds.js";

const chunk = 256;

/** A member's predictions (of each draw of its latent) for every row of the table, with its held-out cells hidden from it and from the memory. */
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
}): Promise<readonly MemberPaths[]> {
  const { layout, config, params, member, memory, grids, table, fold, open } = input;
  const session = await open(toOnnx(buildPathGraph(layout, config, params, [member], memory, grids)));
  const d = layout.features;
  const p = layout.columns.length;
  const collected = collectPaths(table.rows, drawsOf(config));
  try {
    for (let start = 0; start < table.rows; start += chunk) {
      const rows = Math.min(chunk, table.rows - start);
      const feeds: Record<string, TensorData> = {
        x: float32(table.features.subarray(start * d, (start + rows) * d), rows, d),
        visible: float32(Float32Array.from(fold.train.subarray(start * p, (start + rows) * p)), rows, p),
        row: int64(BigInt64Array.from({ length: rows }, (_, i) => BigInt(start + i)), rows),
      };
      collected.add(await session.run(feeds), start, rows);
    }
  } finally {
    await session.close();
  }
  return collected.paths;
}
