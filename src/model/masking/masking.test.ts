import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRng } from "../../base/random.js";
import { blockMask, copyMask, fewVisible, fixedRate, maskingMixture, maskingNames, observedFrequency, otherParameters, sourceMask, uniformRate, type MaskContext, type MaskingStrategy } from "./index.js";

const all = new Uint8Array(40).fill(1);
const context = (more: Partial<MaskContext> = {}): MaskContext => ({ observed: all, other: all, frequency: new Float32Array(40).fill(1), others: [], order: Int32Array.from(all, (_, j) => j), ...more });

/** Share of hidden cells in each of many rows. */
function shares(strategy: MaskingStrategy, rows: number, ctx = context()): number[] {
  const rng = createRng(7);
  const hidden = new Uint8Array(ctx.observed.length);
  return Array.from({ length: rows }, () => {
    strategy.hide(ctx, rng, hidden);
    return hidden.reduce((a, b) => a + b, 0) / hidden.length;
  });
}
const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length;
const variance = (x: readonly number[]): number => mean(x.map((v) => (v - mean(x)) ** 2));

describe.each([...maskingNames])("%s", (name) => {
  test("hides nothing that is not observed, and leaves no trace of the row before", () => {
    const bits = fc.array(fc.constantFrom(0, 1), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(bits, bits, fc.integer(), (observed, other, seed) => {
        const strategy = maskingMixture([{ strategy: name, weight: 1 }]);
        const ctx = { observed: Uint8Array.from(observed), other: Uint8Array.from(other), frequency: new Float32Array(12).fill(0.5), others: [Uint8Array.from(other)], order: Int32Array.from({ length: 12 }, (_, j) => (j * 5) % 12) };
        const hidden = new Uint8Array(12).fill(9);
        strategy.hide(ctx, createRng(seed), hidden);
        const again = new Uint8Array(12);
        strategy.hide(ctx, createRng(seed), again);
        expect(hidden).toEqual(again);
        hidden.forEach((h, j) => expect(h === 0 || (h === 1 && observed[j] === 1)).toBe(true));
      }),
      { seed: 1 },
    );
  });
});

test("fixed hides at its rate, the same in every row", () => {
  const s = shares(fixedRate(0.8), 2000);
  expect(mean(s)).toBeCloseTo(0.8, 1.7); // standard error .0014
  expect(variance(s)).toBeCloseTo((0.8 * 0.2) / 40, 3);
});

test("uniform draws a rate per row", () => {
  const s = shares(uniformRate(0.1, 0.7), 4000);
  expect(mean(s)).toBeCloseTo(0.4, 1.7);
  const within = mean(Array.from({ length: 100 }, (_, k) => 0.1 + 0.006 * (k + 0.5)).map((r) => (r * (1 - r)) / 40));
  expect(variance(s)).toBeCloseTo(0.6 ** 2 / 12 + within, 2.3);
  expect(Math.max(...shares(uniformRate(0, 1), 4000))).toBeGreaterThan(0.97);
  expect(Math.min(...shares(uniformRate(0, 1), 4000))).toBeLessThan(0.03);
});

test("copy hides all that another row lacks, and little else", () => {
  const other = all.map((_, j) => (j % 4 === 0 ? 0 : 1));
  const rng = createRng(3);
  const hidden = new Uint8Array(40);
  let extra = 0;
  for (let r = 0; r < 2000; r++) {
    copyMask(0.4).hide(context({ other }), rng, hidden);
    hidden.forEach((h, j) => {
      if (other[j] === 0) expect(h).toBe(1);
      else extra += h;
    });
  }
  expect(extra / (2000 * 30)).toBeCloseTo(0.2, 1.7);
  expect(mean(shares(copyMask(0), 50, context({ other })))).toBe(0.25);
});

test("frequency hides a column the more often, the more often it is observed", () => {
  const frequency = Float32Array.from(all, (_, j) => (j < 20 ? 0.9 : 0.3));
  const count = new Float64Array(40);
  const rng = createRng(5);
  const hidden = new Uint8Array(40);
  for (let r = 0; r < 3000; r++) {
    observedFrequency(0.8, 2).hide(context({ frequency }), rng, hidden);
    hidden.forEach((h, j) => (count[j] += h / 3000));
  }
  expect(mean([...count.slice(0, 20)])).toBeCloseTo(0.8 * 0.81, 1.7);
  expect(mean([...count.slice(20)])).toBeCloseTo(0.8 * 0.09, 1.7);
});

test("source hides all that another source never measures, each of them in turn, and little else", () => {
  const measures = [all.map((_, j) => (j < 10 ? 1 : 0)), all.map((_, j) => (j >= 30 ? 1 : 0)), all];
  const rng = createRng(4);
  const hidden = new Uint8Array(40);
  const count = [0, 0];
  let extra = 0;
  for (let r = 0; r < 2000; r++) {
    sourceMask(0.4).hide(context({ others: measures }), rng, hidden);
    const which = hidden.subarray(10, 30).every((h) => h === 1) ? (hidden.subarray(30).every((h) => h === 1) ? 0 : 1) : -1;
    expect(which).toBeGreaterThanOrEqual(0); // never the source that lacks nothing
    count[which]++;
    hidden.forEach((h, j) => (extra += measures[which][j] ? h : 0));
  }
  expect(count[0] / 2000).toBeCloseTo(0.5, 1.3);
  expect(extra / (2000 * 10)).toBeCloseTo(0.2, 1.7);
});

test("source hides at a random rate where no other source lacks what the row has", () => {
  const own = all.map((_, j) => (j < 20 ? 1 : 0));
  for (const others of [[], [own]]) {
    const s = shares(sourceMask(0), 3000, context({ observed: own, others }));
    expect(2 * mean(s)).toBeCloseTo(0.5, 1.5);
    expect(2 * Math.max(...s)).toBeGreaterThan(0.95);
  }
});

test("block hides a run of columns in the table's order", () => {
  const order = Int32Array.from(all, (_, j) => (j * 7) % 40);
  const rng = createRng(9);
  const hidden = new Uint8Array(40);
  const lengths: number[] = [];
  for (let r = 0; r < 1000; r++) {
    blockMask(0.1, 0.6).hide(context({ order }), rng, hidden);
    const run = [...order].map((j) => hidden[j]);
    const starts = run.filter((h, k) => h === 1 && run[(k + 39) % 40] === 0).length;
    expect(starts).toBe(1);
    lengths.push(run.reduce((a, b) => a + b, 0));
  }
  expect([Math.min(...lengths), Math.max(...lengths)]).toEqual([4, 24]);
  expect(mean(lengths)).toBeCloseTo(14, -0.5);
});

test("few leaves 0 to 3 cells visible, each as often", () => {
  const observed = all.map((_, j) => (j % 2 === 0 ? 1 : 0));
  const rng = createRng(11);
  const hidden = new Uint8Array(40);
  const count = [0, 0, 0, 0];
  const kept = new Float64Array(40);
  for (let r = 0; r < 4000; r++) {
    fewVisible().hide(context({ observed }), rng, hidden);
    const visible = [...observed.keys()].filter((j) => observed[j] && !hidden[j]);
    count[visible.length]++;
    for (const j of visible) kept[j]++;
  }
  for (const n of count) expect(n / 4000).toBeCloseTo(0.25, 1.3); // standard error .007
  kept.forEach((n, j) => expect(n / 4000).toBeCloseTo(observed[j] ? 1.5 / 20 : 0, 1.3));
  fewVisible().hide(context({ observed: Uint8Array.of(0, 1, 0), order: Int32Array.of(0, 1, 2) }), rng, hidden.subarray(0, 3));
  expect([hidden[0], hidden[2]]).toEqual([0, 0]);
});

test("a mixture draws its strategies by weight, with their parameters", () => {
  const mixture = maskingMixture([
    { strategy: "fixed", weight: 3, parameters: [0] },
    { strategy: "fixed", weight: 1, parameters: [1] },
    { strategy: "copy", weight: 4, parameters: [0] },
  ]);
  expect(mixture.name).toBe("fixed(0) + fixed(1) + copy(0)");
  const half = all.map((_, j) => j % 2);
  const s = shares(mixture, 8000, context({ other: half }));
  const share = (value: number): number => s.filter((v) => v === value).length / s.length;
  expect([share(0) + share(1) + share(0.5)]).toEqual([1]);
  expect(share(0)).toBeCloseTo(3 / 8, 1.4); // within .02, standard error .005
  expect(share(1)).toBeCloseTo(1 / 8, 1.4);
});

test("an unknown strategy is refused", () => {
  expect(() => maskingMixture([{ strategy: "toString", weight: 1 }])).toThrow("The masking strategy 'toString' is unknown; allowed are fixed, uniform, copy, frequency, source, block, few.");
});

test("parameters that are left out are as docs/settings.md says, and right", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/settings.md"), "utf8");
  for (const name of maskingNames) {
    const [, said] = new RegExp(`^\\| ${name} \\|[^|]*\\|(.*)\\|$`, "m").exec(page)!;
    const usual = said.match(/[\d.]+/g)!.map(Number);
    expect(otherParameters(name, [])).toBeUndefined();
    expect(otherParameters(name, usual)).toBeUndefined();
    expect(otherParameters(name, [...usual, 0])).toMatch(`${name} takes `);
    expect(maskingMixture([{ strategy: name, weight: 1 }]).name).toBe(maskingMixture([{ strategy: name, weight: 1, parameters: usual }]).name);
  }
});
