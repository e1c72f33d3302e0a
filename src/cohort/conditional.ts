import { VhgmError } from "../base/errors.js";
import type { Rng } from "../base/random.js";
import { appliesTo } from "./attribute.js";
import type { Cell } from "./cells.js";
import { logIntervalProbability } from "./gaussian.js";
import { attributeNamed, type CohortModel, type ModelAttribute } from "./model.js";
import { bmiText, dot, offsetOf } from "./person.js";
import { bendOf, directionOf, posterior, siteOf, type Given, type Posterior, type PosteriorOptions } from "./posterior.js";

/** The true distribution of one attribute given recorded values, among people to whom it applies. */
export interface Conditional {
  ask: string;
  /** Probability that the attribute applies to the person. */
  applies: number;
  /** Of recorded numbers (dates: days since 1970-01-01) or level positions; null for categorical attributes. */
  mean: number | null;
  sd: number | null;
  /** Recorded numbers or level positions at `quantilePoints`; null for categorical attributes. */
  quantiles: { p: number; value: number }[] | null;
  /** Probability of every level; null for numbers. */
  levels: { level: string; probability: number }[] | null;
  /** Effective number of draws: below some hundreds, ask with more draws. */
  ess: number;
}

const quantilePoints = [0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975] as const;

/**
 * The distribution of `ask` given `given` under the generating model, by importance-weighted Monte Carlo: exact but for
 * sampling error of about sd / sqrt(ess).
 * @throws VhgmError "data" for unknown attributes, impossible texts and contradictory values.
 */
export function conditional(model: CohortModel, given: Given, ask: string, options: PosteriorOptions): Conditional {
  return describe(posterior(model, given, [ask], options), ask, options.rng);
}

/**
 * The continuous ranked probability score of the true distribution itself, E|X - y| - E|X - X'| / 2, by a posterior's draws:
 * the least that a forecast can be expected to have. Recorded numbers, or positions of ordered levels.
 */
export function trueCrps(from: Posterior, ask: string, value: number, rng: Rng): number {
  const { draws, applies: total } = weightedDraws(from, attributeNamed(from.model, ask), rng);
  draws.sort((a, b) => a.value - b.value);
  // The integral of (F(x) - [x >= y])^2 over the steps of the draws' distribution function.
  let below = 0;
  let crps = 0;
  for (let i = 0; i < draws.length; i++) {
    const [low, high] = [draws[i].value, i + 1 < draws.length ? draws[i + 1].value : draws[i].value];
    below += draws[i].weight / total;
    const before = Math.max(0, Math.min(high, value) - low);
    crps += before * below ** 2 + (high - low - before) * (1 - below) ** 2;
  }
  if (draws.length > 0) crps += Math.max(0, draws[0].value - value) + Math.max(0, value - draws[draws.length - 1].value);
  return crps;
}

/** A draw's recorded number or level position. */
type Sampler = (draw: number, cell: Cell) => number;

/** Levels of an attribute as texts, in the order of their positions; null for numbers. */
function levelsOf({ scale }: ModelAttribute): readonly string[] | null {
  if (scale.kind === "levels") return scale.levels;
  return scale.kind === "person" && scale.field === "sex" ? ["M", "F"] : null;
}

/** Weighted summary of one of a posterior's `asks`; several can be read from one posterior. */
export function describe(from: Posterior, ask: string, rng: Rng): Conditional {
  const { model, ess } = from;
  const attribute = attributeNamed(model, ask);
  const { draws: values, applies } = weightedDraws(from, attribute, rng);
  const levels = levelsOf(attribute);
  const probabilities = levels?.map(() => 0) ?? [];
  let mean = 0;
  for (const { value, weight } of values) {
    mean += (weight * value) / applies;
    if (levels !== null) probabilities[value] += weight / applies;
  }
  const sd = Math.sqrt(values.reduce((sum, { value, weight }) => sum + (weight * (value - mean) ** 2) / applies, 0));
  const ordered = attribute.type !== "categorical" && applies > 0;
  return {
    ask,
    applies,
    mean: ordered ? mean : null,
    sd: ordered ? sd : null,
    quantiles: ordered ? quantilesOf(values, applies) : null,
    levels: levels?.map((level, i) => ({ level, probability: probabilities[i] })) ?? null,
    ess,
  };
}

/** Recorded numbers or level positions of the draws to whom the attribute applies, and their weight in all. */
function weightedDraws(from: Posterior, attribute: ModelAttribute, rng: Rng): { draws: { value: number; weight: number }[]; applies: number } {
  const { cells, cellOf, weights } = from;
  const sample = samplerOf(from, attribute, rng);
  const draws: { value: number; weight: number }[] = [];
  let applies = 0;
  for (let i = 0; i < weights.length; i++) {
    const cell = cells[cellOf[i]];
    if (!appliesTo(attribute, cell.age, cell.female)) continue;
    applies += weights[i];
    draws.push({ value: sample(i, cell), weight: weights[i] });
  }
  return { draws, applies };
}

function quantilesOf(values: { value: number; weight: number }[], total: number): { p: number; value: number }[] {
  const sorted = values.sort((a, b) => a.value - b.value);
  let sum = 0;
  let at = 0;
  return quantilePoints.map((p) => {
    while (at < sorted.length - 1 && sum + sorted[at].weight < p * total) sum += sorted[at++].weight;
    return { p, value: sorted[at].value };
  });
}

function samplerOf(from: Posterior, attribute: ModelAttribute, rng: Rng): Sampler {
  const { model, given } = from;
  const { name, scale, coder } = attribute;
  if (scale.kind === "person") return scale.field === "age" ? (_draw, cell) => cell.age : (_draw, cell) => cell.female;
  const treatment = model.treatments.indexOf(attribute);
  if (treatment >= 0) return (_draw, cell) => cell.levels[treatment];
  const known = given.get(name) ?? (name === "bmi" ? derivedBmi(given) : undefined);
  if (known !== undefined) {
    const value = levelsOf(attribute)?.indexOf(known) ?? (scale.kind === "date" ? midNumber(attribute, known) : Number(known));
    return () => value;
  }
  const score = scoresOf(from, attribute);
  return (draw, cell) => coder.number(score(draw, cell) + attribute.noise * rng.normal());
}

function derivedBmi(given: ReadonlyMap<string, string>): string | undefined {
  const height = given.get("height");
  const weight = given.get("weight");
  return height === undefined || weight === undefined ? undefined : bmiText(height, weight);
}

function midNumber({ coder }: ModelAttribute, text: string): number {
  const [low, high] = coder.interval(text);
  return coder.number(Number.isFinite(low) ? (Number.isFinite(high) ? (low + high) / 2 : low + 1e-9) : high - 1e-9);
}

/** Scores of an attribute by draw, its noise left out. */
function scoresOf(from: Posterior, attribute: ModelAttribute): Sampler {
  const { latent, dims, blocks } = from;
  const direction = directionOf(attribute, blocks);
  const offsets = new Map<Cell, number>();
  return (draw, cell) => {
    let offset = offsets.get(cell);
    if (offset === undefined) {
      offset = offsetOf(attribute, cell.age, cell.female, cell.treated, cell.means);
      offsets.set(cell, offset);
    }
    const point = latent.subarray(draw * dims, (draw + 1) * dims);
    return offset + dot(direction, point) + bendOf(attribute, cell, point);
  };
}

/**
 * Log probability of a recorded value of one of a posterior's `asks`: the best score that any imputer can expect, and on
 * the same footing for all types, log P(value - resolution / 2 < X < value + resolution / 2) for numbers.
 * @throws VhgmError "usage" for an attribute that is itself given, "data" for an impossible text.
 */
export function logProbability(from: Posterior, ask: string, text: string): number {
  const { model, given, cells, cellOf, weights } = from;
  const attribute = attributeNamed(model, ask);
  if (given.has(ask)) throw new VhgmError("usage", `The probability of ${ask} was asked for, but ${ask} is among the given values.`);
  const likelihood = likelihoodOf(from, attribute, text);
  let applies = 0;
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    const cell = cells[cellOf[i]];
    if (!appliesTo(attribute, cell.age, cell.female)) continue;
    applies += weights[i];
    sum += weights[i] * likelihood(i, cell);
  }
  return Math.log(sum / applies);
}

function likelihoodOf(from: Posterior, attribute: ModelAttribute, text: string): Sampler {
  const { scale, name } = attribute;
  if (scale.kind === "person") {
    const field = scale.field;
    return (_draw, cell) => ((field === "age" ? String(cell.age) : cell.female === 1 ? "F" : "M") === text ? 1 : 0);
  }
  const treatment = from.model.treatments.findIndex((other) => other.name === name);
  if (treatment >= 0) {
    const level = levelsOf(attribute)?.indexOf(text);
    return (_draw, cell) => (cell.levels[treatment] === level ? 1 : 0);
  }
  const score = scoresOf(from, attribute);
  const { low, high, noise } = siteOf(attribute, text);
  if (attribute.noise > 0) return (draw, cell) => Math.exp(logIntervalProbability(low, high, score(draw, cell), noise));
  const [from0, to0] = attribute.coder.interval(text);
  return (draw, cell) => Math.exp(logIntervalProbability(from0, to0, score(draw, cell), noise));
}
