import { createRng } from "../base/random.js";
import { appliesTo } from "./attribute.js";
import { factorMeans, treatmentNames, type TreatmentName } from "./factors.js";
import { attributeNamed, type CohortModel } from "./model.js";
import { drawPerson, offsetOf, scoreOf, withTreatment, type Person } from "./person.js";
import { ageShares, populations, type SourceName } from "./population.js";

/** What makes the association of treatment and outcome differ from the effect: adjust for these, and for nothing later. */
export const confounders = ["age", "sex", "deprivation"] as const;

/** Treatments and the outcomes whose effects the truth states; the first outcome is the one with strong confounding. */
export const treatmentOutcomes: Readonly<Record<TreatmentName, readonly string[]>> = {
  smoking: ["systolic", "diastolic", "hdl_cholesterol", "triglycerides", "white_cells", "crp", "self_rated_health"],
  exercise_programme: ["systolic", "weight", "heart_rate", "hdl_cholesterol", "glucose", "exercise_minutes"],
  lipid_drug: ["ldl_cholesterol", "total_cholesterol", "systolic"],
};

/** An average effect in a population: everybody treated against nobody treated (smoking: current against never). */
export interface AverageEffect {
  treatment: TreatmentName;
  outcome: string;
  /** Mean of the outcome under do(treated) minus under do(not treated), recorded units or level positions. */
  effect: number;
  /** Mean among the treated minus mean among the others, as a table shows it. */
  association: number;
  /** Standard deviation of the outcome. */
  sd: number;
  /** (association - effect) / sd. */
  confounding: number;
}

export interface EffectOptions {
  draws?: number;
  seed?: number;
  population?: SourceName;
}

/**
 * Average effects and naive associations of a treatment, by simulating `draws` people and setting the treatment of each
 * to its last level and to its first; an outcome keeps its noise, so that it cancels in the difference.
 */
export function averageEffects(
  model: CohortModel,
  treatment: TreatmentName,
  outcomes: readonly string[],
  { draws = 20_000, seed = 1, population = "checkup" }: EffectOptions = {},
): AverageEffect[] {
  const t = treatmentNames.indexOf(treatment);
  const on = model.treatments[t].coder.cuts?.length ?? 0;
  const tallies = outcomes.map((outcome) => {
    const attribute = attributeNamed(model, outcome);
    return { attribute, sums: [0, 0], counts: [0, 0], squares: 0, effect: 0 };
  });
  for (let i = 0; i < draws; i++) {
    const rng = createRng(seed, i);
    const person = drawPerson(model, population, rng);
    const treated = withTreatment(model, person, t, on);
    const untreated = withTreatment(model, person, t, 0);
    for (const tally of tallies) {
      const { attribute, sums, counts } = tally;
      const noise = attribute.noise * rng.normal();
      if (!appliesTo(attribute, person.age, person.female)) continue;
      const outcomeOf = (who: Person): number => attribute.coder.number(scoreOf(attribute, who, 0) + noise);
      const actual = outcomeOf(person);
      tally.effect += outcomeOf(treated) - outcomeOf(untreated);
      tally.squares += actual * actual;
      sums[person.treated[t]] += actual;
      counts[person.treated[t]]++;
    }
  }
  return tallies.map(({ attribute, sums, counts, squares, effect }) => {
    const n = counts[0] + counts[1];
    const sd = Math.sqrt(squares / n - ((sums[0] + sums[1]) / n) ** 2);
    const association = sums[1] / counts[1] - sums[0] / counts[0];
    return { treatment, outcome: attribute.name, effect: effect / n, association, sd, confounding: (association - effect / n) / sd };
  });
}

/**
 * The average effect on the score scale among the check-up's people, exactly: direct shift plus the shifts of factors that the treatment moves. For
 * outcomes on a linear scale without a bend, spread * scoreEffect is the average effect but for rounding and bounds.
 */
export function scoreEffect(model: CohortModel, treatment: TreatmentName, outcome: string): number {
  const attribute = attributeNamed(model, outcome);
  const law = populations.checkup;
  const on = treatmentNames.map((name) => (name === treatment ? 1 : 0));
  const off = treatmentNames.map(() => 0);
  return ageShares(law).reduce((sum, share, i) => {
    const age = law.firstAge + i;
    const score = (treated: number[]): number => offsetOf(attribute, age, 1, treated, factorMeans(age, 1, treated));
    return sum + share * (score(on) - score(off));
  }, 0);
}
