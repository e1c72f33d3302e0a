import { describe, expect, test } from "vitest";
import { samplePeople } from "../../test/support/samplePeople.js";
import { createRng } from "../base/random.js";
import { conditional, describe as summarise, logProbability, trueCrps } from "./conditional.js";
import { attributeNamed, baseAttributes, cohortModel } from "./model.js";
import { posterior } from "./posterior.js";

const model = cohortModel(baseAttributes + 48);
const names = [
  "age", "sex", "systolic", "smoking", "ldl_cholesterol", "lipid_drug", "hba1c", "hdl_cholesterol", "self_rated_health", "sleep_hours",
  "crp", "openness_1", "neuroticism_1", "neuroticism_2", "perceived_stress", "bmi", "waist", "doctor_visits", "pregnancies",
  "occupation",
  "lipid_plasma_phosphatidylcholine_pc_30_0", "lipid_plasma_phosphatidylcholine_pc_30_1",
];
const people = samplePeople(model, names, 200_000, { rng: createRng(99) });
const of = (name: string): Float64Array => people[names.indexOf(name)];

/** Values of `ask` among simulated people for whom all tests hold. */
function select(ask: string, tests: Record<string, (value: number) => boolean>): number[] {
  const entries = Object.entries(tests).map(([name, holds]) => [of(name), holds] as const);
  const values = of(ask);
  return Array.from(values.keys())
    .filter((i) => entries.every(([column, holds]) => holds(column[i])) && !Number.isNaN(values[i]))
    .map((i) => values[i]);
}

function summary(values: readonly number[]): { n: number; mean: number; sd: number } {
  const n = values.length;
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  const sd = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n);
  return { n, mean, sd };
}

const level = (name: string, text: string): number => {
  const { scale } = attributeNamed(model, name);
  return scale.kind === "levels" ? scale.levels.indexOf(text) : expect.fail(`${name} has no levels`);
};

/** given as texts, and the same as tests on recorded numbers. */
const cases: { ask: string; given: Record<string, string | number>; tests: Record<string, (value: number) => boolean> }[] = [
  { ask: "systolic", given: {}, tests: {} },
  { ask: "systolic", given: { sex: "F", smoking: "current" }, tests: { sex: (x) => x === 1, smoking: (x) => x === 2 } },
  { ask: "hdl_cholesterol", given: { systolic: 140, sex: "M" }, tests: { systolic: (x) => x === 140, sex: (x) => x === 0 } },
  { ask: "age", given: { lipid_drug: "yes", smoking: "never" }, tests: { lipid_drug: (x) => x === 1, smoking: (x) => x === 0 } },
  { ask: "self_rated_health", given: { sleep_hours: "9.50" }, tests: { sleep_hours: (x) => x === 9.5 } },
  { ask: "self_rated_health", given: { sleep_hours: "4.50" }, tests: { sleep_hours: (x) => x === 4.5 } },
  {
    ask: "perceived_stress",
    given: { neuroticism_1: 5, neuroticism_2: "1", openness_1: "4" },
    tests: { neuroticism_1: (x) => x === 4, neuroticism_2: (x) => x === 0, openness_1: (x) => x === 3 },
  },
  { ask: "hba1c", given: { bmi: "33.0" }, tests: { bmi: (x) => Math.abs(x - 33) < 0.15 } },
  { ask: "waist", given: { bmi: "21.0", sex: "F" }, tests: { bmi: (x) => Math.abs(x - 21) < 0.15, sex: (x) => x === 1 } },
  { ask: "doctor_visits", given: { crp: "0.2" }, tests: { crp: (x) => x === 0.2 } },
  { ask: "pregnancies", given: { occupation: "student" }, tests: { occupation: (x) => x === level("occupation", "student") } },
  { ask: "ldl_cholesterol", given: { lipid_drug: "yes" }, tests: { lipid_drug: (x) => x === 1 } },
  {
    ask: "lipid_plasma_phosphatidylcholine_pc_30_0",
    given: { lipid_plasma_phosphatidylcholine_pc_30_1: text("lipid_plasma_phosphatidylcholine_pc_30_1", 1.5) },
    tests: { lipid_plasma_phosphatidylcholine_pc_30_1: near("lipid_plasma_phosphatidylcholine_pc_30_1", 1.5) },
  },
];

function text(name: string, score: number): string {
  return attributeNamed(model, name).coder.text(score);
}

function near(name: string, score: number): (value: number) => boolean {
  const { coder } = attributeNamed(model, name);
  const [low, high] = [coder.number(score - 0.1), coder.number(score + 0.1)];
  return (value) => value >= low && value <= high;
}

describe("true conditional distributions", () => {
  test.each(cases)("$ask given $given agrees with selection from 200,000 people", ({ ask, given, tests }) => {
    const values = select(ask, tests);
    const brute = summary(values);
    const { mean, sd, quantiles, ess } = conditional(model, given, ask, { rng: createRng(1) });
    expect(brute.n).toBeGreaterThan(200);
    expect(ess).toBeGreaterThan(2000);
    const error = brute.sd * Math.sqrt(1 / brute.n + 1 / ess);
    expect(Math.abs((mean ?? NaN) - brute.mean)).toBeLessThan(4 * error);
    expect((sd ?? NaN) / brute.sd).toBeGreaterThan(1 - 6 / Math.sqrt(brute.n));
    expect((sd ?? NaN) / brute.sd).toBeLessThan(1 + 6 / Math.sqrt(brute.n));
    for (const { p, value } of quantiles ?? expect.fail("no quantiles")) {
      // The quantile's step of the brute-force distribution function reaches over p.
      const slack = 4 * Math.sqrt(p * (1 - p) * (1 / brute.n + 1 / ess));
      expect(values.filter((x) => x < value - 1e-9).length / brute.n).toBeLessThan(p + slack);
      expect(values.filter((x) => x <= value + 1e-9).length / brute.n).toBeGreaterThan(p - slack);
    }
  });

  test("given numbers only, the mean is the Gaussian formula's", () => {
    // Given age, sex and treatments both scores have variance one; deprivation also fixes the first innovation.
    const [x, y] = ["systolic", "diastolic"].map((name) => attributeNamed(model, name).innovationLoads);
    const covariance = x.reduce((sum, load, i) => sum + load * y[i], 0);
    const slope = (covariance - x[0] * y[0]) / (1 - y[0] * y[0]);
    const given = { age: 50, sex: "M", smoking: "never", exercise_programme: "no", deprivation: "50.0" };
    const at = (diastolic: number): number =>
      conditional(model, { ...given, diastolic }, "systolic", { rng: createRng(3) }).mean ?? NaN;
    expect((at(95) - at(77)) / (2 * 13.5)).toBeCloseTo(slope, 2);
  });

  test("what follows exactly is exact, what is given comes back", () => {
    const bmi = conditional(model, { height: "170.0", weight: "80.0" }, "bmi", { rng: createRng(1), draws: 500 });
    expect([bmi.mean, bmi.sd]).toEqual([expect.closeTo(27.7, 9), expect.closeTo(0, 6)]);
    const weight = conditional(model, { height: "170.0", bmi: "27.7" }, "weight", { rng: createRng(1), draws: 2000 });
    expect(weight.mean).toBeCloseTo(80.05, 1);
    expect(weight.sd).toBeLessThan(0.2);
    expect(conditional(model, { hba1c: "6.1" }, "hba1c", { rng: createRng(1), draws: 50 }).mean).toBeCloseTo(6.1, 9);
  });

  test("seasons show: vitamin D in August against February", () => {
    const on = (date: string): number => conditional(model, { exam_date: date }, "vitamin_d", { rng: createRng(2) }).mean ?? NaN;
    expect(on("2022-08-15") - on("2022-02-15")).toBeGreaterThan(8);
  });

  test("level probabilities sum to one and agree with log probabilities", () => {
    const from = posterior(model, { education: "university", age: 40, sex: "F" }, ["smoking", "life_satisfaction", "height"], {
      rng: createRng(4), population: "lifestyle", draws: 4000,
    });
    for (const ask of ["smoking", "life_satisfaction"]) {
      const { levels } = summarise(from, ask, createRng(5));
      expect(levels?.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 9);
      for (const { level: name, probability } of levels ?? []) {
        // The one integrates the attribute's noise out, the other draws it.
        expect(Math.abs(Math.exp(logProbability(from, ask, name)) - probability)).toBeLessThan(4 * Math.sqrt((probability * (1 - probability)) / from.ess) + 1e-9);
      }
    }
    const total = Array.from({ length: 700 }, (_, i) => Math.exp(logProbability(from, "height", (130 + i / 10).toFixed(1))));
    expect(total.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 2);
  });

  test("attributes that do not apply rule people out", () => {
    const { levels } = conditional(model, { pregnancies: 2 }, "sex", { rng: createRng(1), draws: 500 });
    expect(levels?.find(({ level: name }) => name === "F")?.probability).toBeCloseTo(1, 9);
    expect(conditional(model, { age: 30 }, "nt_probnp", { rng: createRng(1), draws: 500 }).applies).toBe(0);
    const impossible = (): unknown => conditional(model, { pregnancies: 2, sex: "M" }, "age", { rng: createRng(1) });
    expect(impossible).toThrow(/Nobody in the simulated population has the given values/);
  });

  test("a whole row can be given and keeps enough effective draws", () => {
    const attributes = model.attributes.filter(({ sources, name }) => sources.includes("lifestyle") && name !== "life_satisfaction");
    const rng = createRng(8);
    const given = {
      ...Object.fromEntries(attributes.slice(0, 31).map(({ name, coder }) => [name, coder.text(rng.normal())])),
      age: 44,
      sex: "F",
    };
    expect(conditional(model, given, "life_satisfaction", { rng, population: "lifestyle" }).ess).toBeGreaterThan(1000);
  });

  test("the truth's own CRPS is that of a normal distribution where the truth is one, and least on average", () => {
    const given = { age: 50, sex: "F", smoking: "never", exercise_programme: "no", lipid_drug: "no" };
    const from = posterior(model, given, ["systolic"], { rng: createRng(6), draws: 20_000 });
    const { mean, sd } = summarise(from, "systolic", createRng(7));
    // Gneiting & Raftery (2007): CRPS(N(0, 1), 0) = (sqrt(2) - 1) / sqrt(pi), and |y| - 1 / sqrt(pi) far out.
    expect(trueCrps(from, "systolic", mean!, createRng(8)) / sd!).toBeCloseTo((Math.SQRT2 - 1) / Math.sqrt(Math.PI), 2);
    expect(trueCrps(from, "systolic", mean! + 6 * sd!, createRng(8)) / sd!).toBeCloseTo(6 - 1 / Math.sqrt(Math.PI), 1);
  });

  test("unknown names and impossible values are refused", () => {
    const options = { rng: createRng(1), draws: 10 };
    expect(() => conditional(model, { bloodtype: "A" }, "age", options)).toThrow('no attribute "bloodtype"');
    expect(() => conditional(model, { smoking: "sometimes" }, "age", options)).toThrow(/"sometimes" of smoking/);
  });
});
