import { describe, expect, it } from "vitest";
import { betaP, gammaQ, logGamma } from "./gamma.js";
import golden from "./golden.json" with { type: "json" };
import { normalCdf, normalCdfFast, normalMass, normalPdf, normalQuantile } from "../../base/normal.js";
import { studentCdf, studentQuantile } from "./student.js";

/** Fails unless |actual - wanted| <= relative |wanted| + absolute. */
function expectRelative(actual: number, wanted: number, relative: number, absolute = 0): void {
  if (actual === wanted) return;
  const allowed = relative * Math.abs(wanted) + absolute;
  expect(Math.abs(actual - wanted), `${actual} for ${wanted}`).toBeLessThanOrEqual(allowed);
}

// golden.json is written by golden.py (scipy); the command stands there.
describe("normal", () => {
  it("agrees with scipy, also relatively in the tails", () => {
    for (const [z, value] of golden.normalCdf) expectRelative(normalCdf(z), value, 2e-13);
    for (const [p, value] of golden.normalQuantile) expectRelative(normalQuantile(p), value, 1e-12, 1e-15);
  });

  it("handles infinities and NaN", () => {
    expect([normalCdf(-Infinity), normalCdf(Infinity), normalCdf(-100), normalCdf(NaN)]).toEqual([0, 1, 0, NaN]);
    expect([normalQuantile(0), normalQuantile(1), normalQuantile(-1), normalQuantile(NaN)]).toEqual(
      [-Infinity, Infinity, NaN, NaN]);
    expect([normalCdfFast(-Infinity), normalCdfFast(Infinity), normalCdfFast(NaN)]).toEqual([0, 1, NaN]);
  });

  it("has a fast cdf within 1e-8 that never decreases", () => {
    let previous = 0;
    for (let z = -8.5; z < 8.5; z += 0.000731) {
      const fast = normalCdfFast(z);
      if (!(Math.abs(fast - normalCdf(z)) < 1e-8)) throw new Error(`normalCdfFast is off by ${fast - normalCdf(z)} at ${z}`);
      if (fast < previous - 1e-16) throw new Error(`normalCdfFast decreases at ${z}`);
      previous = fast;
    }
  });

  it("takes masses without cancellation", () => {
    expectRelative(normalMass(10, 11), normalMass(-11, -10), 1e-14);
    for (const m of [-6, 0, 1.5, 4]) {
      expectRelative(normalMass(m, m + 1e-9), normalPdf(m) * 1e-9, 1e-6);
      expectRelative(normalMass(m, m + 0.000999), normalMass(m, m + 0.0005) + normalMass(m + 0.0005, m + 0.000999), 1e-9);
      expectRelative(normalMass(m, m + 0.001), normalMass(m, m + 0.000999) + normalMass(m + 0.000999, m + 0.001), 1e-9);
    }
    expect([normalMass(-Infinity, Infinity), normalMass(1, 1), normalMass(2, 1)]).toEqual([1, 0, 0]);
  });
});

describe("gamma and beta", () => {
  it("agree with scipy", () => {
    for (const [x, value] of golden.logGamma) expectRelative(logGamma(x), value, 1e-14, 1e-14);
    for (const [a, x, value] of golden.gammaQ) expectRelative(gammaQ(a, x), value, 1e-11);
    for (const [a, b, x, value] of golden.betaP) expectRelative(betaP(a, b, x), value, 1e-10);
  });
});

describe("Student's distribution", () => {
  it("is Cauchy's at one degree of freedom, far into the tails", () => {
    for (const u of [1e-6, 0.01, 0.25, 0.5, 0.9, 1 - 1e-5]) {
      const t = -1 / Math.tan(Math.PI * u);
      expectRelative(studentQuantile(u, 1), t, 1e-9, 1e-12);
      expectRelative(studentCdf(t, 1), u, 1e-11);
    }
  });

  it("is inverted where half a degree of freedom reaches beyond a million", () => {
    const t = studentQuantile(0.9999, 0.5);
    expect(t).toBeGreaterThan(1e6);
    expectRelative(studentCdf(t, 0.5), 0.9999, 1e-12);
    expectRelative(studentQuantile(0.0001, 0.5), -t, 1e-6);
  });
});
