import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Distribution, logProbFloor } from "./distribution.js";
import golden from "./golden.json" with { type: "json" };
import { lognormal, lognormalFromMoments } from "./lognormal.js";
import { mixture } from "./mixture.js";
import { negativeBinomial } from "./negativeBinomial.js";
import { normal } from "./normal.js";
import { randomisedPit } from "./pit.js";
import { poisson } from "./poisson.js";
import { truncated } from "./truncated.js";
import { zeroInflated } from "./zeroInflated.js";

function expectClose(actual: number, wanted: number, relative: number, what: string): void {
  const allowed = relative * Math.max(1e-3, Math.abs(wanted));
  expect(Math.abs(actual - wanted), `${what}: ${actual} for ${wanted}`).toBeLessThanOrEqual(allowed);
}

/** Averages over the distribution by its quantile function: independent of the formulas for the moments and the CRPS. */
function byQuantiles(d: Distribution, x: number, n = 20_000): { mean: number; variance: number; crps: number } {
  let mean = 0;
  let square = 0;
  let crps = 0;
  for (let i = 0; i < n; i++) {
    const u = (i + 0.5) / n;
    const q = d.quantile(u);
    mean += q / n;
    square += (q * q) / n;
    crps += (2 / n) * (x >= q ? u * (x - q) : (1 - u) * (q - x));
  }
  return { mean, variance: square - mean * mean, crps };
}

/** What holds for every distribution: the cdf rises from 0 to 1, the quantile inverts it, recorded values sum to 1. */
function expectConsistent(d: Distribution, u: number, tolerance = 1e-9): void {
  const sd = Math.sqrt(d.variance());
  const x = d.quantile(u);
  expect(d.sample(u)).toBe(x);
  expect(d.cdf(x)).toBeGreaterThanOrEqual(u - tolerance);
  expect(d.cdf(x - 1e-7 * sd)).toBeLessThan(u + 1e-4);
  expect(d.quantile(u / 2)).toBeLessThanOrEqual(x);
  expect(d.median()).toBe(d.quantile(0.5));
  expect(d.cdf(d.quantile(1e-12) - sd)).toBeLessThan(1e-6);
  expect(d.cdf(d.quantile(1 - 1e-12) + sd)).toBeGreaterThan(1 - 1e-6);
  expect(d.crps(x)).toBeGreaterThanOrEqual(0);
  expect(d.logProb(x, sd / 10)).toBeCloseTo(Math.log(Math.max(1e-12, d.cdf(x + sd / 20) - d.cdf(x - sd / 20))), 6);
  // Off the lattice of counts, where rounding would put a value into two intervals or none.
  const low = d.quantile(1e-7) - 0.1234 * sd;
  const steps = Math.ceil((d.quantile(1 - 1e-7) - low) / sd) * 2;
  let sum = 0;
  for (let i = 0; i <= steps; i++) sum += Math.exp(d.logProb(low + (i * sd) / 2, sd / 2));
  expect(sum).toBeGreaterThan(1 - 1e-5);
  expect(sum).toBeLessThan(1 + 1e-9);
}

const uniform = fc.double({ min: 0.001, max: 0.999, noNaN: true });
const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const runs = { numRuns: 60 };

type Golden = { args: number[]; mean: number; variance: number; cdf: number[][]; quantile: number[][]; crps: number[][] };
const families: [string, Golden[], (a: number, b: number) => Distribution][] = [
  ["normal", golden.normal, normal],
  ["lognormal", golden.lognormal, lognormal],
  ["poisson", golden.poisson, poisson],
  ["negativeBinomial", golden.negativeBinomial, negativeBinomial],
];

describe.each(families)("%s", (name, cases, make) => {
  it("agrees with scipy (golden.py)", () => {
    for (const { args, mean, variance, cdf, quantile, crps } of cases) {
      const d = make(args[0], args[1]);
      const what = `${name}(${args.join(", ")})`;
      expectClose(d.mean(), mean, 1e-10, `mean of ${what}`);
      expectClose(d.variance(), variance, 1e-10, `variance of ${what}`);
      for (const [x, value] of cdf) expectClose(d.cdf(x), value, 1e-10, `cdf(${x}) of ${what}`);
      for (const [u, value] of quantile) expectClose(d.quantile(u), value, 1e-9, `quantile(${u}) of ${what}`);
      for (const [x, value] of crps) expectClose(d.crps(x), value, 1e-8, `crps(${x}) of ${what}`);
    }
  });
});

describe("parametric families", () => {
  it("are consistent for any parameters", () => {
    fc.assert(fc.property(between(-1e4, 1e4), between(1e-3, 1e3), uniform, (m, s, u) => expectConsistent(normal(m, s), u)), runs);
    fc.assert(fc.property(between(-5, 5), between(0.01, 1.5), uniform, (m, s, u) => expectConsistent(lognormal(m, s), u)), runs);
    fc.assert(fc.property(between(0.5, 1e4), uniform, (m, u) => expectConsistent(poisson(m), u)), runs);
    fc.assert(
      fc.property(between(0.5, 1e3), between(1.001, 30), uniform, (m, f, u) =>
        expectConsistent(negativeBinomial(m, m * f), u)), runs);
  });

  it("match the moments that they were made from", () => {
    const d = lognormalFromMoments(3, 7);
    expect([d.mean(), d.variance()]).toEqual([expect.closeTo(3, 12), expect.closeTo(7, 11)]);
    const numeric = byQuantiles(d, 2);
    expectClose(d.mean(), numeric.mean, 1e-3, "mean");
    expectClose(d.crps(2), numeric.crps, 1e-3, "crps");
    const count = negativeBinomial(4, 11);
    const counted = byQuantiles(count, 2);
    expectClose(count.mean(), counted.mean, 1e-3, "mean");
    expectClose(count.variance(), counted.variance, 1e-2, "variance");
    expectClose(count.crps(2), counted.crps, 1e-3, "crps");
  });

  it("have modes", () => {
    expect([normal(2, 1).mode(), poisson(3.5).mode(), negativeBinomial(0.5, 2).mode()]).toEqual([2, 3, 0]);
    const d = negativeBinomial(20, 50);
    for (let k = 0; k < 60; k++) expect(d.logProb(d.mode(), 1)).toBeGreaterThanOrEqual(d.logProb(k, 1) - 1e-12);
    const l = lognormal(1, 0.7);
    for (let x = 0.1; x < 9; x += 0.1) expect(l.logProb(l.mode(), 1e-3)).toBeGreaterThanOrEqual(l.logProb(x, 1e-3));
  });

  it("score recorded values comparably and never below the floor", () => {
    expect(normal(0, 1).logProb(50, 0.1)).toBe(logProbFloor);
    expect(poisson(3).logProb(2.5, 0.1)).toBe(logProbFloor);
    expect(poisson(1000).logProb(1000, 1)).toBeCloseTo(normal(1000, Math.sqrt(1000)).logProb(1000, 1), 3);
    expect(lognormal(8, 0.01).logProb(2990, 1)).toBeCloseTo(normal(Math.exp(8), Math.exp(8) * 0.01).logProb(2990, 1), 1);
    expect(lognormal(0, 1).logProb(-1, 1)).toBe(logProbFloor);
  });

  it("fall back to Poisson without overdispersion, and stay continuous there", () => {
    expect(negativeBinomial(4, 3).variance()).toBe(4);
    expect(negativeBinomial(0, 0).quantile(0.9)).toBe(0);
    const near = negativeBinomial(40, 40 * (1 + 1e-7));
    for (const x of [20, 40, 55]) {
      expectClose(near.cdf(x), poisson(40).cdf(x), 1e-6, `cdf(${x})`);
      expectClose(near.crps(x), poisson(40).crps(x), 1e-6, `crps(${x})`);
    }
  });

  it("take extreme counts", () => {
    expectClose(poisson(1e7).cdf(1e7 + 3162), 0.8414, 1e-3, "cdf");
    expectClose(poisson(1e7).crps(1e7 + 100), normal(1e7, Math.sqrt(1e7)).crps(1e7 + 100), 1e-4, "crps");
    const heavy = negativeBinomial(5, 1e6);
    expect(heavy.quantile(0.99)).toBe(0);
    expect(heavy.cdf(heavy.quantile(0.99999))).toBeGreaterThanOrEqual(0.99999);
    expect(heavy.crps(0)).toBeGreaterThan(0);
    expect(heavy.crps(0)).toBeLessThan(5);
  });

  it("refuse impossible parameters in one sentence", () => {
    expect(() => normal(0, 0)).toThrow("positive sd, not mean 0, sd 0");
    expect(() => lognormal(NaN, 1)).toThrow("finite mu");
    expect(() => lognormalFromMoments(-1, 1)).toThrow("positive mean");
    expect(() => poisson(-1)).toThrow("at least 0, not -1");
    expect(() => negativeBinomial(1, NaN)).toThrow("variance NaN");
    expect(() => zeroInflated(1.5, poisson(1))).toThrow("[0, 1]");
    expect(() => mixture([1], [])).toThrow("one weight");
    expect(() => truncated(normal(0, 1), 60, 61)).toThrow("practically none");
  });
});

describe("zeroInflated", () => {
  it("is consistent over positive, signed and count bases", () => {
    const bases = [lognormal(1, 0.8), normal(1, 2), normal(-3, 1), poisson(2)];
    fc.assert(fc.property(between(0.01, 0.95), fc.constantFrom(...bases), uniform, (z, base, u) =>
      expectConsistent(zeroInflated(z, base), u)), runs);
  });

  it("has exact moments and CRPS", () => {
    for (const [base, x] of [[lognormal(1, 0.5), 1.5], [normal(-1, 1), 0.3], [poisson(3), 0]] as const) {
      const d = zeroInflated(0.3, base);
      const numeric = byQuantiles(d, x);
      expectClose(d.mean(), numeric.mean, 1e-3, "mean");
      expectClose(d.variance(), numeric.variance, 1e-2, "variance");
      expectClose(d.crps(x), numeric.crps, 1e-3, "crps");
      const quarters = mixture([0.5, 0.5], [zeroInflated(0.2, base), zeroInflated(0.4, base)]);
      expectClose(d.crps(x), quarters.crps(x), 1e-6, "crps as a mixture");
    }
  });

  it("sits on zero where it should", () => {
    const d = zeroInflated(0.4, lognormal(0, 1));
    expect([d.quantile(0.4), d.quantile(0.39), d.mode(), d.cdf(0), d.cdf(-1e-9)]).toEqual([0, 0, 0, 0.4, 0]);
    expect(d.quantile(0.41)).toBeGreaterThan(0);
    expect(d.logProb(0, 0.01)).toBeCloseTo(Math.log(0.4), 3);
    expect(zeroInflated(0.05, normal(9, 1)).mode()).toBe(9);
    expect(zeroInflated(1, poisson(3)).quantile(0.9)).toBe(0);
  });
});

describe("mixture", () => {
  it("is consistent", () => {
    const parts = [normal(0, 1), normal(4, 0.1), lognormal(0, 1), poisson(6), zeroInflated(0.5, poisson(2))];
    fc.assert(
      fc.property(fc.array(between(0.01, 1), { minLength: 5, maxLength: 5 }), uniform, (w, u) =>
        expectConsistent(mixture(w, parts), u)), runs);
  });

  it("has exact moments, and the CRPS of quadrature", () => {
    const all: [Distribution[], number][] = [
      [[normal(0, 1), normal(3, 2), normal(-1, 0.2)], 0.7],
      [[normal(0, 1), lognormal(1, 0.6)], 2],
      [[poisson(2), poisson(9)], 4],
    ];
    for (const [parts, x] of all) {
      const d = mixture(parts.map((_, k) => k + 1), parts);
      const numeric = byQuantiles(d, x, 5000);
      expectClose(d.mean(), numeric.mean, 2e-3, "mean");
      expectClose(d.variance(), numeric.variance, 2e-2, "variance");
      expectClose(d.crps(x), numeric.crps, 2e-3, "crps");
    }
  });

  it("has the same CRPS in closed form and numerically", () => {
    const closed = mixture([1, 2], [normal(0, 1), normal(3, 0.5)]);
    const untagged = mixture([1, 2], [{ ...normal(0, 1), family: undefined } as Distribution, normal(3, 0.5)]);
    for (const x of [-2, 1, 3]) expectClose(untagged.crps(x), closed.crps(x), 1e-7, `crps(${x})`);
  });

  it("finds atoms exactly, the highest peak, and is a component when alone", () => {
    const d = mixture([1, 1], [poisson(2), zeroInflated(0.5, poisson(6))]);
    for (const u of [0.1, 0.3, 0.5, 0.8, 0.99]) expect(Number.isInteger(d.quantile(u))).toBe(true);
    expect(mixture([1, 1], [normal(0, 5), normal(7, 0.5)]).mode()).toBe(7);
    const only = normal(1, 2);
    expect(mixture([0, 3], [poisson(1), only])).toBe(only);
    expect(mixture([1, 1], [normal(0, 1), normal(1, 1)]).quantile(1)).toBe(Infinity);
  });
});

describe("truncated", () => {
  it("is consistent and agrees with the normal's closed forms", () => {
    fc.assert(fc.property(between(-2, 1), between(0.2, 3), uniform, (a, w, u) =>
      expectConsistent(truncated(normal(0, 1), a, a + w), u, 1e-7)), { numRuns: 20 });
    const half = truncated(normal(0, 1), 0, Infinity);
    expectClose(half.mean(), Math.sqrt(2 / Math.PI), 1e-8, "mean");
    expectClose(half.variance(), 1 - 2 / Math.PI, 1e-7, "variance");
    expectClose(half.crps(0.4), byQuantiles(half, 0.4).crps, 1e-4, "crps");
    expectClose(half.crps(-1), byQuantiles(half, -1).crps, 1e-4, "crps outside");
  });

  it("conditions counts on a recorded range", () => {
    const d = truncated(poisson(4), 1.5, 5.5);
    const p = [2, 3, 4, 5].map((k) => Math.exp(poisson(4).logProb(k)));
    const total = p.reduce((a, b) => a + b);
    expectClose(d.mean(), p.reduce((sum, v, i) => sum + (v * (i + 2)) / total, 0), 1e-6, "mean");
    expect([d.quantile(0.0001), d.quantile(0.9999), d.mode()]).toEqual([2, 5, 4]);
    expectClose(Math.exp(d.logProb(3)), p[1] / total, 1e-9, "probability of 3");
    expect(d.logProb(6)).toBe(logProbFloor);
  });
});

describe("randomisedPit", () => {
  it("is uniform over draws of a count and within the recorded interval of a density", () => {
    const d = poisson(1.7);
    let sum = 0;
    let below = 0;
    const n = 4000;
    for (let i = 0; i < n; i++) {
      const pit = randomisedPit(d, d.sample((i + 0.5) / n), 1, ((i * 7919) % n) / n);
      sum += pit / n;
      below += pit < 0.25 ? 1 / n : 0;
    }
    expect(sum).toBeCloseTo(0.5, 1);
    expect(below).toBeCloseTo(0.25, 1);
    expect(randomisedPit(normal(0, 1), 0, 0.2, 0.5)).toBeCloseTo(0.5, 12);
  });
});
