/** How probable it is that an attribute applies to a person, and how it is distributed if it does. */
import type { Encoded } from "../data/encode.js";
import { columnsOfPlaces, type Layout } from "../data/layout.js";
import { categorical, gridDistribution, type Distribution, type Grid } from "../model/likelihoods/index.js";
import { levelProbabilities, numberDensity, type DensityModel, type MemberPaths } from "../model/predictive.js";
import { whichApply, type Rules } from "../schema/rules.js";
import { isNumeric } from "../schema/schema.js";
import type { Truth } from "../schema/truth.js";
import { showCell, type Outputs } from "./decide.js";
import { gatePieces, possiblePieces, possibleValues, recorded, type Possible } from "./gates.js";
import type { Predictor } from "./predictor.js";

export interface Applies {
  /** Probability that the attribute applies given what is known; null where that cannot be known. */
  readonly probability: number | null;
  /** The condition under which it applies, as the dictionary has it. */
  readonly rule: string;
}

/** A way in which the unknown gates may lie. */
interface Scenario {
  readonly values: Float64Array;
  readonly filled: readonly number[];
  readonly weight: number;
}

/** Parts of equal probability that a number is split into between two thresholds. */
const strata = 8;
/** With more ways than this to fill the gates, so many are drawn from them, evenly. */
const mostScenarios = 256;

/** What is asked: one person, as the model and the rules see it. */
export interface Person {
  readonly predictor: Predictor;
  readonly rules: Rules;
  /** The person's row is the first. */
  readonly encoded: Encoded;
  readonly own: bigint;
  /** (places) */
  readonly values: Float64Array;
  /** Outputs by what gates were filled with, the person as it is to begin with: attributes share gates, and rows need one run. */
  readonly seen: Map<string, Outputs>;
}

/** A value for an unknown gate. */
export interface Fill {
  readonly gate: number;
  readonly level: number;
}

/**
 * The fills that the answers for some places begin with, as far as they are known before anything is predicted: the levels of
 * each place's first unknown gate. Their rows go through the model with the question, which is cheaper than a run of their own.
 * @param applies which attributes apply to the person, as far as that is known
 */
export function firstFills(rules: Rules, layout: Layout, values: Float64Array, applies: readonly Truth[], places: readonly number[]): Fill[] {
  const columnOf = columnsOfPlaces(layout, rules.attributes.length);
  const firsts = places.filter((place) => applies[place] === null).map((place) =>
    rules.gates.find((gate) => rules.dependents[gate].includes(place) && columnOf[gate] >= 0 && Number.isNaN(values[gate]) && applies[gate] === true));
  const gates = [...new Set(firsts)].filter((gate): gate is number => gate !== undefined && !isNumeric(rules.attributes[gate].type));
  return gates.flatMap((gate) => rules.attributes[gate].levels!.map((_, level) => ({ gate, level })));
}

/**
 * What is asked about the first of some rows, which went through the model.
 * @param paths what came of the rows
 * @param fills what the last rows were filled with
 */
export function askAbout(person: Omit<Person, "seen">, paths: readonly MemberPaths[], fills: readonly Fill[]): Person {
  const seen = new Map([["", { paths, i: 0 }]]);
  fills.forEach(({ gate, level }, k) => seen.set(keyOf([gate], () => level), { paths, i: person.encoded.rows - fills.length + k }));
  return { ...person, seen };
}

const keyOf = (filled: readonly number[], valueOf: (gate: number) => number): string => filled.map((gate) => `${gate}=${valueOf(gate)}`).join();

/** The distribution of what applies if it applies, and how probable that is. */
export interface Conditional {
  readonly probability: number | null;
  readonly distribution: Distribution;
}

/**
 * Fills the unknown gates that decide on a place in all ways that differ, one gate after the other, each given those above
 * it. With one unknown gate the probability is exactly that of its distribution (Rao-Blackwell); with more it is as long as
 * the ways are at most 256, above which 256 of them are drawn by systematic sampling, the same each time.
 */
export async function conditionalOn(person: Person, place: number): Promise<Conditional> {
  const { rules, predictor } = person;
  const columnOf = columnsOfPlaces(predictor.model.layout, rules.attributes.length);
  const truth = ({ values }: Scenario) => whichApply(rules, (at) => values[at]);
  let scenarios: Scenario[] = [{ values: person.values, filled: [], weight: 1 }];
  for (const gate of rules.gates) {
    if (!rules.dependents[gate].includes(place) || columnOf[gate] < 0 || !Number.isNaN(person.values[gate])) continue;
    const open = scenarios.filter((scenario) => truth(scenario)[place] === null && truth(scenario)[gate] === true);
    if (open.length === 0) continue;
    const outputs = await runScenarios(person, open, columnOf);
    const split = open.flatMap((scenario, k) => splitScenario(predictor.model, rules, outputs[k], scenario, gate, columnOf[gate]));
    scenarios = thinOut([...scenarios.filter((scenario) => !open.includes(scenario)), ...split]);
  }
  const inside = scenarios.filter((scenario) => truth(scenario)[place] === true);
  const sure = total(scenarios.filter((scenario) => truth(scenario)[place] !== null));
  // Where nothing can be known of a gate, the model averages over it by itself.
  const kept = inside.length > 0 ? inside : scenarios;
  const outputs = await runScenarios(person, kept, columnOf);
  return {
    probability: sure === 0 ? null : total(inside) / sure,
    distribution: mixture(predictor.model, outputs, kept.map(({ weight }) => weight / total(kept)), columnOf[place]),
  };
}

const total = (scenarios: readonly Scenario[]): number => scenarios.reduce((sum, { weight }) => sum + weight, 0);

function splitScenario(model: DensityModel, rules: Rules, { paths, i }: Outputs, { values, filled, weight }: Scenario, gate: number, j: number): Scenario[] {
  const pieces = gatePieces(model, rules, paths, i, j);
  const possible = possibleValues(rules, gate, values);
  const left = possible ? possiblePieces(pieces, possible) : pieces;
  const sum = left.reduce((s, { probability }) => s + probability, 0);
  const parts = isNumeric(rules.attributes[gate].type) ? strata : 1;
  return left.flatMap((piece) =>
    Array.from({ length: parts }, (_, k): Scenario => ({
      values: values.with(gate, piece.at((k + 0.5) / parts)),
      filled: [...filled, gate],
      weight: (weight * piece.probability) / sum / parts,
    })),
  );
}

/** Systematic sampling (every k-th part of the total weight) of at most so many scenarios. */
function thinOut(scenarios: readonly Scenario[]): Scenario[] {
  if (scenarios.length <= mostScenarios) return [...scenarios];
  const all = total(scenarios);
  const kept: Scenario[] = [];
  let passed = 0;
  for (const scenario of scenarios) {
    passed += scenario.weight;
    while (kept.length < mostScenarios && ((kept.length + 0.5) * all) / mostScenarios < passed) kept.push({ ...scenario, weight: all / mostScenarios });
  }
  return kept;
}

async function runScenarios({ predictor, encoded, own, seen }: Person, scenarios: readonly Scenario[], columnOf: Int32Array): Promise<Outputs[]> {
  const { layout } = predictor.model;
  const keys = scenarios.map(({ values, filled }) => keyOf(filled, (gate) => values[gate]));
  const fresh = scenarios.filter((_, k) => !seen.has(keys[k]) && keys.indexOf(keys[k]) === k);
  if (fresh.length > 0) {
    const rows: Encoded = {
      rows: fresh.length,
      features: new Float32Array(fresh.length * layout.features),
      observed: new Uint8Array(fresh.length * layout.columns.length),
    };
    fresh.forEach(({ values, filled }, r) => {
      rows.features.set(encoded.features.subarray(0, layout.features), r * layout.features);
      rows.observed.set(encoded.observed.subarray(0, layout.columns.length), r * layout.columns.length);
      for (const gate of filled) showCell(rows, layout, r, columnOf[gate], values[gate]);
    });
    const paths = await predictor.run(rows, new BigInt64Array(fresh.length).fill(own));
    fresh.forEach((scenario, i) => seen.set(keys[scenarios.indexOf(scenario)], { paths, i }));
  }
  return keys.map((key) => seen.get(key)!);
}

function mixture(model: DensityModel, outputs: readonly Outputs[], weights: readonly number[], j: number): Distribution {
  const density = model.layout.columns[j].kind === "number" ? numberDensity : levelProbabilities;
  const parts = outputs.map(({ paths, i }) => density(model, paths, i, j));
  const mixed = parts[0].map((_, k) => parts.reduce((sum, part, s) => sum + weights[s] * part[k], 0));
  return model.layout.columns[j].kind === "number" ? gridDistribution(model.grids.grids[j], mixed) : categorical(mixed);
}

/**
 * The distribution of a gate without the values that the person's other values rule out: where pregnancies are given, the
 * sex is not M. Undefined where they rule out nothing.
 */
export function withoutImpossible({ predictor: { model }, rules, values }: Person, paths: readonly MemberPaths[], j: number): Distribution | undefined {
  const { source, kind, attribute } = model.layout.columns[j];
  const possible = possibleValues(rules, source, values);
  if (!possible) return undefined;
  if (kind === "levels") {
    const p = levelProbabilities(model, paths, 0, j);
    const kept = p.map((mass, k) => (possible(k) ? mass : 0));
    const sum = kept.reduce((a, b) => a + b, 0);
    return sum === 0 || kept.every((mass, k) => mass === p[k]) ? undefined : categorical(kept.map((mass) => mass / sum));
  }
  return cutNumbers(model.grids.grids[j], numberDensity(model, paths, 0, j), (x) => possible(recorded(x, attribute)));
}

/** A density without the values that are not possible; undefined where they all are, or none. A cell changes at most once. */
function cutNumbers(grid: Grid, p: Float64Array, possible: Possible): Distribution | undefined {
  const [lo, hi, center, kept] = [grid.lo, grid.hi, grid.center, p].map((values) => values.slice());
  for (let k = 0; k < grid.size; k++) {
    const [first, last] = [possible(lo[k]), possible(hi[k])];
    if (first && last) continue;
    if (first === last || lo[k] === center[k] || hi[k] === center[k]) {
      if (!possible(center[k])) kept[k] = 0;
      continue;
    }
    let [inside, outside] = first ? [lo[k], hi[k]] : [hi[k], lo[k]];
    for (let step = 0; step < 50; step++) {
      const middle = (inside + outside) / 2;
      if (possible(middle)) inside = middle;
      else outside = middle;
    }
    const whole = hi[k] - lo[k];
    const c = center[k];
    const [from, to] = first ? [lo[k], inside] : [inside, hi[k]];
    // The two uniform pieces of the cell, on either side of its mean.
    const left = Math.max(0, Math.min(to, c) - from) * ((hi[k] - c) / whole / (c - lo[k]));
    const right = Math.max(0, to - Math.max(from, c)) * ((c - lo[k]) / whole / (hi[k] - c));
    kept[k] *= left + right;
    if (left + right > 0) center[k] = (left * (from + Math.min(to, c)) + right * (Math.max(from, c) + to)) / 2 / (left + right);
    [lo[k], hi[k]] = [from, to];
  }
  const sum = kept.reduce((a, b) => a + b, 0);
  return sum === 0 || kept.every((mass, k) => mass === p[k]) ? undefined : gridDistribution({ ...grid, lo, hi, center }, kept.map((mass) => mass / sum));
}
