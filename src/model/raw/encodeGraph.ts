import type { Layout } from "../../data/layout.js";
import { Graph, ops, type Tensor } from "../../engine/index.js";
import { both, cast, less, lessOrEqual, polynomial, shaped, sumLast, unary, within } from "./tensors.js";

/** Positions in the layout of the attributes that a model answers, in the dictionary's order: the order of `values`. */
export const valueOrder = ({ columns }: Layout): number[] => columns.map((_, j) => j).sort((a, b) => columns[a].source - columns[b].source);

/** Standardised values are held within so many standard deviations, as in data/encode.ts. */
const farthest = 12;

/**
 * The first part of the exported graph: data/encode.ts as operators.
 * Input: values (B, p) float64, numbers in the user's units and level indices; what is not finite, and an index that is none,
 * is unknown. Outputs: what the predict graph takes, x (B, D), visible (B, p), row (B).
 */
export function buildEncodeGraph(layout: Layout): Graph {
  const g = new Graph();
  const p = layout.columns.length;
  const n = layout.numbers;
  const order = valueOrder(layout);
  const values = ops.gather(g.input("values", ["B", p], "float64"), layout.columns.map((_, j) => order.indexOf(j)), 1);
  const finite = less(unary("Abs", values), g.double(Number.MAX_VALUE));
  const parts: Tensor[] = [];
  const visible: Tensor[] = [];
  /** Where each feature lies in the parts laid side by side. */
  const place = new Array<number>(layout.features);
  if (n > 0) {
    const seen = ops.slice(finite, 0, n, 1);
    const numbers = layout.columns.slice(0, n);
    const constant = (key: "center" | "scale"): Tensor => g.double(numbers.map((c) => c[key]), [1, n]);
    const held = ops.where(seen, ops.slice(values, 0, n, 1), constant("center"));
    const standardised = ops.div(ops.sub(held, constant("center")), constant("scale"));
    parts.push(within(standardised, g.double(-farthest), g.double(farthest)));
    visible.push(seen);
    numbers.forEach(({ first }, j) => (place[first] = j));
    const skewed = numbers.flatMap(({ ranks }, j) => (ranks.length > 0 ? [j] : []));
    if (skewed.length > 0) {
      const score = normalScores(ops.gather(held, skewed, 1), skewed.map((j) => numbers[j].ranks));
      parts.push(ops.where(ops.gather(seen, skewed, 1), score, g.double(0)));
      skewed.forEach((j, k) => (place[numbers[j].first + 1] = n + k));
    }
  }
  if (n < p) {
    const { classes, known } = classIndicators(layout, ops.slice(values, n, p, 1), ops.slice(finite, n, p, 1));
    const before = parts.reduce((sum, { shape }) => sum + (shape[1] as number), 0);
    const { first } = layout.columns[n];
    for (let f = first; f < layout.features; f++) place[f] = before + f - first;
    parts.push(classes);
    visible.push(known);
  }
  g.output("x", cast(ops.gather(ops.concat(parts, 1), place, 1), "float32"));
  g.output("visible", cast(ops.concat(visible, 1), "float32"));
  // Nobody is known to be in the row memory.
  g.output("row", g.emit("Expand", [g.int64([-1]), g.runtimeShape(["B"])], ["B"], {}, "int64"));
  return g;
}

/** One indicator per class of every attribute with levels (B, classes), and which indices are levels (B, columns). */
function classIndicators(layout: Layout, values: Tensor, finite: Tensor): { classes: Tensor; known: Tensor } {
  const g = values.graph;
  const columns = layout.columns.slice(layout.numbers);
  const starts = columns.map((_, j) => columns.slice(0, j).reduce((sum, { classOf }) => sum + classOf.length, 0));
  const whole = ops.equal(values, unary("Floor", values));
  const inside = both(lessOrEqual(g.double(0), values), less(values, g.double(columns.map(({ classOf }) => classOf.length), [1, columns.length])));
  const known = both(finite, both(whole, inside));
  const level = cast(ops.where(known, values, g.double(0)), "int64");
  const table = g.int64(columns.flatMap(({ classOf }) => classOf));
  const classOf = ops.take(table, ops.add(level, g.int64(starts, [1, columns.length])), 0);
  const features = columns.flatMap(({ width }, j) => Array.from({ length: width }, (_, k) => ({ j, k })));
  const spread = (a: Tensor): Tensor => ops.gather(a, features.map(({ j }) => j), 1);
  const hit = ops.equal(spread(classOf), g.int64(features.map(({ k }) => k), [1, features.length]));
  return { classes: cast(both(hit, spread(known)), "float64"), known };
}

/** `normalScore` of data/encode.ts: values (B, k), and for each of the k columns its quantiles -> (B, k). */
function normalScores(values: Tensor, quantiles: readonly (readonly number[])[]): Tensor {
  const g = values.graph;
  const k = quantiles.length;
  const knots = quantiles[0].length;
  const last = knots - 1;
  const flat = g.double(quantiles.flat(), [k * knots]);
  const knot = g.double(quantiles.flat(), [1, k, knots]);
  const value = shaped(values, ["B", k, 1]);
  const countOf = (where: Tensor): Tensor => shaped(sumLast(cast(where, "float64")), ["B", k]);
  const below = countOf(less(knot, value));
  const notAbove = countOf(lessOrEqual(knot, value));
  const starts = g.int64(quantiles.map((_, j) => j * knots), [1, k]);
  const knotAt = (at: Tensor): Tensor => ops.take(flat, ops.add(cast(within(at, g.double(0), g.double(last)), "int64"), starts), 0);
  const before = ops.sub(below, g.double(1));
  const [low, high] = [knotAt(before), knotAt(below)];
  const between = ops.add(before, ops.div(ops.sub(values, low), ops.sub(high, low)));
  const inside = within(ops.where(less(g.double(0), below), between, g.double(0)), g.double(0), g.double(last));
  const untied = ops.where(less(g.double(last), below), g.double(last), inside);
  const tied = ops.mul(ops.add(below, ops.sub(notAbove, g.double(1))), g.double(0.5));
  const rank = ops.where(less(below, notAbove), tied, untied);
  return quantileOfNormal(ops.mul(ops.add(rank, g.double(0.5)), g.double(1 / knots)));
}

/** Standard normal quantile to 1e-9, for probabilities inside (0, 1): Acklam's approximation as in base/normal.ts, without its last step. */
function quantileOfNormal(p: Tensor): Tensor {
  const g = p.graph;
  const small = ops.where(less(g.double(0.5), p), ops.sub(g.double(1), p), p);
  const q = unary("Sqrt", ops.mul(unary("Log", small), g.double(-2)));
  const tail = ops.div(
    polynomial(q, [-7.784894002430293e-3, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783]),
    polynomial(q, [7.784695709041462e-3, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1]),
  );
  const c = ops.sub(small, g.double(0.5));
  const r = ops.mul(c, c);
  const middle = ops.div(
    ops.mul(polynomial(r, [-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239]), c),
    polynomial(r, [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1]),
  );
  const lower = ops.where(less(small, g.double(0.02425)), tail, middle);
  return ops.where(less(g.double(0.5), p), unary("Neg", lower), lower);
}
