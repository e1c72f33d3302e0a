import { expect, test } from "vitest";
import { normal } from "../../../test/support/normal.js";
import { categorical } from "./categorical.js";
import { randomisedPit } from "./pit.js";

test("a randomised PIT lies in the step of its level as the uniform says", () => {
  const d = categorical([0.1, 0.2, 0.7]);
  expect([0, 0.5, 1].map((u) => randomisedPit(d, 1, 1, u))).toEqual([0.1, expect.closeTo(0.2, 12), expect.closeTo(0.3, 12)]);
});

test("it is uniform over draws: as many in each tenth", () => {
  const d = categorical([0.1, 0.2, 0.7]);
  const n = 10_000;
  const tenths = new Int32Array(10);
  // A lattice of two uniforms, one for the draw and one for the step.
  for (let i = 0; i < n; i++) tenths[Math.floor(10 * randomisedPit(d, d.sample((i + 0.5) / n), 1, ((i * 7919) % n) / n))]++;
  for (const count of tenths) expect(Math.abs(count - n / 10)).toBeLessThan(20);
});

test("a density's is the cdf within the recorded interval", () => {
  const d = normal(0, 1);
  expect(randomisedPit(d, 0, 0.2, 0.5)).toBeCloseTo(0.5, 12);
  expect(randomisedPit(d, 0.3, 0.2, 0)).toBe(d.cdf(0.2));
  expect(randomisedPit(d, 0.3, 0.2, 1)).toBeCloseTo(d.cdf(0.4), 15);
});
