import type { Layout } from "../data/layout.js";
import { ops, type Graph, type Tensor } from "../engine/index.js";
import { momentum } from "./heavyBall.js";
import { likelySourcesOf } from "./likelySource.js";
import type { LinearMap } from "./linearMap.js";

/** The linear path's map in a graph. */
export interface MapTensors {
  readonly center: Tensor; // (D)
  readonly weights: Tensor; // (D, D), or (D, K) where there are neighbours
  readonly relaxation: Tensor; // ()
  /** Absent for a dense map. */
  readonly neighbours?: Tensor; // (p, K) int64
  /** Centres of the sources, where they have their own (likelySource.ts). */
  readonly sources?: { readonly centers: Tensor /* (S, D) */; readonly unmeasured: Tensor /* (p, S) */; readonly share: Tensor /* (S) */ };
}

/** The map as constants of a graph. */
export function mapConstants(g: Graph, { center, weights, relaxation, neighbours, sources }: LinearMap): MapTensors {
  const d = center.length;
  const k = weights.length / d;
  return {
    center: g.constant(center, [d]),
    weights: g.constant(weights, [d, k]),
    relaxation: g.constant(relaxation),
    ...(neighbours ? { neighbours: g.int64(Array.from(neighbours), [neighbours.length / k, k]) } : {}),
    ...(sources
      ? {
          sources: {
            centers: g.constant(sources.centers, [sources.share.length, d]),
            unmeasured: g.constant(sources.unmeasured, [sources.unmeasured.length / sources.share.length, sources.share.length]),
            share: g.constant(sources.share, [sources.share.length]),
          },
        }
      : {}),
  };
}

/** Some columns of a layout that are predicted in one run: their features, and the layout that they have among themselves. */
export interface Asked {
  readonly layout: Layout;
  readonly columns: Tensor; // (Q) int64
  readonly features: Tensor; // (F) int64
}

/**
 * Iterated ridge: holes start at the mean, of the likely source where sources have their own, and are refilled from
 * everything else, a few times, with momentum.
 * @param visible (B, p); x and bits are (B, D)
 * @param asked columns that the last round predicts; null for all
 * @returns predicted (B, F) for what was asked; filled (B, D), the row with its holes filled as far as they were predicted
 */
export function linearPath(layout: Layout, x: Tensor, visible: Tensor, bits: Tensor, map: MapTensors, rounds: number, asked: Asked | null = null): { predicted: Tensor; filled: Tensor } {
  const { relaxation, sources } = map;
  const center = sources ? ops.matmul(likelySourcesOf(visible, sources.unmeasured, sources.share), sources.centers) : map.center; // (B, D) or (D)
  const one = x.graph.constant(1);
  const hidden = ops.sub(one, bits);
  let predicted = ops.add(ops.mul(hidden, center), ops.mul(bits, center)); // (B, D)
  let filled = ops.add(x, ops.mul(hidden, center));
  let earlier: Tensor | null = null;
  for (let r = 0; r < rounds; r++) {
    const last = r === rounds - 1 && asked !== null;
    const full = last && map.neighbours ? regressed(filled, restricted(map, asked), center, asked.layout) : regressed(filled, map, center, layout);
    const next = (now: Tensor, before: Tensor, twoBefore: Tensor | null): Tensor => {
      const step = ops.add(ops.mul(now, relaxation), ops.mul(before, ops.sub(one, relaxation)));
      return twoBefore ? ops.add(step, ops.scale(ops.sub(before, twoBefore), momentum)) : step;
    };
    if (last) {
      const few = (t: Tensor): Tensor => ops.take(t, asked.features, 1);
      return { predicted: next(map.neighbours ? full : few(full), few(predicted), earlier && few(earlier)), filled };
    }
    const moved = next(full, predicted, earlier);
    earlier = predicted;
    predicted = moved;
    filled = ops.add(x, ops.mul(hidden, predicted));
  }
  return { predicted: asked ? ops.take(predicted, asked.features, 1) : predicted, filled };
}

const restricted = (map: MapTensors, asked: Asked): MapTensors => ({
  center: ops.take(map.center, asked.features, 0),
  weights: ops.take(map.weights, asked.features, 0),
  relaxation: map.relaxation,
  neighbours: ops.take(map.neighbours!, asked.columns, 0),
});

/** One regression of a layout's columns on the filled row: (B, D) -> (B, F). */
function regressed(filled: Tensor, map: MapTensors, center: Tensor, layout: Layout): Tensor {
  const centred = ops.sub(filled, center);
  if (!map.neighbours) return ops.add(ops.matmul(centred, map.weights), center);
  const rows = filled.shape[0];
  const p = layout.columns.length;
  const k = map.neighbours.shape[1] as number;
  // Rows of the transposed table are gathered, so that whole stretches are copied.
  const flat = ops.reshape(map.neighbours, [p * k]);
  const near = ops.reshape(ops.take(ops.transpose(centred, [1, 0]), flat, 0), [p, k, rows]);
  const parts = layout.groups.map(({ count, width, firstColumn, firstFeature }) => {
    const weights = ops.reshape(ops.slice(map.weights, firstFeature, firstFeature + count * width, 0), [count, width, k]);
    const block = ops.matmul(weights, ops.slice(near, firstColumn, firstColumn + count, 0)); // (count, width, B)
    return ops.reshape(block, [count * width, rows]);
  });
  return ops.add(ops.transpose(ops.concat(parts, 0), [1, 0]), map.center);
}
