import type { Layout } from "../data/layout.js";
import { ops, type Graph, type Tensor } from "../engine/index.js";
import { factorConstants, toldByFactors, type FactorTensors } from "./factors.js";
import { momentum } from "./heavyBall.js";
import { likelySourcesOf } from "./likelySource.js";
import type { LinearMap } from "./linearMap.js";

/** The linear path's map in a graph. */
export interface MapTensors {
  readonly center: Tensor; // (D)
  readonly weights: Tensor; // (D, D), or (D, K) where there are neighbours
  readonly relaxation: Tensor; // ()
  /** Absent beside neighbours. */
  readonly covariance?: Tensor; // (D, D)
  /** Penalty for each visible feature, beside a covariance. */
  readonly doubt?: number;
  /** Absent for a dense map. */
  readonly neighbours?: Tensor; // (p, K) int64
  /** Beside neighbours. */
  readonly intercept?: Tensor; // (D)
  /** Beside neighbours. */
  readonly factors?: FactorTensors;
  /** Centres of the sources, where they have their own (likelySource.ts). */
  readonly sources?: { readonly centers: Tensor /* (S, D) */; readonly unmeasured: Tensor /* (p, S) */; readonly share: Tensor /* (S) */ };
}

/** The map as constants of a graph. */
export function mapConstants(g: Graph, { center, weights, relaxation, neighbours, intercept, sources, covariance, doubt, factors }: LinearMap): MapTensors {
  const d = center.length;
  const k = weights.length / d;
  return {
    center: g.constant(center, [d]),
    weights: g.constant(weights, [d, k]),
    relaxation: g.constant(relaxation),
    ...(covariance ? { covariance: g.constant(covariance, [d, d]), doubt } : {}),
    ...(neighbours ? { neighbours: g.int64(Array.from(neighbours), [neighbours.length / k, k]) } : {}),
    ...(intercept ? { intercept: g.constant(intercept, [d]) } : {}),
    ...(factors ? { factors: factorConstants(g, factors) } : {}),
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
 * Iterated ridge: holes start at what the visible features tell by the covariance (`fromVisible`) or by factors (`toldByFactors`), or at the mean where
 * there is neither, and are refilled from everything else, a few times, with momentum. Means are of the likely source where sources have their own.
 * @param visible (B, p); x and bits are (B, D)
 * @param asked columns that the last round predicts; null for all
 * @returns predicted (B, F) for what was asked; filled (B, D), the row with its holes filled as far as they were predicted
 */
export function linearPath(layout: Layout, x: Tensor, visible: Tensor, bits: Tensor, map: MapTensors, rounds: number, asked: Asked | null = null): { predicted: Tensor; filled: Tensor } {
  const { relaxation, sources } = map;
  const center = sources ? ops.matmul(likelySourcesOf(visible, sources.unmeasured, sources.share), sources.centers) : map.center; // (B, D) or (D)
  const one = x.graph.constant(1);
  const hidden = ops.sub(one, bits);
  const centers = ops.add(ops.mul(hidden, center), ops.mul(bits, center)); // (B, D)
  const told = rounds > 0 ? startOf(visible, bits, ops.sub(x, ops.mul(bits, center)), map) : null;
  let predicted = told ? ops.add(centers, ops.mul(hidden, told)) : centers;
  let filled = ops.add(x, ops.mul(hidden, predicted));
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

/** What a map knows of all features by the visible ones' deviations before any regression; null for nothing. */
function startOf(visible: Tensor, bits: Tensor, deviation: Tensor, { covariance, doubt = 0, factors }: MapTensors): Tensor | null {
  if (factors) return toldByFactors(visible, deviation, factors);
  return covariance ? fromVisible(deviation, bits, covariance, doubt) : null;
}

/** Ridge penalty of what visible features tell at the start, in squared standard deviations: few cells are not to be flattened, rare levels not to be trusted. */
const visiblePenalty = 0.03;

/** Steps by which the start is found. */
const startSteps = 4;

/**
 * What is expected of all features given the visible ones, as deviations (B, D) from the mean: S[:, V] (S[V, V] + lambda)^-1 (x - c)[V] by a few steps of the
 * conjugate gradient method (Hestenes and Stiefel 1952). The rounds that follow settle what hangs on many visible features; from
 * the mean they would take hundreds to tell what a few cells say of hidden ones that nearly determine each other. Each direction is made conjugate to
 * all before it: by the last alone, as in exact arithmetic, the third digit of single precision is lost within six steps.
 * @param deviation (B, D) of visible features, zero for hidden ones
 */
function fromVisible(deviation: Tensor, bits: Tensor, covariance: Tensor, doubt: number): Tensor {
  const penalty = ops.addScalar(ops.scale(ops.sum(bits, [1], true), doubt), visiblePenalty); // (B, 1)
  const dot = (a: Tensor, b: Tensor): Tensor => ops.sum(ops.mul(a, b), [1], true); // (B, 1)
  // Once nothing but rounding is left, steps come to nothing.
  const nothing = ops.addScalar(ops.scale(dot(deviation, deviation), 1e-10), 1e-20);
  const earlier: { direction: Tensor; image: Tensor; norm: Tensor }[] = [];
  let residual = deviation;
  let told: Tensor | null = null;
  for (let step = 0; step < startSteps; step++) {
    const direction = earlier.reduce((rest, { direction: one, image, norm }) => ops.sub(rest, ops.mul(one, ops.div(dot(residual, image), norm))), residual);
    const ofAll = ops.matmul(direction, covariance); // what the direction tells of all features
    const image = ops.add(ops.mul(bits, ofAll), ops.mul(direction, penalty));
    const norm = ops.add(dot(direction, image), nothing);
    const length = ops.div(dot(direction, residual), norm);
    const more = ops.mul(ofAll, length);
    told = told ? ops.add(told, more) : more;
    residual = ops.sub(residual, ops.mul(image, length));
    earlier.push({ direction, image, norm });
  }
  return told!;
}

const restricted = (map: MapTensors, asked: Asked): MapTensors => ({
  center: ops.take(map.center, asked.features, 0),
  intercept: map.intercept && ops.take(map.intercept, asked.features, 0),
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
  return ops.add(ops.transpose(ops.concat(parts, 0), [1, 0]), map.intercept ?? map.center);
}
