import { describe, expect, test } from "vitest";
import { samplePeople } from "../../test/support/samplePeople.js";
import { createRng } from "../base/random.js";
import { trueCorrelations } from "./correlations.js";
import { averageEffects, scoreEffect } from "./effects.js";
import { treatmentNames } from "./factors.js";
import { normalQuantile } from "./gaussian.js";
import { attributeNamed, cohortModel, sharedNames } from "./model.js";
import { pairGivenShared } from "./pairs.js";
import { dot } from "./person.js";
import { cohortTruth } from "./truth.js";

const model = cohortModel();
const truth = cohortTruth(model);
const average = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, x) => sum + x, 0) / values.length;
const correlate = (x: ArrayLike<number>, y: ArrayLike<number>): number => {
  const [mx, my] = [average(x), average(y)];
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    xx += (x[i] - mx) ** 2;
    yy += (y[i] - my) ** 2;
    xy += (x[i] - mx) * (y[i] - my);
  }
  return xy / Math.sqrt(xx * yy);
};

/** Residuals of y after least squares on the columns of x and a constant (Gram-Schmidt). */
function residuals(y: ArrayLike<number>, x: readonly ArrayLike<number>[]): Float64Array {
  const basis: Float64Array[] = [];
  const strip = (column: ArrayLike<number>): Float64Array => {
    const rest = Float64Array.from(column);
    for (const direction of basis) {
      let along = 0;
      for (let i = 0; i < rest.length; i++) along += rest[i] * direction[i];
      for (let i = 0; i < rest.length; i++) rest[i] -= along * direction[i];
    }
    return rest;
  };
  for (const column of [new Float64Array(y.length).fill(1), ...x]) {
    const rest = strip(column);
    const size = Math.sqrt(rest.reduce((sum, v) => sum + v * v, 0));
    basis.push(rest.map((v) => v / size));
  }
  return strip(y);
}

describe("true correlations", () => {
  test("agree with those of 30,000 simulated people", () => {
    const { names, matrix, standardError } = truth.correlations;
    const n = 30_000;
    const people = samplePeople(model, names, n, { rng: createRng(123) });
    const standardised = people.map((column) => {
      const centre = average(column);
      const sd = Math.sqrt(dot(column, column) / n - centre ** 2);
      return column.map((x) => (x - centre) / sd);
    });
    const differences: number[] = [];
    for (let i = 0; i < names.length; i++) {
      for (let j = 0; j < i; j++) {
        const expected = matrix[i][j];
        const difference = dot(standardised[i], standardised[j]) / n - (expected ?? NaN);
        if (!Number.isNaN(difference)) differences.push(difference);
      }
    }
    expect(differences.length).toBeGreaterThan(1500);
    const error = Math.hypot(standardError, 1 / Math.sqrt(n));
    expect(Math.sqrt(average(differences.map((x) => x * x)))).toBeLessThan(1.2 * error);
    expect(Math.max(...differences.map(Math.abs))).toBeLessThan(6 * error);
  });

  test("take only people to whom both attributes apply", () => {
    const { matrix } = trueCorrelations(model, ["pregnancies", "sick_days", "nt_probnp", "age"], { draws: 4000 });
    const people = samplePeople(model, ["pregnancies", "age"], 40_000, { rng: createRng(5) });
    const women = Array.from(people[0].keys()).filter((i) => !Number.isNaN(people[0][i]));
    expect(matrix[0][3]).toBeCloseTo(correlate(women.map((i) => people[0][i]), women.map((i) => people[1][i])), 1);
    expect(() => trueCorrelations(model, ["region", "age"])).toThrow(/region is categorical/);
  });
});

describe("treatments", () => {
  test("the leading outcome's association is off by at least 0.2 standard deviations, one has the wrong sign", () => {
    const leading = truth.treatments.map(({ effects }) => effects[0]);
    for (const { treatment, confounding } of leading) expect(Math.abs(confounding), treatment).toBeGreaterThan(0.2);
    expect(leading.some(({ effect, association }) => effect * association < 0)).toBe(true);
  });

  test("stated effects agree with two worlds simulated apart", () => {
    const n = 30_000;
    treatmentNames.forEach((treatment, t) => {
      const [{ outcome, effect, sd }] = truth.treatments[t].effects;
      const last = model.treatments[t].coder.cuts?.length ?? 0;
      const world = (level: number, seed: number): number =>
        average(samplePeople(model, [outcome], n, { rng: createRng(seed), doing: { [treatment]: level } })[0]);
      const brute = world(last, 10 + t) - world(0, 20 + t);
      expect(Math.abs(brute - effect), treatment).toBeLessThan(4 * sd * Math.sqrt(2 / n));
    });
  });

  test("stated effects agree with the formula on the score scale", () => {
    const linear = [["smoking", "systolic"], ["exercise_programme", "systolic"], ["lipid_drug", "ldl_cholesterol"]] as const;
    for (const [treatment, outcome] of linear) {
      const { scale } = attributeNamed(model, outcome);
      const spread = scale.kind === "linear" ? scale.spread : NaN;
      const [{ effect }] = averageEffects(model, treatment, [outcome], { draws: 4000 });
      expect(effect / spread, treatment).toBeCloseTo(scoreEffect(model, treatment, outcome), 1);
    }
  });

  test("adjusting for age, sex and deprivation recovers the effects", () => {
    const names = ["age", "sex", "deprivation", ...treatmentNames, "systolic", "ldl_cholesterol"];
    const people = samplePeople(model, names, 40_000, { rng: createRng(77) });
    const column = (name: string): Float64Array => people[names.indexOf(name)];
    const age = column("age").map((x) => (x - 50) / 15);
    const sex = column("sex");
    const adjust = [
      age, age.map((x) => x * x), age.map((x) => x ** 3), sex, age.map((x, i) => x * sex[i]), age.map((x, i) => x * x * sex[i]),
      column("deprivation"),
    ];
    treatmentNames.forEach((treatment, t) => {
      const [{ outcome, effect, sd }] = truth.treatments[t].effects;
      const last = model.treatments[t].coder.cuts?.length ?? 0;
      const on = residuals(column(treatment).map((x) => (x === last ? 1 : 0)), adjust);
      const y = residuals(column(outcome), adjust);
      const slope = on.reduce((sum, x, i) => sum + x * y[i], 0) / on.reduce((sum, x) => sum + x * x, 0);
      expect(Math.abs(slope - effect) / sd, `${treatment}: ${slope} against ${effect}`).toBeLessThan(0.06);
    });
  });
});

describe("pairs never seen together", () => {
  test("are listed in both kinds, and only across sources", () => {
    const kinds = new Set(truth.neverTogether.map(({ independent }) => independent));
    expect(kinds).toEqual(new Set([true, false]));
    for (const { a, b, independent, partialCorrelation } of truth.neverTogether) {
      const [x, y] = [attributeNamed(model, a), attributeNamed(model, b)];
      expect(x.sources.some((source) => y.sources.includes(source))).toBe(false);
      if (independent) expect(partialCorrelation).toBe(0);
    }
    expect(truth.neverTogether.filter(({ partialCorrelation }) => Math.abs(partialCorrelation) > 0.15).length).toBeGreaterThan(10);
  });

  test.each([
    ["cortisol", "perceived_stress"],
    ["crp", "sick_days"],
    ["heart_rate", "exercise_minutes"],
    ["blood_lead", "education"],
    ["creatinine", "exercise_minutes"],
    ["tsh", "doctor_visits"],
    ["leptin", "fruit_vegetables"],
    ["testosterone", "sleep_hours"],
    ["vitamin_b12", "fruit_vegetables"],
  ])("%s and %s: the partial correlation given the shared columns is as stated", (a, b) => {
    const names = [...sharedNames, a, b];
    const people = samplePeople(model, names, 20_000, { rng: createRng(31) });
    const keep = Array.from(people[0].keys()).filter((i) => people.every((column) => !Number.isNaN(column[i])));
    const at = (name: string): Float64Array => Float64Array.from(keep, (i) => people[names.indexOf(name)][i]);
    const age = at("age").map((x) => (x - 50) / 15);
    const [sex, height, weight] = [at("sex"), at("height").map(Math.log), at("weight").map(Math.log)];
    const smoking = at("smoking");
    const programme = at("exercise_programme");
    const deprivation = at("deprivation").map((x) => normalQuantile(Math.min(Math.max(x, 0.05), 99.95) / 100));
    const given = [
      age, age.map((x) => x * x), age.map((x) => x ** 3), age.map((x) => x ** 4), sex, age.map((x, i) => x * sex[i]),
      age.map((x, i) => x * x * sex[i]), age.map((x, i) => x ** 3 * sex[i]), height, weight, weight.map((x, i) => x * sex[i]),
      smoking.map((x) => (x === 2 ? 1 : 0)), programme, programme.map((x, i) => x * age[i]), deprivation,
    ];
    // Logarithms bring skewed values near their scores; ranks of discrete ones attenuate, so failing pairs get a wide margin.
    const score = (name: string): Float64Array =>
      attributeNamed(model, name).scale.kind === "log" ? at(name).map((x) => Math.log(Math.max(x, 0.1))) : at(name);
    const partial = correlate(residuals(score(a), given), residuals(score(b), given));
    const stated = pairGivenShared(model, a, b);
    if (stated.independent) expect(Math.abs(partial)).toBeLessThan(4 / Math.sqrt(keep.length));
    else {
      expect(Math.sign(partial)).toBe(Math.sign(stated.partialCorrelation));
      expect(partial / stated.partialCorrelation).toBeGreaterThan(0.6);
      expect(partial / stated.partialCorrelation).toBeLessThan(1.2);
    }
  });
});

describe("truth file", () => {
  test("the truth survives JSON", () => {
    expect(JSON.parse(JSON.stringify(truth))).toEqual(truth);
    expect(truth.attributes.find(({ name }) => name === "pregnancies")?.applies_when).toBe("sex = 'F'");
  });
});
