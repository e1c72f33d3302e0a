import { expect, test } from "vitest";
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
