/**
 * People who meet a condition, drawn attribute by attribute from what the condition leaves of each distribution. What a
 * draw leaves out is its weight (sequential importance sampling); with weights that differ people are resampled.
 */
import { createRng, permutation, type Rng } from "../../base/random.js";
import { VhgmError } from "../../base/errors.js";
import { isNumeric } from "../../schema/schema.js";
import type { MemberPaths } from "../../model/predictive.js";
import { columnPieces, type Piece } from "../gates.js";
import type { Predictor } from "../predictor.js";
import { learn, nobody, truthOf, truthWith, type People, type World } from "./people.js";
import { nobodyMeets, shown, type Where } from "./where.js";

/** Rows that are resampled together; which rows these are does not depend on how many are asked for. */
const blockRows = 256;
/** People drawn per row where weights differ: at first, and at most, where few of them count. */
const drawnPerRow = { first: 8, most: 64 } as const;
/** Effective people per row below which more are drawn. */
const enough = 2;
/** Places within a number's piece that are tried where the condition hangs on more than the piece. */
const tries = 64;

/** How hard a condition was to meet. */
export interface WhereReport {
  readonly condition: string;
  /** Estimated share of the learned population that meets it. */
  readonly share: number;
  /** Whether each row is drawn by itself, with nothing to weigh. */
  readonly exact: boolean;
  /** People that were drawn and weighed; the rows themselves where that is exact. */
  readonly drawn: number;
  /** Rows that are independent as to what the condition names, about: at most as many as were asked for. */
  readonly effective: number;
}

export interface Conditioned {
  /** Places that are set, in the order in which they were drawn. */
  readonly places: readonly number[];
  /** Passes through the model per row. */
  readonly rounds: number;
  /** Values of `places` for rows first … first + count - 1, which do not depend on which other rows are asked for. */
  rows(first: number, count: number): Promise<Float64Array[]>;
  report(): WhereReport;
}

/** Weighs the probabilities of a place's cells or classes. */
export type WeighPlace = (at: number, probabilities: Float64Array) => Float64Array;

export interface ConditionedInput {
  readonly predictor: Predictor;
  readonly world: World;
  readonly where: Where;
  readonly seed: number;
  /** Rows that go through the model together. */
  readonly chunk: number;
  /** Told in which order places are drawn; says how their densities are weighed. */
  readonly learn?: (places: readonly number[]) => Promise<WeighPlace>;
}

/** @throws VhgmError "usage" where nobody can meet the condition */
export async function openConditioned({ predictor, world, where, seed, chunk, learn: learnWeights }: ConditionedInput): Promise<Conditioned> {
  const order = await plan(predictor, world, where);
  const places = [...where.points.map(({ at }) => at), ...order];
  const weigh = (await learnWeights?.(places)) ?? ((_, p) => p);
  const pointShare = await shareOfPoints(predictor, world, where, weigh);
  const exact = order.length <= 1;
  let weights = 0;
  let drawn = 0;
  /** By block: how many of its people are independent, about, and how many rows were asked for. */
  const independent = new Map<number, { people: number; asked: number }>();
  const blocks = new Map<number, Float64Array[]>();

  /** Draws people by their seeds: their values and the logarithms of their weights. */
  async function draw(streams: readonly Rng[]): Promise<{ values: Float64Array[]; logWeights: Float64Array }> {
    const values: Float64Array[] = [];
    const logWeights = new Float64Array(streams.length);
    for (let from = 0; from < streams.length; from += chunk) {
      const part = streams.slice(from, from + chunk);
      const people = nobody(world, part.length);
      part.forEach((_, r) => where.points.forEach(({ at, value }) => learn(world, people, r, at, value)));
      const own = new BigInt64Array(part.length).fill(-1n);
      for (const at of order) {
        const step: Step = { world, where, weigh, people, at, paths: await predictor.run(people.encoded, own) };
        part.forEach((rng, r) => {
          if (logWeights[from + r] > -Infinity) logWeights[from + r] += Math.log(drawWithin(step, r, rng));
        });
      }
      part.forEach((_, r) => {
        if (truthOf(world, people.values[r], where.condition) !== true) logWeights[from + r] = -Infinity;
        values.push(Float64Array.from(places, (at) => people.values[r][at]));
      });
    }
    return { values, logWeights };
  }

  async function block(b: number): Promise<Float64Array[]> {
    const known = blocks.get(b);
    if (known) return known;
    const values: Float64Array[] = [];
    let logWeights: number[] = [];
    let own = { sum: 0, squares: 0, top: -Infinity };
    for (let perRow = 0; perRow < drawnPerRow.most; ) {
      const more = perRow === 0 ? 1 : perRow < drawnPerRow.first ? drawnPerRow.first - perRow : perRow;
      const streams = Array.from({ length: more * blockRows }, (_, k) => createRng(seed, conditionedStream, b, perRow * blockRows + k));
      const part = await draw(streams);
      values.push(...part.values);
      logWeights = [...logWeights, ...part.logWeights];
      perRow += more;
      own = totals(logWeights);
      const equal = own.top > -Infinity && logWeights.every((w) => Math.abs(w - own.top) < 1e-9);
      if (equal || (perRow >= drawnPerRow.first && own.sum ** 2 / own.squares >= enough * blockRows)) break;
    }
    if (!(own.sum > 0)) {
      throw new VhgmError("usage", `Of ${logWeights.length} people drawn towards the condition ${where.text} none met it; allow more, or leave a part of it out.`);
    }
    weights += own.sum * Math.exp(own.top);
    drawn += logWeights.length;
    independent.set(b, { people: own.sum ** 2 / own.squares, asked: independent.get(b)?.asked ?? 0 });
    const chosen = resample(logWeights, own, blockRows, createRng(seed, resampleStream, b)).map((k) => values[k]);
    blocks.clear();
    blocks.set(b, chosen);
    return chosen;
  }

  async function exactRows(first: number, count: number): Promise<Float64Array[]> {
    const { values, logWeights } = await draw(Array.from({ length: count }, (_, i) => createRng(seed, conditionedStream, first + i)));
    const failed = logWeights.indexOf(-Infinity);
    if (failed >= 0) throw nobodyMeets(where.text, `row ${first + failed + 1} could not be drawn`);
    for (const w of logWeights) weights += Math.exp(w);
    drawn += count;
    return values;
  }

  return {
    places,
    rounds: order.length,
    async rows(first, count) {
      if (exact) return exactRows(first, count);
      const out: Float64Array[] = [];
      for (let i = first; i < first + count; i++) {
        const b = Math.floor(i / blockRows);
        out.push((await block(b))[i % blockRows]);
        independent.get(b)!.asked++;
      }
      return out;
    },
    report: () => ({
      condition: where.text,
      share: drawn > 0 ? pointShare * (weights / drawn) : NaN,
      exact,
      drawn,
      effective: exact ? drawn : [...independent.values()].reduce((sum, { people, asked }) => sum + Math.min(people, asked), 0),
    }),
  };
}

const conditionedStream = 0xc0de;
const resampleStream = 0x5a3e;

/** The probability of the values that everybody has. */
async function shareOfPoints(predictor: Predictor, world: World, where: Where, weigh: WeighPlace): Promise<number> {
  const person = nobody(world, 1);
  let share = 1;
  for (const { at, value } of where.points) {
    const paths = await predictor.run(person.encoded, BigInt64Array.of(-1n));
    const pieces = columnPieces(world.model, paths, 0, world.columnOf[at], [value], (p) => weigh(at, p));
    share *= pieces.reduce((sum, piece) => sum + (piece.at(0.5) === value ? piece.probability : 0), 0);
    learn(world, person, 0, at, value);
  }
  return share;
}

/** In which order the open attributes are drawn. */
async function plan(predictor: Predictor, world: World, where: Where): Promise<number[]> {
  const { rules, columnOf, model } = world;
  const person = nobody(world, 1);
  for (const { at, value } of where.points) learn(world, person, 0, at, value);
  for (const { at, value } of where.points) {
    if (person.applies[0][at] === false) throw nobodyMeets(where.text, `${rules.attributes[at].name} = ${shown(world, at, value)}, but it applies only where ${rules.ruleOf[at]!.text}`);
  }
  if (truthOf(world, person.values[0], where.condition) === false) throw nobodyMeets(where.text, "its parts exclude each other, or what the dictionary says does");
  const paths = await predictor.run(person.encoded, BigInt64Array.of(-1n));
  const left = new Map<number, number>();
  for (const at of where.open) {
    const pieces = columnPieces(model, paths, 0, columnOf[at], where.thresholds(at, person.values[0]));
    const mass = pieces.reduce((sum, piece) => sum + (truthWith(world, person.values[0], at, piece.at(0.5), where.condition) === false ? 0 : piece.probability), 0);
    if (mass === 0 && !where.completes(at, person.values[0])) {
      const { lo, hi, size } = model.grids.grids[columnOf[at]] ?? {};
      const known = isNumeric(rules.attributes[at].type) ? `${shown(world, at, lo[0])} to ${shown(world, at, hi[size - 1])}` : rules.attributes[at].levels!.map((level) => `'${level}'`).join(", ");
      throw nobodyMeets(where.text, `it leaves no value of ${rules.attributes[at].name}, which the model knows from ${known}`);
    }
    left.set(at, mass);
  }
  // Gates first; then what the condition restricts most, so that the weights differ least.
  const order = [...where.open].sort((a, b) => Number(isGate(b)) - Number(isGate(a)) || rules.depth[a] - rules.depth[b] || left.get(a)! - left.get(b)! || a - b);
  function isGate(at: number): boolean {
    return where.open.some((other) => rules.dependents[at].includes(other));
  }
  return order;
}

/** An attribute that some people are given next. */
interface Step {
  readonly world: World;
  readonly where: Where;
  readonly weigh: WeighPlace;
  readonly people: People;
  /** Place of the attribute. */
  readonly at: number;
  /** What the model says of the people. */
  readonly paths: readonly MemberPaths[];
}

/** Draws the attribute of a person from what the condition leaves of its distribution. @returns the probability of that */
function drawWithin({ world, where, weigh, people, at, paths }: Step, r: number, rng: Rng): number {
  const { model, columnOf, rules } = world;
  if (people.applies[r][at] !== true) return 1;
  const values = people.values[r];
  const within = isNumeric(rules.attributes[at].type) && where.completes(at, values) ? tries : 1;
  const shift = rng.uniform();
  const choice = rng.uniform();
  const left: { piece: Piece; u: number; probability: number }[] = [];
  let mass = 0;
  for (const piece of columnPieces(model, paths, r, columnOf[at], where.thresholds(at, values), (p) => weigh(at, p))) {
    for (let k = 0; k < within; k++) {
      const u = (k + shift) / within;
      if (truthWith(world, values, at, piece.at(u), where.condition) === false) continue;
      left.push({ piece, u, probability: piece.probability / within });
      mass += piece.probability / within;
    }
  }
  if (mass === 0) return 0;
  let rest = choice * mass;
  const { piece, u } = left.find(({ probability }) => (rest -= probability) <= 0) ?? left[left.length - 1];
  learn(world, people, r, at, piece.at(u));
  return Math.min(1, mass);
}

function totals(logWeights: readonly number[]): { sum: number; squares: number; top: number } {
  const top = logWeights.reduce((most, w) => Math.max(most, w), -Infinity);
  let sum = 0;
  let squares = 0;
  for (const w of logWeights) {
    const weight = top === -Infinity ? 0 : Math.exp(w - top);
    sum += weight;
    squares += weight * weight;
  }
  return { sum, squares, top };
}

/** Systematic resampling: each person about in proportion to its weight, in a random order. */
function resample(logWeights: readonly number[], { sum, top }: { sum: number; top: number }, count: number, rng: Rng): number[] {
  const chosen = new Array<number>(count);
  const order = permutation(count, rng);
  const start = rng.uniform();
  let passed = 0;
  let next = 0;
  for (let k = 0; k < logWeights.length && next < count; k++) {
    passed += Math.exp(logWeights[k] - top) / sum;
    while (next < count && (next + start) / count <= passed) chosen[order[next++]] = k;
  }
  const last = logWeights.findLastIndex((w) => w > -Infinity);
  while (next < count) chosen[order[next++]] = last;
  return chosen;
}
