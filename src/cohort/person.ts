import type { Rng } from "../base/random.js";
import { bendAt, bendFactor, effectAt } from "./attribute.js";
import { evaluateCurve } from "./curve.js";
import { factorCount, factorMatrix, factorMeans, treatmentNames, treatmentShift, type TreatmentName } from "./factors.js";
import type { CohortModel, ModelAttribute } from "./model.js";
import { ageAt, populations, type SourceName } from "./population.js";

/** A person before measurement. */
export interface Person {
  /** Whole years. */
  age: number;
  /** 1 woman, 0 man. */
  female: number;
  /** Level position of each treatment attribute, in the order of `treatmentNames`. */
  levels: readonly number[];
  /** 1 where the treatment is on (last level), else 0. */
  treated: readonly number[];
  /** Latent factors, length K. */
  factors: Float64Array;
}

/** Treatments set from outside, by level position: do(smoking = 2). */
export type Intervention = Partial<Record<TreatmentName, number>>;

/** True if a level position of a treatment attribute is the treated one, its last. */
export const isTreated = (treatment: ModelAttribute, level: number): boolean => level === treatment.coder.cuts?.length;

/**
 * Draws a person of a source's population: age, sex, innovations, treatments, factors, in this order of random numbers.
 * An intervention replaces levels after their noise is drawn, so equal streams give the same person in both worlds.
 */
export function drawPerson(model: CohortModel, source: SourceName, rng: Rng, doing: Intervention = {}): Person {
  const age = ageAt(source, rng.uniform());
  const female = rng.uniform() < populations[source].women ? 1 : 0;
  const innovations = new Float64Array(factorCount);
  for (let k = 0; k < factorCount; k++) innovations[k] = rng.normal();
  const levels = model.treatments.map((attribute, t) => {
    const expected = offsetOf(attribute, age, female, null, null) + dot(attribute.innovationLoads, innovations);
    const score = expected + attribute.noise * rng.normal();
    return doing[treatmentNames[t]] ?? attribute.coder.number(score);
  });
  const treated = model.treatments.map((attribute, t) => (isTreated(attribute, levels[t]) ? 1 : 0));
  const factors = factorMeans(age, female, treated);
  for (let k = 0; k < factorCount; k++) factors[k] += dot(factorMatrix[k], innovations, k + 1);
  return { age, female, levels, treated, factors };
}

/**
 * The same person with one treatment set to another level by intervention: factors move by the treatment's shift, the
 * person's innovations stay.
 */
export function withTreatment(model: CohortModel, person: Person, t: number, level: number): Person {
  const on = isTreated(model.treatments[t], level) ? 1 : 0;
  const change = on - person.treated[t];
  const shift = treatmentShift(t);
  return {
    ...person,
    levels: person.levels.map((old, i) => (i === t ? level : old)),
    treated: person.treated.map((old, i) => (i === t ? on : old)),
    factors: change === 0 ? person.factors : person.factors.map((x, k) => x + change * shift[k]),
  };
}

/** Sum of products of the first n entries. */
export function dot(a: Float64Array, b: Float64Array, n: number = a.length): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}

/**
 * The part of a score that age, sex and treatments fix: curve, direct effects and the factors' means. Treatment scores
 * depend on no treatment: give null for both.
 */
export function offsetOf(
  attribute: ModelAttribute,
  age: number,
  female: number,
  treated: readonly number[] | null,
  means: Float64Array | null,
): number {
  let score = evaluateCurve(attribute.curveTerms, age, female);
  if (means !== null) for (const [factor, load] of attribute.factorLoads) score += load * means[factor];
  if (treated !== null) for (const [t, effect] of attribute.effectTerms) if (treated[t] === 1) score += effectAt(effect, age);
  return score;
}

/** A person's score on an attribute, noise left out. `block` is the person's value of the attribute's block factor. */
export function scoreOf(attribute: ModelAttribute, person: Person, block: number): number {
  const { age, female, treated, factors } = person;
  let score = offsetOf(attribute, age, female, treated, factors);
  if (attribute.bend !== undefined) score += bendAt(attribute.bend, factors[bendFactor(attribute.bend)], female);
  if (attribute.block !== undefined) score += attribute.block.load * block;
  return score;
}

/** Body mass index (kg/m2) of recorded texts: height in cm, weight in kg, one decimal. */
export const bmiText = (height: string, weight: string): string =>
  (Math.round((Number(weight) / (Number(height) / 100) ** 2) * 10) / 10).toFixed(1);
