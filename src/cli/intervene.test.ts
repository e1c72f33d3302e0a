import { expect, test } from "vitest";
import type { Outcome } from "../inference/intervene/outcomes.js";
import { describeIntervention } from "./intervene.js";

test("dates are shown as dates, and their differences in days", () => {
  const text = describeIntervention({
    do: { treated: "yes" }, against: { treated: "no" }, draws: 100, effectiveSize: 100, notes: [],
    attributes: [
      { name: "seen", type: "date", under: { mean: 18262.4 }, against: { mean: 18293 }, effect: { value: -30.6, error: 1.5 }, association: -12 },
      { name: "weight", unit: "kg", type: "positive", under: { mean: 80 }, against: { mean: 78.5 }, effect: { value: 1.5, error: 0.25 }, association: 2 },
    ],
  });
  expect(text).toMatch(/^seen +2020-01-01 +2020-02-01 +-30\.6 ± 1\.5 days +-12 days$/m);
  expect(text).toMatch(/^weight, kg +80 +78\.5 +\+1\.5 ± 0\.25 +\+2$/m);
});

test("what rounding leaves of a difference, or of its error, is shown as none", () => {
  const text = describeIntervention({
    do: { treated: "yes" }, against: { treated: "no" }, draws: 100, effectiveSize: 100, notes: [],
    attributes: [
      { name: "weight", type: "positive", under: { mean: 80, sd: 11 }, against: { mean: 78.5, sd: 11 }, effect: { value: 1.5, error: 3.5e-14 }, association: 2 },
      { name: "height", type: "positive", under: { mean: 170, sd: 8 }, against: { mean: 170, sd: 8 }, effect: { value: -2.8e-14, error: 1e-15 }, association: -1e-9 },
      { name: "dose", type: "positive", under: { mean: 1e-5, sd: 1e-6 }, against: { mean: 2e-5, sd: 1e-6 }, effect: { value: -1e-5, error: 2e-8 }, association: -1e-5 },
    ],
  });
  expect(text).toMatch(/^weight +80 +78\.5 +\+1\.5 ± 0 +\+2$/m);
  expect(text).toMatch(/^height +170 +170 +0 ± 0 +0$/m);
  expect(text).toMatch(/^dose +0\.0000100 +0\.0000200 +-0\.0000100 ± 2\.00e-8 +-0\.0000100$/m);
});

test("probabilities change by percentage points", () => {
  const levels = (yes: number): Outcome => ({ levels: [{ level: "no", probability: 1 - yes }, { level: "yes", probability: yes }] });
  const text = describeIntervention({
    do: { treated: "yes" }, against: { treated: "no" }, draws: 100, effectiveSize: 100, notes: [],
    attributes: [{ name: "ill", type: "binary", under: levels(0.2), against: levels(0.3), effect: [{ level: "no", value: 0.1, error: 0.012 }, { level: "yes", value: -0.1, error: 0.012 }], association: [{ level: "no", value: 0.0001 }, { level: "yes", value: -0.0001 }] }],
  });
  expect(text).toMatch(/^ill no +80% +70% +\+10\.0 ± 1\.2 percentage points +0\.0 percentage points$/m);
  expect(text).toMatch(/^ yes +20% +30% +-10\.0 ± 1\.2 percentage points +0\.0 percentage points$/m);
});

test("what applies to nobody says so, and has no effect", () => {
  const text = describeIntervention({
    do: { sex: "M" }, against: { sex: "F" }, draws: 100, effectiveSize: 100, notes: [],
    attributes: [
      { name: "births", type: "count", under: { applies: 0 }, against: { applies: 0.6, mean: 1.5, sd: 1 } },
      { name: "pregnant", type: "binary", under: { applies: 0 }, against: { applies: 0.6, levels: [{ level: "no", probability: 0.75 }, { level: "yes", probability: 0.25 }] } },
    ],
  });
  expect(text).toMatch(/^births +does not apply +1\.5$/m);
  expect(text).toMatch(/^pregnant no +does not apply +75%$/m);
  expect(text).toMatch(/^ yes +does not apply +25%$/m);
});
