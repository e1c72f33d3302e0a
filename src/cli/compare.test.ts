import { expect, test } from "vitest";
import type { Answer } from "../inference/predict.js";
import { describeComparison } from "./compare.js";

test("probabilities differ by percentage points, which are no points of a unit", () => {
  const scenarios = ["never", "current"].map((name) => ({ name, given: { smoking: name }, typicality: { meanSurprise: 1, unusual: [] }, notes: [] }));
  const drug = (yes: number): Answer => ({ name: "drug", type: "binary", levels: [{ level: "no", probability: 1 - yes }, { level: "yes", probability: yes }] });
  const score = (mean: number): Answer => ({ name: "score", type: "count", unit: "points", mean, sd: 3 });
  const text = describeComparison({
    level: 0.9, members: 1, scenarios, notes: ["Associations."],
    attributes: [
      { name: "drug", type: "binary", answers: [drug(0.7), drug(0.2)], contrasts: [{ scenario: "current", levels: [{ level: "no", value: 0.5 }, { level: "yes", value: -0.5 }], size: 0.5 }], size: 0.5 },
      { name: "score", unit: "points", type: "count", answers: [score(20), score(18)], contrasts: [{ scenario: "current", mean: { value: -2 }, size: 0.4 }], size: 0.4 },
    ],
  }, 15);
  expect(text).toMatch(/^drug +no: 30% +no: 80% +\+50\.0 percentage points +0\.50/m);
  expect(text).toMatch(/^score, points +20 +18 +-2 +0\.40/m);
});
