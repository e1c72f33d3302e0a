/** Values of gates: the attributes that decide to whom others apply. */
import { formatValue } from "../data/cells.js";
import { gridDistribution, type Grid } from "../model/likelihoods/index.js";
import { classProbabilities, numberDensity, type DensityModel, type MemberPaths } from "../model/predictive.js";
import { gateThresholds, whichApply, type Rules } from "../schema/rules.js";
import { isNumeric, type Attribute } from "../schema/schema.js";
import { parseDate } from "../schema/values.js";
import { bestPoint } from "./distribution.js";

/** The value that stands in the table after it was written and read again: rounded to the resolution, inside the support. */
export function recorded(value: number, attribute: Attribute): number {
  if (!isNumeric(attribute.type)) return value;
  const text = formatValue(value, attribute);
  return attribute.type === "date" ? parseDate(text)! : Number(text);
}

/** A part of a column's distribution within which no condition changes: a level, or the numbers between two thresholds. */
export interface Piece {
  readonly probability: number;
  /** The recorded value at the uniform u within the part. */
  at(u: number): number;
}

/** A gate's distribution in pieces, those without probability left out. */
export const gatePieces = (model: DensityModel, rules: Rules, members: readonly MemberPaths[], i: number, j: number): Piece[] =>
  columnPieces(model, members, i, j, gateThresholds(rules, model.layout.columns[j].source));

/** Probabilities of a column's grid cells or classes, changed in place or not. */
export type Weigh = (probabilities: Float64Array) => Float64Array;

/**
 * A column's distribution in pieces, those without probability left out.
 * @param thresholds of numbers, ascending: at, below and above each of them is a piece of its own
 * @param weigh changes the probabilities of grid cells or classes
 */
export function columnPieces(model: DensityModel, members: readonly MemberPaths[], i: number, j: number, thresholds: readonly number[], weigh: Weigh = (p) => p): Piece[] {
  const { kind, attribute, classOf, shareInClass } = model.layout.columns[j];
  if (kind === "number") return numberPieces(model.grids.grids[j], weigh(numberDensity(model, members, i, j)), thresholds, attribute).filter(({ probability }) => probability > 0);
  const classes = weigh(classProbabilities(model, members, i, j));
  const pieces = classOf.map((k, level): Piece => ({ probability: classes[k] * shareInClass[level], at: () => level }));
  return pieces.filter(({ probability }) => probability > 0);
}

function numberPieces(grid: Grid, density: Float64Array, thresholds: readonly number[], attribute: Attribute): Piece[] {
  const distribution = gridDistribution(grid, density);
  const step = grid.resolution;
  const slack = 1e-9;
  // Recorded values are multiples of the step; a multiple stands for the numbers within half a step of it.
  const below = (t: number): number => Math.ceil(t / step - slack) - 1;
  const upTo = (t: number): number => Math.floor(t / step + slack);
  const ends = [...thresholds.flatMap((t) => [below(t), upTo(t)]), Infinity];
  let from = -Infinity;
  let passed = 0;
  return ends.map((end) => {
    const first = from + 1;
    const low = passed;
    const high = end === Infinity ? 1 : Math.max(low, distribution.cdf((end + 0.5) * step));
    from = end;
    passed = high;
    const inside = (value: number): number => Math.min(end === Infinity ? value : end * step, Math.max(first === -Infinity ? value : first * step, value));
    return {
      probability: end < first ? 0 : high - low,
      at: (u: number) => recorded(inside(recorded(distribution.quantile(low + u * (high - low)), attribute)), attribute),
    };
  });
}

/** Whether a gate could have a value, given what is observed of a person. */
export type Possible = (value: number) => boolean;

/**
 * What a person's observed values leave of a gate: where pregnancies are given, the sex is not M. Undefined where nothing
 * that hangs on the gate is observed.
 * @param gate place of the gate
 * @param values (places) as the rules see them; holes are NaN
 */
export function possibleValues(rules: Rules, gate: number, values: Float64Array): Possible | undefined {
  const observed = rules.dependents[gate].filter((at) => !Number.isNaN(values[at]));
  if (observed.length === 0) return undefined;
  return (value) => {
    const applies = whichApply(rules, (at) => (at === gate ? value : values[at]));
    return observed.every((at) => applies[at] !== false);
  };
}

/** The pieces that are possible; all of them where none is. */
export function possiblePieces(pieces: readonly Piece[], possible: Possible): readonly Piece[] {
  const left = pieces.filter((piece) => possible(piece.at(0.5)));
  return left.length > 0 ? left : pieces;
}

/** The best point of a gate among what a person's observed values leave. */
export function bestGateValue(model: DensityModel, rules: Rules, members: readonly MemberPaths[], i: number, j: number, values: Float64Array): number {
  const { attribute, source } = model.layout.columns[j];
  const best = recorded(bestPoint(model, members, i, j), attribute);
  const possible = possibleValues(rules, source, values);
  if (!possible || possible(best)) return best;
  const left = possiblePieces(gatePieces(model, rules, members, i, j), possible);
  return left.reduce((a, b) => (b.probability > a.probability ? b : a)).at(0.5);
}

/** A gate's value at the uniform u of what a person's observed values leave; undefined where they leave everything. */
export function drawPossibleValue(model: DensityModel, rules: Rules, members: readonly MemberPaths[], i: number, j: number, values: Float64Array, u: number): number | undefined {
  const possible = possibleValues(rules, model.layout.columns[j].source, values);
  if (!possible) return undefined;
  const pieces = gatePieces(model, rules, members, i, j);
  const left = possiblePieces(pieces, possible);
  if (left.length === pieces.length) return undefined;
  let rest = u * left.reduce((sum, { probability }) => sum + probability, 0);
  for (const piece of left) {
    if (rest <= piece.probability) return piece.at(rest / piece.probability);
    rest -= piece.probability;
  }
  return left[left.length - 1].at(1);
}
