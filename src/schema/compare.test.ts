import { describe, expect, test } from "vitest";
import { createRng } from "../base/random.js";
import { commonTexts, foreignLevels, unitHint } from "./compare.js";
import { createProfiler, type ColumnProfile } from "./infer.js";

const profile = (texts: readonly string[], maxDistinct?: number, name = "x"): ColumnProfile => {
  const profiler = createProfiler([name], { maxDistinct });
  profiler.add(texts.map((text) => [text]));
  return profiler.finish()[0];
};
/** Numbers of a normal variable, to one decimal more than its size asks for. */
const numbers = (mean: number, sd: number, seed: number, name = "x"): ColumnProfile => {
  const rng = createRng(seed);
  return profile(Array.from({ length: 400 }, () => (mean + sd * rng.normal()).toPrecision(4)), undefined, name);
};
const names = { first: "checkup", other: "lab" };

describe("another unit", () => {
  test.each([
    ["glucose", [95, 14], [5.4, 0.9], { multiply: 18.016 }, "mmol/L would be against mg/dL of glucose"],
    ["total_chol", [198, 38], [5.2, 1.1], { multiply: 38.67 }, "mg/dL of cholesterol"],
    ["creatinine", [76, 14], [0.86, 0.17], { multiply: 88.42 }, "µmol/L of creatinine"],
    ["LBXSCR", [0.86, 0.17], [76, 14], { multiply: 0.01131 }, "µmol/L of creatinine would be against mg/dL"],
    ["height", [169, 9], [66.9, 3.7], { multiply: 2.54 }, "inches would be against centimetres"],
    ["weight", [79, 9], [172, 20], { multiply: 0.45359 }, "pounds would be against kilograms"],
    ["haemoglobin", [14.2, 1.4], [141, 13], { multiply: 0.1 }, "its tenth"],
    ["temperature", [36.8, 0.4], [98.3, 0.7], { multiply: 0.55556, add: -17.778 }, "°F would be against °C"],
    ["HbA1c", [38, 5.5], [5.6, 0.5], { multiply: 10.929, add: -23.5 }, "mmol/mol of HbA1c"],
  ] as const)("is seen in %s", (name, first, other, conversion, why) => {
    const hint = unitHint(numbers(first[0], first[1], 1, name), numbers(other[0], other[1], 2, name), names)!;
    expect(hint.conversion).toEqual(conversion);
    expect(hint.why).toContain(why);
    expect(hint.why).toMatch(/^the median is \S+ in lab and \S+ in checkup/);
  });

  test("is not seen where people differ", () => {
    expect(unitHint(numbers(120, 15, 1), numbers(135, 20, 2), names)).toBeNull();
    expect(unitHint(numbers(44, 16, 1), numbers(62, 10, 2), names)).toBeNull();
    expect(unitHint(numbers(95, 14, 1), profile(["5.4", "5.5", "NA"]), names)).toBeNull();
    expect(unitHint(profile(Array(50).fill("1")), numbers(100, 2, 2), names)).toBeNull();
  });

  test("is guessed by the nearest factor where the column's name says nothing", () => {
    expect(unitHint(numbers(95, 14, 1), numbers(5.4, 0.9, 2), names)!.conversion!.multiply).toBeCloseTo(18, -1);
  });

  test("is left open where no known factor explains the difference", () => {
    const hint = unitHint(numbers(100, 10, 1), numbers(370, 2, 2), names)!;
    expect(hint.conversion).toBeUndefined();
  });
});

test("levels of one table only are named", () => {
  expect(foreignLevels(profile(["M", "F", "M"]), profile(["1", "F", "2"]))).toEqual(["1", "2"]);
  expect(foreignLevels(profile(["M", "F"]), profile(["F"]))).toEqual([]);
});

test("common texts are counted, and estimated where there are very many", () => {
  const range = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `P${from + i}`);
  expect(commonTexts(profile(range(0, 50)), profile(range(30, 90)))).toBe(20);
  const estimate = commonTexts(profile(range(0, 8000), 500), profile(range(6000, 9000), 500));
  expect(estimate / 2000).toBeGreaterThan(0.7);
  expect(estimate / 2000).toBeLessThan(1.4);
  expect(commonTexts(profile(range(0, 8000), 500), profile(range(9000, 17000), 500))).toBe(0);
});
