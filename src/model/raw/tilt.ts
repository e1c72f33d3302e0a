import { ops, type Tensor } from "../../engine/index.js";
import type { Grid } from "../likelihoods/index.js";
import { both, cast, least, less, most, shaped, sumLast, unary, within } from "./tensors.js";

/** Newton's steps; `tiltToMean` mostly takes three or four and seldom ten. */
const rounds = 14;
/** Share of the range that a mean keeps away from its ends, as in gridMass.ts. */
const edge = 1e-9;
const tolerance = 1e-11;

/**
 * `tiltToMean` with a fixed number of steps: p (B, N, S), positive where there are cells, and the mean that is wanted
 * (B, N, 1) -> (B, N, S). Newton's method on the log odds of the mean's place in the range, bisection where a step leaves
 * the bracket.
 */
export function tilted(grids: readonly Grid[], p: Tensor, goal: Tensor, cells: number): Tensor {
  const g = p.graph;
  const n = grids.length;
  const range = grids.map(({ center, size }) => center[size - 1] - center[0] || 1);
  const perColumn = (of: (grid: Grid, k: number) => number): Tensor => g.double(grids.map(of), [1, n, 1]);
  const s = g.double(grids.flatMap(({ center, size }, k) => Array.from({ length: cells }, (_, b) => (b < size ? (center[b] - center[0]) / range[k] : 0))), [1, n, cells]);
  const rest = ops.sub(g.double(1), s);
  const place = ops.div(ops.sub(goal, perColumn(({ center }) => center[0])), perColumn((_, k) => range[k]));
  const wanted = within(place, g.double(edge), g.double(1 - edge));
  const wantedOdds = unary("Log", ops.div(wanted, ops.sub(g.double(1), wanted)));
  const end = (last: boolean): Tensor => {
    const at = g.int64(grids.map(({ size }) => (last ? size - 1 : 0)), [1, n, 1]);
    const index = g.emit("Expand", [at, g.runtimeShape(["B", n, 1])], ["B", n, 1], {}, "int64");
    return g.emit("GatherElements", [p, index], ["B", n, 1], { axis: 2 }, "float64");
  };
  const furthest = (others: Tensor, of: Tensor, share: Tensor, gap: Tensor): Tensor =>
    ops.div(most(g.double(1), ops.sub(unary("Log", others), ops.add(unary("Log", of), unary("Log", share)))), gap);
  const gap = (last: boolean): Tensor => perColumn(({ center, size }, k) => Math.max(1e-15, size < 2 ? 1 : (last ? center[size - 1] - center[size - 2] : center[1] - center[0]) / range[k]));
  let over = furthest(sumLast(ops.mul(p, rest)), end(true), ops.sub(g.double(1), wanted), gap(true));
  let under = unary("Neg", furthest(sumLast(ops.mul(p, s)), end(false), wanted, gap(false)));
  let theta = ops.mul(sumLast(p), g.double(0));
  const weigh = (theta: Tensor): Tensor => ops.mul(p, unary("Exp", ops.sub(ops.mul(theta, s), most(theta, g.double(0)))));
  for (let round = 0; round < rounds; round++) {
    const w = weigh(theta);
    const a = sumLast(ops.mul(w, s));
    const b = sumLast(ops.mul(w, rest));
    const z = ops.add(a, b);
    const mean = ops.div(a, z);
    const tooFar = less(wanted, mean);
    over = ops.where(tooFar, theta, over);
    under = ops.where(tooFar, under, theta);
    const off = ops.sub(s, mean);
    const slope = ops.div(ops.mul(sumLast(ops.mul(w, ops.mul(off, off))), z), ops.mul(a, b));
    const proposal = ops.sub(theta, ops.div(ops.sub(unary("Log", ops.div(a, b)), wantedOdds), slope));
    const inside = both(less(under, proposal), less(proposal, over));
    const next = ops.where(inside, proposal, ops.mul(ops.add(under, over), g.double(0.5)));
    theta = ops.where(less(unary("Abs", ops.sub(mean, wanted)), g.double(tolerance)), theta, next);
  }
  const w = weigh(theta);
  const single = less(perColumn(({ size }) => size), g.double(1.5));
  return ops.where(single, p, ops.div(w, sumLast(w)));
}

/** `gridQuantile` at each of some probabilities: p (B, N, S) -> (B, N, Q). */
export function quantilesOf(grids: readonly Grid[], p: Tensor, probabilities: readonly number[]): Tensor {
  const g = p.graph;
  const n = grids.length;
  const cells = p.shape.at(-1) as number;
  const upTo = g.emit("CumSum", [p, g.int64([2], [])], p.shape, {}, "float64");
  const table = (of: (grid: Grid) => Float64Array): Tensor => g.double(grids.flatMap((grid) => Array.from({ length: cells }, (_, b) => of(grid)[Math.min(b, grid.size - 1)])), [n * cells]);
  const ends = [table(({ lo }) => lo), table(({ center }) => center), table(({ hi }) => hi)];
  const last = g.double(grids.map(({ size }) => size - 1), [1, n, 1]);
  const starts = g.int64(grids.map((_, k) => k * cells), [1, n, 1]);
  return ops.concat(probabilities.map((u) => {
    const cell = cast(least(sumLast(cast(less(upTo, g.double(u)), "float64")), last), "int64");
    const [lo, center, hi] = ends.map((values) => ops.take(values, ops.add(cell, starts), 0));
    const at = (values: Tensor): Tensor => g.emit("GatherElements", [values, cell], ["B", n, 1], { axis: 2 }, "float64");
    const mass = at(p);
    const share = within(ops.div(ops.sub(g.double(u), ops.sub(at(upTo), mass)), mass), g.double(0), g.double(1));
    const width = ops.sub(hi, lo);
    const atom = less(width, g.double(Number.MIN_VALUE));
    const left = ops.div(ops.sub(hi, center), width);
    const lower = ops.add(lo, ops.mul(ops.div(share, left), ops.sub(center, lo)));
    const upper = ops.add(center, ops.mul(ops.div(ops.sub(share, left), ops.sub(g.double(1), left)), ops.sub(hi, center)));
    return ops.where(atom, center, ops.where(less(left, share), upper, lower));
  }).map((q) => shaped(q, ["B", n, 1])), 2);
}
