import { type Encoded, pickRows } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import { float32, int64, toOnnx, type Parameters, type SessionFactory, type TensorData } from "../engine/index.js";
import type { NumberGrids } from "../model/grids.js";
import type { NetworkConfig } from "../model/network.js";
import { buildPathGraph, collectPaths, drawsOf, type MemberWeights, type MemoryRows } from "../model/paths.js";
import type { MemberPaths } from "../model/predictive.js";
import { rowBatches, rowViews, tokenArrays } from "../model/setTokens.js";

const chunk = 256;

export interface HeldOutInput {
  readonly layout: Layout;
  readonly config: NetworkConfig;
  readonly params: Parameters;
  readonly member: MemberWeights;
  readonly memory: MemoryRows | null;
  readonly grids: NumberGrids;
  readonly table: Encoded;
  readonly open: SessionFactory;
}

/** What a latent says of the rows that were predicted. */
export interface LatentMeasures {
  /** (rows) divergence of posterior from prior, in nats. */
  readonly kl: Float32Array;
  /** (rows, S) q(s | x). */
  readonly responsibilities: Float32Array | null;
  /** (rows, Z) mean of q(z | x, s) less that of p(z | s), at the likeliest s. */
  readonly shift: Float32Array | null;
  /** (rows, features) the network's prediction from the latent of nobody in particular. */
  readonly prior: Float32Array;
}

export interface HeldOutRun {
  /** A member's predictions of each draw of its latent. */
  readonly draws: readonly MemberPaths[];
  readonly latent: LatentMeasures | null;
}

export interface HeldOutPredictor {
  /**
   * Predicts rows of the table with only some cells visible.
   * @param rows their numbers
   * @param visible (rows, columns) bits
   */
  predict(rows: Int32Array, visible: Uint8Array): Promise<HeldOutRun>;
  close(): Promise<void>;
}

/** A member as it stands before it learns its held-out cells, to be asked about rows of its own table. */
export async function openHeldOut({ layout, config, params, member, memory, grids, table, open }: HeldOutInput): Promise<HeldOutPredictor> {
  const session = await open(toOnnx(buildPathGraph(layout, config, params, [member], memory, grids, true)));
  const d = layout.features;
  const p = layout.columns.length;
  return {
    async predict(rows, visible) {
      const collected = collectPaths(rows.length, drawsOf(config));
      const latent: Record<string, Float32Array> = {};
      for (const { rows: places, length } of rowBatches(rows.length, p, visible, chunk, config.residual.kind === "set")) {
        const part = places.map((k) => rows[k]);
        const n = part.length;
        const features = pickRows(table.features, d, part);
        const bits = pickRows(visible, p, places);
        const feeds: Record<string, TensorData> = {
          x: float32(features, n, d),
          visible: float32(Float32Array.from(bits), n, p),
          row: int64(BigInt64Array.from(part, BigInt), n),
          ...(length > 0 ? tokenArrays(layout, rowViews(features, bits, n), n, length).feeds : {}),
        };
        const out = await session.run(feeds);
        collected.add(out, places);
        // A latent is never beside tokens (the set encoder has none), so the rows of a batch lie one after the other.
        for (const name of ["kl", "responsibilities", "shift", "prior"]) {
          const data = out[`latent.${name}`]?.data as Float32Array | undefined;
          if (data) (latent[name] ??= new Float32Array((rows.length * data.length) / n)).set(data, (places[0] * data.length) / n);
        }
      }
      const { kl, responsibilities = null, shift = null, prior } = latent;
      return { draws: collected.paths, latent: kl ? { kl, responsibilities, shift, prior } : null };
    },
    close: () => session.close(),
  };
}
