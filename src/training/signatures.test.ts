import { describe, expect, test } from "vitest";
import { createRng } from "../base/random.js";
import type { ColumnScore } from "../model/calibration.js";
import { collapseWarning, compareLoss, latentActivity, patternGaps, patternWarning, poorAttributesWarning, shiftWarning, type LatentActivity } from "./signatures.js";

const score = (name: string, error: number, more: Partial<ColumnScore> = {}): ColumnScore => ({ name, cells: 100, error, baseline: 1, nll: 2, ...more });

describe("a latent's activity", () => {
  const rows = 400;
  const rng = createRng(1);
  // Units: one that varies, one that is a constant, one that varies a little less than counts.
  const shift = Float32Array.from({ length: rows * 3 }, (_, at) => [rng.normal(), 2, 0.09 * rng.normal()][at % 3]);
  const kl = new Float32Array(rows).fill(1.5);
  const useful = { own: Float64Array.of(0.5, 0.5), prior: Float64Array.of(0.9, 0.7) };
  const useless = { own: Float64Array.of(0.5, 0.5), prior: Float64Array.of(0.4, 0.604) };

  test("counts units whose posterior mean varies by more than 0.01 between people", () => {
    const activity = latentActivity({ kl, responsibilities: null, shift }, rows * 5, useful);
    expect(activity).toMatchObject({ kl: 1.5, klPerCell: 0.3, units: 3, activeUnits: 1, components: 0, entropy: 0, mutualInformation: 0 });
    expect(activity.gain).toBeCloseTo(0.3, 12);
    expect(collapseWarning(activity)).toBeUndefined();
  });

  test("counts for nothing where the decoder does not listen", () => {
    const activity = latentActivity({ kl, responsibilities: null, shift }, rows * 5, useless);
    expect(collapseWarning(activity)).toMatch(/^The latent has collapsed: it saves 0\.002 of a held-out cell's loss/);
  });

  test("tells components that everybody shares from components that tell people apart", () => {
    const apart = Float32Array.from({ length: rows * 4 }, (_, at) => (Math.floor(at / 4) % 4 === at % 4 ? 1 : 0));
    const shared = new Float32Array(rows * 4).fill(0.25);
    const alone = Float32Array.from({ length: rows * 4 }, (_, at) => (at % 4 === 0 ? 1 : 0));
    const of = (responsibilities: Float32Array): LatentActivity => latentActivity({ kl, responsibilities, shift: null }, rows, useful);
    expect(of(apart).entropy).toBeCloseTo(Math.log(4), 6);
    expect(of(apart).mutualInformation).toBeCloseTo(Math.log(4), 6);
    expect(of(shared).entropy).toBeCloseTo(Math.log(4), 6);
    expect(of(shared).mutualInformation).toBeCloseTo(0, 6);
    expect(of(alone).entropy).toBeCloseTo(0, 12);
    expect(collapseWarning(of(apart))).toBeUndefined();
    expect(collapseWarning(of(shared))).toMatch(/^The latent has collapsed: its 4 components tell 0\.000 nats/);
  });

  test("is said to have collapsed in part where z says something and s does not", () => {
    const shared = new Float32Array(rows * 4).fill(0.25);
    expect(collapseWarning(latentActivity({ kl, responsibilities: shared, shift }, rows, useful))).toMatch(/^Part of the latent has collapsed: its 4 components/);
    const still = new Float32Array(rows * 3).fill(1);
    expect(collapseWarning(latentActivity({ kl, responsibilities: shared, shift: still }, rows, useful))).toMatch(/^The latent has collapsed: none of its 3 units is active and its 4 components/);
  });
});

test("attributes worse than their baseline are named by type, if enough cells say so", () => {
  const types: Record<string, string> = { a: "count", b: "count", c: "categorical", d: "real" };
  const scores = [score("a", 1.2), score("b", 0.7), score("c", 1.5), score("d", 3, { cells: 10 })];
  expect(poorAttributesWarning(scores, (name) => types[name])).toMatch(/1 of 2 of type count \(a\); 1 of 1 of type categorical \(c\)/);
  expect(poorAttributesWarning([score("b", 1.04)], (name) => types[name])).toBeUndefined();
});

describe("overfitting to masks", () => {
  const rng = createRng(4);
  const cells = 500;
  const noise = (mean: number): Float64Array => Float64Array.from({ length: cells }, () => mean + 0.1 * rng.normal());
  const training = { pattern: "the training's masks", net: noise(0.4), linear: noise(0.5) };

  test("is what the network loses under other masks beyond what the linear path loses", () => {
    const harder = { pattern: "blocks", net: noise(0.6), linear: noise(0.7) };
    const worse = { pattern: "few", net: noise(0.6), linear: noise(0.5) };
    const [first, blocks, few] = patternGaps([training, harder, worse]);
    expect(first).toMatchObject({ gap: 0, standardError: 0 });
    expect(Math.abs(blocks.gap)).toBeLessThan(4 * blocks.standardError);
    expect(few.gap).toBeCloseTo(0.2, 1);
    expect(patternWarning([first, blocks])).toBeUndefined();
    expect(patternWarning([first, blocks, few])).toMatch(/with few it loses 0\.\d+ a cell more than the linear path/);
  });

  test("is not claimed from a few noisy cells", () => {
    const few = patternGaps([
      { pattern: "training", net: Float64Array.of(0, 0, 0), linear: Float64Array.of(0, 0, 0) },
      { pattern: "other", net: Float64Array.of(3, 0, 0), linear: Float64Array.of(0, 0, 0) },
    ]);
    expect(few[1].gap).toBeCloseTo(1, 12);
    expect(patternWarning(few)).toBeUndefined();
  });
});

describe("loss on a new table", () => {
  const before = ["a", "b", "c"].map((name) => score(name, 1));

  test("is compared attribute by attribute", () => {
    const report = compareLoss([score("a", 1, { nll: 2.5 }), score("b", 1, { nll: 2.2 }), score("c", 1, { nll: 9, cells: 2 }), score("z", 1)], before);
    expect(report.attributes).toBe(2);
    expect(report.excess).toBeCloseTo(0.35, 12);
    expect(report.worst[0].name).toBe("a");
    expect(shiftWarning("other.csv", report)).toMatch(/^The people of other\.csv differ .* 0\.35 nats more .*most: a 0\.50/);
  });

  test("that is the same, or differs within chance, is not warned of", () => {
    expect(shiftWarning("same.csv", compareLoss(before, before))).toBeUndefined();
    expect(shiftWarning("noisy.csv", compareLoss([score("a", 1, { nll: 4 }), score("b", 1, { nll: 1.5 }), score("c", 1, { nll: 1.2 })], before))).toBeUndefined();
    expect(shiftWarning("other.csv", compareLoss([], before))).toBeUndefined();
  });
});
