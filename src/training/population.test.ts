import { expect, test } from "vitest";
import { cellsOf, levelsAttribute, numberAttribute } from "../../test/support/tables.js";
import { createRng } from "../base/random.js";
import { encodeCells } from "../data/encode.js";
import { fitLayout } from "../data/layout.js";
import { transportWeights } from "./population.js";

const people = 3000;
/** Rows 0 to 2999 of the population, 3000 to 3999 of a study with older people, more of them of level 1. */
function study(seed: number, shift: number) {
  const rng = createRng(seed);
  const rows = people + 1000;
  const own = (i: number): boolean => i >= people;
  const age = Float64Array.from({ length: rows }, (_, i) => (own(i) ? 50 + shift + 12 * rng.normal() : 50 + 15 * rng.normal()));
  const sex = Float64Array.from({ length: rows }, (_, i) => (rng.uniform() < (own(i) ? 0.5 + shift / 50 : 0.5) ? 1 : 0));
  const rare = age.map((x) => (rng.uniform() < 0.5 ? x : NaN));
  const cells = cellsOf([numberAttribute("age"), levelsAttribute("sex", 2), numberAttribute("rare")], [age, sex, rare]);
  const layout = fitLayout(cells);
  const places = (from: number, to: number): Int32Array => Int32Array.from({ length: to - from }, (_, k) => from + k);
  const weights = (columns: string[]): Float64Array =>
    transportWeights(encodeCells(cells, layout), layout, places(0, people), places(people, rows), columns.map((name) => layout.columns.findIndex((c) => c.attribute.name === name)));
  const mean = (values: Float64Array, w: Float64Array): number => w.reduce((sum, x, k) => sum + x * values[people + k], 0) / w.reduce((a, b) => a + b, 0);
  return { age, sex, weights, mean };
}

test("people of another source are weighted to look like the population in what both measure", () => {
  const { age, sex, weights, mean } = study(1, 8);
  const w = weights(["age", "sex"]);
  expect(w.reduce((a, b) => a + b, 0) / 1000).toBeCloseTo(1, 9);
  expect(mean(age, new Float64Array(1000).fill(1)) - 50).toBeGreaterThan(7);
  expect(Math.abs(mean(age, w) - 50)).toBeLessThan(1.5);
  expect(Math.abs(mean(sex, w) - 0.5)).toBeLessThan(0.05);
  const variance = mean(age.map((x) => (x - 50) ** 2), w);
  expect(Math.sqrt(variance)).toBeGreaterThan(13); // the study's own spread is 12, the population's 15
});

test("weights are near 1 where sources are alike, and bounded where they are not", () => {
  const alike = study(2, 0);
  expect(Math.max(...alike.weights(["sex"]))).toBeLessThan(1.2);
  const apart = study(3, 24).weights(["age"]);
  expect(Math.max(...apart)).toBeLessThan(30);
  expect(apart.every((w) => w >= 0 && Number.isFinite(w))).toBe(true);
});

test("columns that many people lack, and no column at all, leave all weights at 1", () => {
  const { weights } = study(4, 8);
  expect(weights(["rare"])).toEqual(new Float64Array(1000).fill(1));
  expect(weights([])).toEqual(new Float64Array(1000).fill(1));
});
