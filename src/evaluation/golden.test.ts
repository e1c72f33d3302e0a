import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createRng } from "../base/random.js";
import { normal } from "../../test/support/normal.js";
import { categorical } from "../model/likelihoods/index.js";
import type { Attribute } from "../schema/schema.js";
import { emptySums, scoreColumn } from "./columnScore.js";
import type { Completed } from "./imputer.js";
import { calibrationError } from "./report/gather.js";

interface Golden {
  readonly hidden: number;
  readonly numbers: readonly {
    readonly resolution: number; readonly truth: number[]; readonly filled: number[]; readonly draws: number[][]; readonly centre: number[]; readonly spread: number[];
    readonly figures: Record<string, number>; readonly ofDraws: Record<string, number>; readonly ofNormal: Record<string, number>;
  }[];
  readonly levels: readonly { readonly levels: number; readonly truth: number[]; readonly filled: number[]; readonly probabilities: number[][]; readonly figures: Record<string, number>; readonly calibrationError: number }[];
}

const golden = JSON.parse(readFileSync(join(import.meta.dirname, "golden.json"), "utf8")) as Golden;
const { hidden } = golden;
const rows = Array.from({ length: hidden }, (_, i) => i);
const column = (values: readonly number[], truth: readonly number[]): Float64Array => Float64Array.from(truth, (x, i) => (i < hidden ? values[i] : x));

function score(attribute: Attribute, truth: readonly number[], completed: Completed) {
  const sums = emptySums(truth.length);
  return { sums, figures: scoreColumn({ attribute, at: 0, truth: Float64Array.from(truth), hidden: rows }, completed, 1, sums, createRng(1)).figures as Record<string, number> };
}

function expectAll(figures: Record<string, number>, wanted: Record<string, number>): void {
  for (const [name, value] of Object.entries(wanted)) expect(Math.abs(figures[name] - value), name).toBeLessThan(1e-9 * Math.max(1, Math.abs(value)));
}

describe("scores of random columns agree with scikit-learn, scipy and scoringrules (golden.py)", () => {
  it.each(golden.numbers.map((g, k) => ({ k, g })))("number column $k", ({ g }) => {
    const attribute: Attribute = { name: "x", role: "attribute", type: "real", resolution: g.resolution };
    const values = [column(g.filled, g.truth)];
    expectAll(score(attribute, g.truth, { values }).figures, g.figures);
    expectAll(score(attribute, g.truth, { values, draws: g.draws.map((draw) => [column(draw, g.truth)]) }).figures, g.ofDraws);
    expectAll(score(attribute, g.truth, { values, distribution: (row) => normal(g.centre[row], g.spread[row]) }).figures, g.ofNormal);
  });

  it.each(golden.levels.map((g, k) => ({ k, g })))("level column $k", ({ g }) => {
    const attribute: Attribute = { name: "c", role: "attribute", type: "categorical", levels: Array.from({ length: g.levels }, (_, l) => `l${l}`) };
    const { figures, sums } = score(attribute, g.truth, { values: [column(g.filled, g.truth)], distribution: (row) => categorical(g.probabilities[row]) });
    expectAll(figures, g.figures);
    for (const bins of [sums.reliability, sums.reliabilityByType.categorical!]) expect(calibrationError([bins])).toBeCloseTo(g.calibrationError, 9);
  });
});
