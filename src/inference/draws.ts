import { createRng, type Rng } from "../base/random.js";
import { copyOf, type Encoded } from "../data/encode.js";
import { columnsOfPlaces } from "../data/layout.js";
import { gridDistribution } from "../model/likelihoods/index.js";
import { levelProbabilities, numberDensity, type DensityModel, type MemberPaths } from "../model/predictive.js";
import { whichApply, type Rules } from "../schema/rules.js";
import { showCell } from "./decide.js";
import { drawPossibleValue, recorded } from "./gates.js";
import type { Predictor } from "./predictor.js";

/** Most passes through the graph per draw; with more holes than this several are filled in one pass. */
const defaultRounds = 24;

export interface DrawOptions {
  /** Most passes per draw. */
  readonly rounds?: number;
  /** Which holes to draw, all by default; the others stay holes, over which the model averages by itself. */
  readonly wanted?: (row: number, column: number) => boolean;
  /** The dictionary's rules, and by row what they see of it: (places) values, NaN for holes. */
  readonly rules?: { readonly rules: Rules; readonly values: readonly Float64Array[] };
}

/**
 * Draws the holes of each row jointly, by any-order ancestral sampling: in a random order of the row's own, a hole is
 * drawn from its distribution given all that is known or drawn so far. Above `rounds` holes several are drawn at once,
 * independently given the rest. With rules, gates come first and decide what else is drawn: what does not apply is not.
 * Row r's draw depends only on its cells and on `seeds[r]`.
 * @param member which ensemble member draws: members differ, and so carry the uncertainty of the model itself
 * @returns (rows) x (columns) values: numbers in the user's units, level indices; NaN where nothing was drawn
 */
export async function drawHoles(
  predictor: Predictor,
  start: Encoded,
  seeds: ArrayLike<number>,
  draw: number,
  member: number,
  { rounds = defaultRounds, wanted, rules: given }: DrawOptions = {},
): Promise<Float64Array[]> {
  const { layout } = predictor.model;
  const p = layout.columns.length;
  const shown = copyOf(start);
  const drawn = Array.from({ length: start.rows }, () => new Float64Array(p).fill(NaN));
  const streams = Array.from({ length: start.rows }, (_, r) => createRng(seeds[r], draw));
  const columnOf = given && columnsOfPlaces(layout, given.rules.attributes.length);
  const ruled = given?.values.map((values) => ruledRow(predictor.model, given.rules, columnOf!, values));
  const plans = streams.map((rng, r) => {
    const isWanted = (j: number): boolean => (wanted?.(r, j) ?? true) && !ruled?.[r].isOut(j);
    const order = holeOrder(shown.observed.subarray(r * p, (r + 1) * p), rng, (j) => isWanted(j) || (ruled?.[r].decides(j, isWanted) ?? false));
    return planPasses(order, rounds, ruled?.[r].gates);
  });
  const passes = plans.reduce((most, plan) => Math.max(most, plan.length), 0);
  const own = predictor.find(start); // filled cells must not make a stranger of a person in the row memory
  for (let pass = 0; pass < passes; pass++) {
    const paths = await predictor.runMember(member, shown, own);
    for (let r = 0; r < start.rows; r++) {
      for (const j of plans[r][pass] ?? []) {
        const u = streams[r].uniform();
        const value = ruled ? ruled[r].draw(paths, r, j, u) : drawCell(predictor.model, paths, r, j, u);
        if (Number.isNaN(value)) continue;
        drawn[r][j] = value;
        showCell(shown, layout, r, j, value);
      }
    }
  }
  return drawn;
}

/** The passes of a row: its gates from the top down, then its other holes; so many at a time that they fit the rounds. */
function planPasses(order: readonly number[], rounds: number, gates: readonly number[] = []): number[][] {
  const perPass = Math.max(1, Math.ceil(order.length / rounds));
  const holes = new Set(order);
  const first = new Set(gates.filter((j) => holes.has(j)));
  return [[...first], order.filter((j) => !first.has(j))].flatMap((part) =>
    Array.from({ length: Math.ceil(part.length / perPass) }, (_, k) => part.slice(k * perPass, (k + 1) * perPass)),
  );
}

/** One row under rules: what was drawn decides what else there is to draw. */
function ruledRow(model: DensityModel, rules: Rules, columnOf: Int32Array, observed: Float64Array) {
  const { columns } = model.layout;
  const values = observed.slice();
  let applies = whichApply(rules, (at) => values[at]);
  return {
    /** Columns of gates, those above others first. */
    gates: rules.gates.map((gate) => columnOf[gate]).filter((j) => j >= 0),
    /** Whether a column is known not to apply. */
    isOut: (j: number): boolean => applies[columns[j].source] === false,
    /** Whether a column must be drawn only because a wanted one hangs on it. */
    decides: (j: number, isWanted: (j: number) => boolean): boolean =>
      rules.dependents[columns[j].source].some((at) => applies[at] === null && columnOf[at] >= 0 && isWanted(columnOf[at])),
    /** The value at the uniform u; NaN where the attribute does not apply, or where that cannot be known. */
    draw(paths: MemberPaths, r: number, j: number, u: number): number {
      const { source, attribute } = columns[j];
      if (applies[source] !== true) return NaN;
      if (rules.dependents[source].length === 0) return drawCell(model, paths, r, j, u);
      const value = drawPossibleValue(model, rules, [paths], r, j, values, u) ?? drawCell(model, paths, r, j, u);
      values[source] = recorded(value, attribute);
      applies = whichApply(rules, (at) => values[at]);
      return value;
    },
  };
}

function holeOrder(observed: Uint8Array, rng: Rng, wanted: (j: number) => boolean): number[] {
  const holes = [...observed.keys()].filter((j) => !observed[j] && wanted(j));
  for (let i = holes.length - 1; i > 0; i--) {
    const k = rng.int(i + 1);
    [holes[i], holes[k]] = [holes[k], holes[i]];
  }
  return holes;
}

function drawCell(model: DensityModel, paths: MemberPaths, r: number, j: number, u: number): number {
  if (model.layout.columns[j].kind === "number") return gridDistribution(model.grids.grids[j], numberDensity(model, [paths], r, j)).sample(u);
  const p = levelProbabilities(model, [paths], r, j);
  let sum = 0;
  for (let k = 0; k < p.length; k++) if (u < (sum += p[k])) return k;
  return p.length - 1;
}
