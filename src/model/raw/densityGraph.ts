import { scoreBounds } from "../grids.js";
import { Graph, ops, type Tensor } from "../../engine/index.js";
import { columnOfFeatures } from "../blocks.js";
import { memberOutputs } from "../paths.js";
import { defaultReach, levelsOf, type ColumnCalibration } from "../columnCalibration.js";
import { pointLevel, type DensityModel } from "../predictive.js";
import { valueOrder } from "./encodeGraph.js";
import { cellMasses } from "./normalCells.js";
import { quantilesOf, tilted } from "./tilt.js";
import { cast, least, most, shaped, sumLast, unary, within } from "./tensors.js";

/** Names of the exported graph's outputs, and how wide they are. */
export interface RawOutputs {
  readonly names: readonly string[];
  /** Probabilities of the quantiles of numbers. */
  readonly quantiles: readonly number[];
  /** Cells that the density of every number is filled up to. */
  readonly cells: number;
}

const rawQuantiles: readonly number[] = [0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975];

/**
 * The last part of the exported graph: predictive.ts as operators, in float64.
 * Inputs: values (B, p), visible (B, p), and the predict graph's outputs.
 * @param produced names of the predict graph's outputs
 * Outputs: of numbers, in the order of `values`, mean, sd (B, N), quantiles (B, N, Q) and density (B, N, S), the probabilities of
 * the grid's cells with zeros behind the last; of attributes with levels, probabilities (B, all levels one attribute after the
 * other); completed (B, p), the values with the unknown ones filled by the point or the index of the most probable level.
 */
export function buildDensityGraph(model: DensityModel, memberCount: number, produced: ReadonlySet<string>): { graph: Graph; outputs: RawOutputs } {
  const g = new Graph();
  const { layout } = model;
  const p = layout.columns.length;
  const order = valueOrder(layout);
  const values = g.input("values", ["B", p], "float64");
  const bits = g.input("visible", ["B", p]);
  const visible = ops.gather(bits, order, 1);
  const levels = openLevels(model, ops.div(sumLast(cast(bits, "float64")), g.double(p)));
  const members = memberInputs(g, model, memberCount, produced);
  const filled: { columns: readonly number[]; values: Tensor }[] = [];
  const names: string[] = [];
  const output = (name: string, tensor: Tensor): void => {
    g.output(name, tensor);
    names.push(name);
  };
  const stacked = members.map((member) => stackedFeatures(model, levels, member));
  const average = meanOf(stacked);
  const numbers = order.filter((j) => j < layout.numbers);
  const cells = Math.max(0, ...numbers.map((j) => model.grids.grids[j].size));
  if (numbers.length > 0) {
    const { mean, sd, quantiles, density, point } = numberOutputs(model, levels, members, stacked, average, numbers, cells);
    output("mean", mean);
    output("sd", sd);
    output("quantiles", quantiles);
    output("density", density);
    filled.push({ columns: numbers, values: point });
  }
  if (numbers.length < p) {
    const levelled = order.filter((j) => j >= layout.numbers);
    const probabilities = levelOutputs(model, average, levelled);
    output("probabilities", probabilities);
    filled.push(...mostProbable(model, probabilities, levelled));
  }
  const columns = filled.flatMap((part) => part.columns);
  const fill = ops.gather(ops.concat(filled.map((part) => part.values), 1), order.map((j) => columns.indexOf(j)), 1);
  output("completed", ops.where(cast(visible, "bool"), values, fill));
  return { graph: g, outputs: { names, quantiles: rawQuantiles, cells } };
}

interface Member {
  readonly linear: Tensor;
  readonly net: Tensor;
  readonly memory?: Tensor;
  readonly logVariance?: Tensor;
  readonly histogram?: Tensor;
}

/** The members' outputs as float64; draws of a latent have those of the draw before them that they lack (`collectPaths`). */
function memberInputs(g: Graph, { layout, grids }: DensityModel, count: number, produced: ReadonlySet<string>): Member[] {
  const widths = { linear: layout.features, net: layout.features, memory: layout.features, logVariance: layout.numbers, histogram: grids.total };
  const found: Partial<Record<keyof Member, Tensor>>[] = [];
  for (let k = 0; k < count; k++) {
    const names = memberOutputs(k);
    const member: Partial<Record<keyof Member, Tensor>> = { ...found[k - 1] };
    for (const key of Object.keys(widths) as (keyof Member)[]) {
      if (produced.has(names[key])) member[key] = cast(g.input(names[key], ["B", widths[key]]), "float64");
    }
    found.push(member);
  }
  return found as Member[];
}

/**
 * What `calibrationOf` takes of these columns' calibrations, for every row: constants where the model has one level, else on straight lines between
 * those of its levels, by the share of the columns that is seen.
 * @param of a constant with the columns on axis 1, made of one level's calibrations
 */
type Levels = (columns: readonly number[], of: (calibrations: readonly ColumnCalibration[]) => Tensor) => Tensor;

/** @param seen (B, 1) */
function openLevels(model: DensityModel, seen: Tensor): Levels {
  const g = seen.graph;
  return (columns, of) => {
    const byColumn = columns.map((j) => levelsOf(model, j));
    const values = byColumn[0].map((_, k) => of(byColumn.map((levels) => levels[k])));
    const shape = values[0].shape.map((_, axis) => (axis === 1 ? columns.length : 1));
    return values.slice(1).reduce((sum, value, k) => {
      const [less, more] = [k, k + 1].map((level) => byColumn.map((levels) => levels[level].seen!));
      const step = within(ops.div(ops.sub(shaped(seen, ["B", ...shape.slice(1).fill(1)]), g.double(less, shape)), g.double(more.map((m, j) => Math.max(m - less[j], 1e-6)), shape)), g.double(0), g.double(1));
      return ops.add(sum, ops.mul(step, ops.sub(value, values[k])));
    }, values[0]);
  };
}

/** Weighted sum of the paths at every feature (B, D), numbers stretched. */
function stackedFeatures({ layout }: DensityModel, levels: Levels, { linear, net, memory }: Member): Tensor {
  const columns = [...columnOfFeatures(layout)];
  const weights = (path: number): Tensor => levels(columns, (of) => linear.graph.double(of.map((c) => c.weights[path]), [1, layout.features]));
  const parts = ops.add(ops.mul(linear, weights(0)), ops.mul(net, weights(2)));
  const sum = memory ? ops.add(parts, ops.mul(memory, weights(1))) : parts;
  return ops.mul(sum, levels(columns, (of) => linear.graph.double(of.map((c) => c.stretch ?? 1), [1, layout.features])));
}

const meanOf = (parts: readonly Tensor[]): Tensor => ops.mul(parts.reduce((a, b) => ops.add(a, b)), parts[0].graph.double(1 / parts.length));

/** `numberDensity` for the given columns: mean and sd (B, N), quantiles (B, N, Q), density (B, N, S); and `numberPoint`, point (B, N). */
function numberOutputs(model: DensityModel, levels: Levels, members: readonly Member[], stacked: readonly Tensor[], average: Tensor, numbers: readonly number[], cells: number) {
  const g = average.graph;
  const { layout, grids } = model;
  const n = numbers.length;
  const columns = numbers.map((j) => layout.columns[j]);
  const own = numbers.map((j) => grids.grids[j]);
  const perColumn = (of: (k: number) => number): Tensor => g.double(numbers.map((_, k) => of(k)), [1, n, 1]);
  const calibrated = (of: (c: ColumnCalibration) => number): Tensor => levels(numbers, (c) => perColumn((k) => of(c[k])));
  /** (1, N, S), filled up behind the last cell of each column. */
  const perCell = (of: (k: number) => ArrayLike<number>, rest: number | ((k: number) => number)): Tensor =>
    g.double(numbers.flatMap((_, k) => Array.from({ length: cells }, (_, b) => of(k)[b] ?? (typeof rest === "number" ? rest : rest(k)))), [1, n, cells]);
  const columnOf = (a: Tensor, at: readonly number[]): Tensor => shaped(ops.gather(a, at, 1), ["B", n, 1]);
  const firsts = columns.map(({ first }) => first);
  const [center, scale] = [perColumn((k) => columns[k].center), perColumn((k) => columns[k].scale)];
  const inUnits = (a: Tensor): Tensor => ops.add(center, ops.mul(scale, columnOf(a, firsts)));
  const bounds = perCell((k) => own[k].bound, Infinity);
  const exists = perCell((k) => new Array<number>(own[k].size).fill(1), 0);
  const scored = numbers.flatMap((j, k) => (levelsOf(model, j).some(({ score }) => score && score.share > 0) ? [k] : []));
  const total = members.map((member, m): Tensor => {
    const sd = ops.mul(ops.mul(scale, calibrated((c) => c.spread)), unary("Exp", ops.mul(columnOf(member.logVariance!, numbers), g.double(0.5))));
    let mass = cellMasses(bounds, inUnits(stacked[m]), sd);
    if (scored.length > 0) mass = ops.add(mass, ops.mul(calibrated((c) => c.score?.share ?? 0), ops.sub(scoreMasses(member), mass)));
    if (!member.histogram) return mass;
    const seen = ops.mul(exists, shaped(ops.gather(member.histogram, numbers.flatMap((j, k) => Array.from({ length: cells }, (_, b) => grids.first[j] + Math.min(b, own[k].size - 1))), 1), ["B", n, cells]));
    const share = calibrated((c) => c.histogram);
    return ops.add(ops.mul(ops.sub(g.double(1), ops.mul(share, sumLast(seen))), mass), ops.mul(share, seen));
  }).reduce((a, b) => ops.add(a, b));
  /** Masses of the normal score's Gaussian (B, N, S); of columns without one, some other's, which count for nothing. */
  function scoreMasses({ linear }: Member): Tensor {
    const k = scored.length;
    const ends = scored.map((c) => scoreBounds(own[c], columns[c].ranks));
    const bounds = g.double(ends.flatMap((own) => Array.from({ length: cells }, (_, b) => own[b] ?? Infinity)), [1, k, cells]);
    const of = (value: (c: ColumnCalibration) => number): Tensor => levels(scored.map((c) => numbers[c]), (all) => g.double(all.map(value), [1, k, 1]));
    const mean = ops.mul(shaped(ops.gather(linear, scored.map((c) => firsts[c] + 1), 1), ["B", k, 1]), of((c) => c.stretch ?? 1));
    const sd = ops.mul(of((c) => c.spread), of((c) => c.score!.sd));
    return ops.gather(cellMasses(bounds, mean, sd), numbers.map((_, c) => Math.max(0, scored.indexOf(c))), 1);
  }
  const weighed = ops.mul(exists, ops.add(ops.mul(total, levels(numbers, (c) => perCell((k) => Array.from(own[k].center, (_, b) => c[k].cells[b] ?? 1), 0))), g.double(1e-12)));
  const shape = ops.div(weighed, sumLast(weighed));
  const centers = perCell((k) => own[k].center, (k) => own[k].center[own[k].size - 1]);
  const inner = perCell((k) => Array.from(own[k].center, (c, b) => ((own[k].hi[b] - c) * (c - own[k].lo[b])) / 3), 0);
  const moments = (p: Tensor): [mean: Tensor, sd: Tensor] => {
    const mean = sumLast(ops.mul(p, centers));
    const off = ops.sub(centers, mean);
    return [mean, unary("Sqrt", sumLast(ops.mul(p, ops.add(ops.mul(off, off), inner))))];
  };
  const [shapeMean, shapeSd] = moments(shape);
  const reach = ops.mul(calibrated((c) => c.reach ?? defaultReach), shapeSd);
  const [low, high] = [perColumn((k) => own[k].lo[0]), perColumn((k) => own[k].hi[own[k].size - 1])];
  const wanted = within(inUnits(average), low, high);
  const halfway = (end: Tensor): Tensor => ops.mul(ops.add(shapeMean, end), g.double(0.5));
  const goal = within(wanted, most(ops.sub(shapeMean, reach), halfway(low)), least(ops.add(shapeMean, reach), halfway(high)));
  const density = tilted(own, shape, goal, cells);
  const [mean, sd] = moments(density);
  const flat = (a: Tensor): Tensor => shaped(a, ["B", n]);
  const middle = quantilesOf(own, density, [(1 - pointLevel) / 2, (1 + pointLevel) / 2]);
  const point = within(wanted, ops.slice(middle, 0, 1, 2), ops.slice(middle, 1, 2, 2));
  return { mean: flat(mean), sd: flat(sd), density, quantiles: quantilesOf(own, density, rawQuantiles), point: flat(point) };
}

/** `levelProbabilities` for the given columns, side by side (B, all levels). */
function levelOutputs({ layout }: DensityModel, average: Tensor, levelled: readonly number[]): Tensor {
  const g = average.graph;
  const groups = layout.groups.filter(({ kind }) => kind === "levels");
  const start = groups[0].firstFeature;
  const classes = ops.concat(groups.map(({ width, count, firstFeature }) => {
    const raw = most(shaped(ops.slice(average, firstFeature, firstFeature + width * count, 1), ["B", count, width]), g.double(0));
    return shaped(ops.div(raw, sumLast(raw)), ["B", count * width]);
  }), 1);
  const columns = levelled.map((j) => layout.columns[j]);
  const spread = ops.gather(classes, columns.flatMap(({ first, classOf }) => classOf.map((k) => first - start + k)), 1);
  const shares = columns.flatMap(({ shareInClass }) => shareInClass);
  return ops.mul(spread, g.double(shares, [1, shares.length]));
}

/** Index of the most probable level, the first of equals; columns with the same number of levels go together. */
function mostProbable({ layout }: DensityModel, probabilities: Tensor, levelled: readonly number[]): { columns: readonly number[]; values: Tensor }[] {
  const g = probabilities.graph;
  const bySize = new Map<number, number[]>();
  const firsts = new Map<number, number>();
  let first = 0;
  for (const j of levelled) {
    const size = layout.columns[j].classOf.length;
    bySize.set(size, [...(bySize.get(size) ?? []), j]);
    firsts.set(j, first);
    first += size;
  }
  return [...bySize].map(([size, columns]) => {
    const at = columns.flatMap((j) => Array.from({ length: size }, (_, k) => firsts.get(j)! + k));
    const levels = shaped(ops.gather(probabilities, at, 1), ["B", columns.length, size]);
    const best = g.emit("ArgMax", [levels], ["B", columns.length], { axis: 2, keepdims: 0 }, "int64");
    return { columns, values: cast(best, "float64") };
  });
}
