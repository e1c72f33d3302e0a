import { equationOf } from "./attribute.js";
import { curveText, sumText } from "./curve.js";
import { trueCorrelations, type Correlations } from "./correlations.js";
import { averageEffects, confounders, treatmentOutcomes, type AverageEffect } from "./effects.js";
import { factors, treatmentNames, type TreatmentName } from "./factors.js";
import { holeRules, type HoleRules } from "./holes.js";
import { sharedNames, type CohortModel } from "./model.js";
import { neverTogether, onlyLinked, type NeverTogether } from "./pairs.js";
import { populations, type Population, type SourceName } from "./population.js";

export { conditional, describe, logProbability, type Conditional } from "./conditional.js";
export { averageEffects, scoreEffect } from "./effects.js";
export { trueCorrelations } from "./correlations.js";
export { neverTogether, pairGivenShared } from "./pairs.js";
export { posterior, type Given, type PosteriorOptions } from "./posterior.js";

/** One attribute's equation as written to the truth file. */
export interface AttributeTruth {
  name: string;
  sources: readonly SourceName[];
  panel: string;
  /** The score's equation; a, a2, w, ... are the basis functions of age and sex. */
  score: string;
  /** How the score is recorded. */
  value: string;
  /** In whom it applies; empty in everybody else, also in the complete tables. */
  applies_when?: string;
  /** True if a further term makes the score non-linear in the factors. */
  bent?: true;
}

/** What is known about a cohort because we made it. Depends on the number of attributes only; plain JSON. */
export interface CohortTruth {
  version: 1;
  /** Laws of age and sex by source. */
  populations: Record<SourceName, Population>;
  /** Columns that all three sources record. */
  shared: string[];
  /** Structural equations of the latent factors, in order. */
  factors: { name: string; equation: string }[];
  attributes: AttributeTruth[];
  holes: Record<SourceName, HoleRules>;
  /** Among attributes with equations of their own, categorical ones left out, in the check-up population. */
  correlations: Correlations;
  /** The causal graph: what treatments depend on, and what they do on average in the check-up population. */
  treatments: { name: TreatmentName; confounders: string[]; effects: AverageEffect[] }[];
  /** Pairs of attributes with equations of their own that no person shows together. */
  neverTogether: NeverTogether[];
  /** Pairs shown only by people who are in the check-up and in the laboratory study. */
  onlyLinked: [a: string, b: string][];
}

const truths = new WeakMap<CohortModel, CohortTruth>();

/** The truth of a model, worked out once per model (below a second). */
export function cohortTruth(model: CohortModel): CohortTruth {
  let truth = truths.get(model);
  if (truth === undefined) {
    truth = makeTruth(model);
    truths.set(model, truth);
  }
  return truth;
}

function makeTruth(model: CohortModel): CohortTruth {
  const base = model.attributes.slice(0, model.baseCount);
  const ordered = base.filter(({ type }) => type !== "categorical").map(({ name }) => name);
  const correlations = trueCorrelations(model, ordered);
  return {
    version: 1,
    populations,
    shared: [...sharedNames],
    factors: factors.map(({ name }, k) => ({ name, equation: factorEquation(k) })),
    attributes: model.attributes.map(({ name, sources, panel, applies, bend, ...attribute }) => ({
      name,
      sources,
      panel,
      ...equationOf({ name, sources, panel, bend, ...attribute }, attribute.noise),
      ...(applies === undefined ? {} : { applies_when: applies.when }),
      ...(bend === undefined ? {} : { bent: true }),
    })),
    holes: holeRules,
    correlations: {
      ...correlations,
      matrix: correlations.matrix.map((row) => row.map((r) => (r === null ? null : rounded(r)))),
    },
    treatments: treatmentNames.map((name) => ({
      name,
      confounders: [...confounders],
      effects: averageEffects(model, name, treatmentOutcomes[name]).map(({ effect, association, sd, confounding, ...pair }) => ({
        ...pair, effect: rounded(effect), association: rounded(association), sd: rounded(sd), confounding: rounded(confounding),
      })),
    })),
    neverTogether: neverTogether(model).map((pair) => ({ ...pair, partialCorrelation: rounded(pair.partialCorrelation) })),
    onlyLinked: base.flatMap((a, i) =>
      base.slice(i + 1).flatMap((b): [string, string][] => (onlyLinked(a, b) ? [[a.name, b.name]] : [])),
    ),
  };
}

/** A factor's structural equation as text. */
function factorEquation(k: number): string {
  const { parents = {}, curve = {}, effects = {}, innovation } = factors[k];
  return [
    sumText(Object.entries(parents).map(([name, weight]) => [weight, name])),
    curveText(curve),
    sumText(Object.entries(effects).map(([name, weight]) => [weight, `[${name}]`])),
    sumText([[innovation, "innovation"]]),
  ]
    .filter((part) => part !== "")
    .join(" + ")
    .replaceAll("+ -", "- ");
}

/** Four decimals, never -0. */
const rounded = (x: number): number => Math.round(x * 1e4) / 1e4 + 0;
