import { curveTerms, evaluateCurve, type Curve } from "./curve.js";

/** Treatments whose effects are known; the treated level is the last one of the attribute of the same name. */
export const treatmentNames = ["smoking", "exercise_programme", "lipid_drug"] as const;
export type TreatmentName = (typeof treatmentNames)[number];

interface FactorSpec {
  /** Coefficients of earlier factors in the structural equation. */
  parents?: Record<string, number>;
  /** Shift of the mean with age and sex. */
  curve?: Curve;
  /** Shift of the factor in treated people. */
  effects?: Partial<Record<TreatmentName, number>>;
}

/**
 * Structural equations of the latent factors: factor = sum(parents) + curve(age, sex) + effects + innovation. The
 * innovation's variance makes the factor's variance one given age, sex and treatments. Order matters: parents first.
 */
const specs = {
  socioeconomic: {},
  stature: {},
  calendar: {},
  openness: { parents: { socioeconomic: 0.2 }, curve: { a: -0.05 } },
  conscientiousness: { curve: { a: 0.2, w: 0.15 } },
  extraversion: { curve: { a: -0.1, w: 0.1 } },
  agreeableness: { parents: { conscientiousness: 0.15 }, curve: { a: 0.15, w: 0.4 } },
  neuroticism: {
    parents: { socioeconomic: -0.1, conscientiousness: -0.25, extraversion: -0.25 },
    curve: { a: -0.15, w: 0.5 },
  },
  sleep: { parents: { neuroticism: -0.25 }, curve: { a: -0.1, w: 0.1 } },
  stress: { parents: { socioeconomic: -0.15, conscientiousness: -0.1, neuroticism: 0.5 }, curve: { a: -0.2, w: 0.1 } },
  fitness: {
    parents: { socioeconomic: 0.25, conscientiousness: 0.2, extraversion: 0.1 },
    curve: { a: -0.3, w: -0.2 },
    effects: { smoking: -0.2, exercise_programme: 0.7 },
  },
  diet: { parents: { socioeconomic: 0.25, openness: 0.2, conscientiousness: 0.2 }, curve: { a: 0.2, w: 0.4 } },
  adiposity: {
    parents: { socioeconomic: -0.15, fitness: -0.35, diet: -0.15 },
    curve: { one: 0.15, a: 0.15, a2: -0.15, w: -0.1 },
    effects: { exercise_programme: -0.1 },
  },
  metabolic: { parents: { fitness: -0.2, adiposity: 0.5 }, curve: { a: 0.2, w: -0.2 } },
  vascular: { parents: { stress: 0.15, fitness: -0.15, metabolic: 0.3 }, curve: { a: 0.25 } },
  inflammation: {
    parents: { stress: 0.15, fitness: -0.15, adiposity: 0.35 },
    curve: { a: 0.1 },
    effects: { smoking: 0.45 },
  },
  cholesterol: { parents: { diet: -0.1, adiposity: 0.15 } },
} satisfies Record<string, FactorSpec>;

export type FactorName = keyof typeof specs;

/** One latent factor, standardised to variance one given age, sex and treatments. */
export interface Factor extends FactorSpec {
  name: FactorName;
  /** Standard deviation of the independent innovation. */
  innovation: number;
}

export const factorNames = Object.keys(specs) as FactorName[];
export const factorCount = factorNames.length;
const position = new Map(factorNames.map((name, i) => [name, i]));
export const factorIndex = (name: FactorName): number => position.get(name) as number;

/** Factors and the matrix A with factors = A innovations + means: A[k] is a row of length K, lower triangular. */
function solve(): { factors: Factor[]; matrix: Float64Array[] } {
  const factors: Factor[] = [];
  const matrix: Float64Array[] = [];
  factorNames.forEach((name, k) => {
    const spec: FactorSpec = specs[name];
    const row = new Float64Array(factorCount);
    for (const [parent, weight] of Object.entries(spec.parents ?? {})) {
      const from = matrix[factorIndex(parent as FactorName)];
      for (let i = 0; i < k; i++) row[i] += weight * from[i];
    }
    const explained = row.reduce((sum, x) => sum + x * x, 0);
    row[k] = Math.sqrt(1 - explained);
    factors.push({ name, ...spec, innovation: row[k] });
    matrix.push(row);
  });
  return { factors, matrix };
}

export const { factors, matrix: factorMatrix } = solve();

/** Shift of every factor, length K, in people on one treatment. */
const treatmentShifts = treatmentNames.map((name) => flowDown(({ effects }) => effects?.[name] ?? 0));
const untreatedMeans: Float64Array[] = [];

/** Carries a shift of each factor's own equation down to the factors that depend on it. */
function flowDown(shift: (factor: Factor) => number): Float64Array {
  const out = new Float64Array(factorCount);
  factors.forEach((factor, k) => {
    out[k] = shift(factor);
    for (const [parent, weight] of Object.entries(factor.parents ?? {})) out[k] += weight * out[factorIndex(parent as FactorName)];
  });
  return out;
}

/** Shift of all factors, length K, by a treatment (position in `treatmentNames`). Not to be changed. */
export const treatmentShift = (t: number): Float64Array => treatmentShifts[t];

/**
 * Factor means given age (whole years), sex (female = 1) and which treatments are on (1 or 0, in the order of
 * `treatmentNames`): a new vector of length K.
 */
export function factorMeans(age: number, female: number, treated: readonly number[]): Float64Array {
  const base = (untreatedMeans[2 * age + female] ??= flowDown(({ curve = {} }) => evaluateCurve(curveTerms(curve), age, female)));
  const means = base.slice();
  for (let t = 0; t < treated.length; t++) {
    if (treated[t] === 1) for (let k = 0; k < factorCount; k++) means[k] += treatmentShifts[t][k];
  }
  return means;
}
