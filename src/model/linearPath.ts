import type { Layout } from "../data/layout.js";
import { ops, type Graph, type Tensor } from "../engine/index.js";
import { factorConstants, toldByFactors, type FactorTensors } from "./factors.js";
import { ballOf } from "./heavyBall.js";
import { likelySourcesOf } from "./likelySource.js";
import type { LinearMap } from "./linearMap.js";

/** The linear path's map in a graph. */
export type MapTensors = DenseTensors | SparseTensors;

interface CommonTensors {
  readonly center: Tensor; // (D)
  readonly relaxation: Tensor; // ()
}

interface DenseTensors extends CommonTensors {
  readonly kind: "dense";
  readonly weights: Tensor; // (D, D)
  readonly start?: { readonly covariance: Tensor /* (D, D) */; readonly doubt: number };
  readonly sources?: { readonly centers: Tensor /* (S, D) */; readonly unmeasured: Tensor /* (p, S) */; readonly share: Tensor /* (S) */ };
}

interface SparseTensors extends CommonTensors {
  readonly kind: "sparse";
  readonly weights: Tensor; // (D, K)
  readonly neighbours: Tensor; // (p K) int64
  /** K */
  readonly count: number;
  readonly intercept: Tensor; // (D)
  readonly factors: FactorTensors;
}

/** The map as constants of a graph. */
export function mapConstants(g: Graph, map: LinearMap): MapTensors {
  const d = map.center.length;
  const count = map.weights.length / d;
  const common = { center: g.constant(map.center, [d]), weights: g.constant(map.weights, [d, count]), relaxation: g.constant(map.relaxation) };
  if (map.kind === "sparse") {
    const { neighbours, intercept, factors } = map;
    return { kind: "sparse", ...common, neighbours: g.int64(Array.from(neighbours), [neighbours.length]), count, intercept: g.constant(intercept, [d]), factors: factorConstants(g, factors) };
  }
  const { start, sources } = map;
  return {
    kind: "dense",
    ...common,
    ...(start ? { start: { covariance: g.constant(start.covariance, [d, d]), doubt: start.doubt } } : {}),
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

/**
 * Iterated ridge: holes start at what the visible features tell by the covariance (`fromVisible`) or by factors (`toldByFactors`), or at the mean where
 * there is neither, and are refilled from everything else, a few times, with momentum. Means are of the likely source where sources have their own.
 * @param x (B, D), zero where hidden
 * @param visible (B, p)
 * @param bits (B, D) the same for the columns' features
 * @returns predicted (B, D) for all features, seen or hidden; filled (B, D), the row with predictions in its holes
 */
export function linearPath(layout: Layout, x: Tensor, visible: Tensor, bits: Tensor, map: MapTensors, rounds: number): { predicted: Tensor; filled: Tensor } {
  const { relaxation } = map;
  const { momentum } = ballOf(rounds);
  const sources = map.kind === "dense" ? map.sources : undefined;
  const center = sources ? ops.matmul(likelySourcesOf(visible, sources.unmeasured, sources.share), sources.centers) : map.center; // (B, D) or (D)
  const one = x.graph.constant(1);
  const hidden = ops.sub(one, bits);
  const centers = ops.add(ops.mul(hidden, center), ops.mul(bits, center)); // (B, D)
  const told = rounds > 0 ? startOf(visible, bits, ops.sub(x, ops.mul(bits, center)), map) : null;
  let predicted = told ? ops.add(centers, ops.mul(hidden, told)) : centers;
  let filled = ops.add(x, ops.mul(hidden, predicted));
  let earlier: Tensor | null = null;
  for (let r = 0; r < rounds; r++) {
    const full = map.kind === "sparse" ? regressedOnFew(filled, map, layout) : ops.add(ops.matmul(ops.sub(filled, center), map.weights), center);
    const step = ops.add(ops.mul(full, relaxation), ops.mul(predicted, ops.sub(one, relaxation)));
    const moved: Tensor = earlier ? ops.add(step, ops.scale(ops.sub(predicted, earlier), momentum)) : step;
    earlier = predicted;
    predicted = moved;
    filled = ops.add(x, ops.mul(hidden, predicted));
  }
  return { predicted, filled };
}

/** What a map knows of all features by the visible ones' deviations before any regression; null for nothing. */
function startOf(visible: Tensor, bits: Tensor, deviation: Tensor, map: MapTensors): Tensor | null {
  if (map.kind === "sparse") return toldByFactors(visible, deviation, map.factors);
  return map.start ? fromVisible(deviation, bits, map.start.covariance, map.start.doubt) : null;
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

/** One regression of all columns on their neighbours in the filled row: (B, D) -> (B, D). */
function regressedOnFew(filled: Tensor, { center, weights, neighbours, count: k, intercept }: SparseTensors, layout: Layout): Tensor {
  const rows = filled.shape[0];
  // Rows of the transposed table are gathered, so that whole stretches are copied.
  const gathered = ops.take(ops.transpose(ops.sub(filled, center), [1, 0]), neighbours, 0); // (p K, B)
  const near = ops.reshape(gathered, [layout.columns.length, k, rows]);
  const parts = layout.groups.map(({ count, width, firstColumn, firstFeature }) => {
    const own = ops.reshape(ops.slice(weights, firstFeature, firstFeature + count * width, 0), [count, width, k]);
    const block = ops.matmul(own, ops.slice(near, firstColumn, firstColumn + count, 0)); // (count, width, B)
    return ops.reshape(block, [count * width, rows]);
  });
  return ops.add(ops.transpose(ops.concat(parts, 0), [1, 0]), intercept);
}
