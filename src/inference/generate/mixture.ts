/** Draws attributes from a mixture of the learned trees and of the model's density, weighed so that each attribute's distribution is the learned one. */
import type { Rng } from "../../base/random.js";
import { gridQuantile } from "../../model/likelihoods/index.js";
import { classProbabilities, numberDensity, type MemberPaths } from "../../model/predictive.js";
import { cellCount, leafOf, type Leaf, type Sampler } from "../../model/sampler.js";
import { recorded } from "../gates.js";
import type { People, World } from "./people.js";

/** Share of draws that come from an attribute's tree; the others come from the model's density. See docs/decisions.md. */
const treeShare = 0.85;
/** Least and largest factor on the mass of a cell. */
const factorRange = [0.02, 50] as const;
const factorSteps = 30;
/** Mean relative change of a factor, by its cell's mass, below which no further step is taken. */
const settled = 1e-3;
/** People's worth of mass that each cell of a target has beside those who were counted. */
const targetFloor = 0.02;

export interface Mixture {
  /** Places in the order in which they are drawn. */
  readonly places: readonly number[];
  /** Chooses by lot whether an attribute is drawn from its tree. */
  usesTree(at: number, rng: Rng): boolean;
  /** Weighed probabilities of the cells or classes of a place, by its tree or by the model's density. */
  ofTree(people: People, r: number, at: number): Float64Array;
  ofModel(paths: readonly MemberPaths[], i: number, at: number): Float64Array;
  /** Brings the factors of a place to its probabilities, in place. */
  weigh(at: number, probabilities: Float64Array): Float64Array;
  /** Whether several people had just this value: it is then written as it was, and not rounded. */
  isShared(at: number, value: number): boolean;
  /** A recorded value of the cell or class that the lot falls on. */
  pick(at: number, probabilities: Float64Array, rng: Rng): number;
  /** Sets the factors of a place so that these people's probabilities average to what was learned. */
  adapt(people: People, at: number, paths: readonly MemberPaths[]): void;
  /** Draws which cells a person lacks. @returns whether the cell of a place is empty */
  drawHoles(people: People, r: number, rng: Rng): (at: number) => boolean;
}

export interface MixtureInput {
  readonly world: World;
  readonly sampler: Sampler;
  /** Places that are drawn before all others, by the model's density alone. */
  readonly first: readonly number[];
  /** Origins that people may have; all by default. */
  readonly origins: readonly number[];
}

export function createMixture({ world, sampler, first, origins }: MixtureInput): Mixture {
  const { model, columnOf, rules } = world;
  const { layout, grids } = model;
  const p = layout.columns.length;
  const placeOf = layout.columns.map(({ source }) => source);
  const drawnFirst = new Set(first);
  const order = sampler.order.map((j) => placeOf[j]).filter((at) => !drawnFirst.has(at));
  // A tree knows only what stands before it in the order that it was learned in: behind what a condition fixes it holds, before it not.
  const lastFirst = Math.max(-1, ...first.map((at) => sampler.order.indexOf(columnOf[at])));
  const allowed = layout.columns.map(({ source }, j) => !drawnFirst.has(source) && sampler.trees[j] !== null && sampler.order.indexOf(j) > lastFirst);
  const factors: (Float64Array | undefined)[] = new Array<undefined>(p).fill(undefined);
  /** Columns of which these origins' people showed enough: their distribution is that of those who showed it. Of others the filled values are all there is. */
  const isSeen = layout.columns.map((_, j) => sampler.lacking !== undefined && origins.reduce((sum, o) => sum + (sampler.origins[o].observed?.[j].reduce((a, b) => a + b, 0) ?? 0), 0) >= fewest);
  const targets = layout.columns.map((_, j) => targetOf(j));
  const withinCell = layout.columns.map((_, j) => (j < layout.numbers ? sharedByCell(j) : []));
  const known = layout.columns.slice(0, layout.numbers).map(({ attribute }, j) =>
    new Set(attribute.type === "date" ? [] : [...sampler.shared[j]!.values, ...grids.grids[j].center.filter((_, k) => grids.grids[j].atom[k] === 1)]));
  const holeOrder = [...new Set([...sampler.order, ...layout.columns.keys()])].filter((j) => sampler.holes[j] !== null);

  function targetOf(j: number): Float64Array {
    const sums = new Float64Array(cellCount(layout, grids, j));
    for (const o of origins) (isSeen[j] ? sampler.origins[o].observed! : sampler.origins[o].marginals)[j].forEach((n, k) => (sums[k] += n));
    const total = sums.reduce((a, b) => a + b, 0) + targetFloor * sums.length;
    return sums.map((n) => (n + targetFloor) / total);
  }

  /** (cells) values of a number that several people share, with their numbers, and the number of all. */
  function sharedByCell(j: number): { values: number[]; counts: number[]; all: number }[] {
    const { values, counts, others } = sampler.shared[j]!;
    const cells = others.map((all) => ({ values: [] as number[], counts: [] as number[], all }));
    const { bound } = grids.grids[j];
    let cell = 0;
    values.forEach((x, k) => {
      while (cell < bound.length && bound[cell] < x) cell++;
      cells[cell].values.push(x);
      cells[cell].counts.push(counts[k]);
      cells[cell].all += counts[k];
    });
    return cells;
  }

  const valueOf = (people: People, r: number) => (feature: number): number => {
    if (feature === p) return people.origin[r];
    const x = people.values[r][placeOf[feature]];
    return feature < layout.numbers || Number.isNaN(x) ? x : layout.columns[feature].classOf[x];
  };

  function fromLeaf(leaf: Leaf, j: number): Float64Array {
    const out = new Float64Array(cellCount(layout, grids, j));
    leaf.cells.forEach((cell, k) => (out[cell] = leaf.counts[k]));
    return out;
  }

  function weigh(at: number, q: Float64Array): Float64Array {
    const f = factors[columnOf[at]];
    let total = 0;
    for (let k = 0; k < q.length; k++) total += q[k] *= f ? f[k] : 1;
    for (let k = 0; k < q.length; k++) q[k] /= total;
    return q;
  }

  const tree = (people: People, r: number, j: number): Float64Array => fromLeaf(leafOf(sampler.trees[j]!, valueOf(people, r)), j);
  /** Probability that somebody like this showed a column's value in the tables. */
  const showing = (people: People, r: number, j: number): number => {
    const lacking = isSeen[j] ? sampler.lacking![j] : null;
    if (lacking === null) return 1;
    const { cells, counts } = leafOf(lacking, valueOf(people, r));
    const shown = counts[cells.indexOf(0)] ?? 0;
    return shown / counts.reduce((a, b) => a + b, 0);
  };
  const density = (paths: readonly MemberPaths[], i: number, j: number): Float64Array => (j < layout.numbers ? numberDensity(model, paths, i, j) : classProbabilities(model, paths, i, j));

  return {
    places: order,
    usesTree: (at, rng) => allowed[columnOf[at]] && rng.uniform() < treeShare,
    ofTree: (people, r, at) => weigh(at, tree(people, r, columnOf[at])),
    ofModel: (paths, i, at) => weigh(at, density(paths, i, columnOf[at])),
    weigh,
    isShared: (at, value) => known[columnOf[at]]?.has(value) ?? false,
    pick(at, q, rng) {
      const j = columnOf[at];
      const cell = lot(q, rng.uniform());
      if (j >= layout.numbers) {
        const { classOf, shareInClass } = layout.columns[j];
        const levels = [...classOf.keys()].filter((level) => classOf[level] === cell);
        return levels[lot(Float64Array.from(levels, (level) => shareInClass[level]), rng.uniform())];
      }
      const { values, counts, all } = withinCell[j][cell];
      let rest = rng.uniform() * all;
      for (let k = 0; k < values.length; k++) if ((rest -= counts[k]) < 0) return values[k];
      if (grids.grids[j].atom[cell] === 1) return grids.grids[j].center[cell];
      const one = new Float64Array(q.length);
      one[cell] = 1;
      return recorded(gridQuantile(grids.grids[j], one, rng.uniform()), rules.attributes[at]);
    },
    adapt(people, at, paths) {
      const j = columnOf[at];
      const rows = people.values.flatMap((_, r) => (people.applies[r][at] === true ? [{ r, counts: showing(people, r, j) }] : []));
      const all = rows.reduce((sum, { counts }) => sum + counts, 0);
      if (all < fewest) return;
      const parts = rows.flatMap(({ r, counts }) => {
        const model = { q: density(paths, r, j), share: counts * (allowed[j] ? 1 - treeShare : 1) };
        return allowed[j] ? [model, { q: normalised(tree(people, r, j)), share: counts * treeShare }] : [model];
      });
      factors[j] = fitFactors(parts, targets[j], all);
    },
    drawHoles(people, r, rng) {
      const empty = new Uint8Array(p);
      const known = valueOf(people, r);
      const feature = (f: number): number => (f > p ? empty[f - p - 1] : known(f));
      for (const j of holeOrder) {
        const leaf = leafOf(sampler.holes[j]!, feature);
        empty[j] = leaf.cells[lot(Float64Array.from(leaf.counts), rng.uniform())];
      }
      return (at) => columnOf[at] >= 0 && empty[columnOf[at]] === 1;
    },
  };
}

/** People to whom an attribute applies below which its factors stay as they are. */
const fewest = 50;

function normalised(q: Float64Array): Float64Array {
  const total = q.reduce((a, b) => a + b, 0);
  return q.map((x) => x / total);
}

/**
 * Factors on the cells by which the densities of many people, each weighed and normalised, average to a target: iterative
 * proportional fitting (Deming & Stephan 1940). What is drawn first would else drift, and all that hangs on it.
 */
export function fitFactors(parts: readonly { readonly q: Float64Array; readonly share: number }[], target: Float64Array, people: number): Float64Array {
  const [least, most] = factorRange;
  const factors = new Float64Array(target.length).fill(1);
  const average = new Float64Array(target.length);
  for (let step = 0; step < factorSteps; step++) {
    average.fill(0);
    for (const { q, share } of parts) {
      let total = 0;
      for (let k = 0; k < q.length; k++) total += q[k] * factors[k];
      if (total > 0) for (let k = 0; k < q.length; k++) average[k] += (share * q[k] * factors[k]) / total;
    }
    let moved = 0;
    for (let k = 0; k < factors.length; k++) {
      if (!(average[k] > 0)) continue;
      const next = Math.min(most, Math.max(least, (factors[k] * target[k] * people) / average[k]));
      moved += target[k] * Math.abs(next / factors[k] - 1);
      factors[k] = next;
    }
    if (moved < settled) break;
  }
  return factors;
}

/** The place that a uniform number falls on, in proportion to weights. */
function lot(weights: Float64Array, u: number): number {
  let rest = u * weights.reduce((a, b) => a + b, 0);
  let last = 0;
  for (let k = 0; k < weights.length; k++) {
    if (!(weights[k] > 0)) continue;
    last = k;
    if ((rest -= weights[k]) < 0) break;
  }
  return last;
}
