import { describe, expect, test } from "vitest";
import { createRng } from "../base/random.js";
import { normalQuantile } from "./gaussian.js";
import { baseAttributes, cohortModel } from "./model.js";
import { createCoder, decimalsOf } from "./scale.js";

const model = cohortModel(baseAttributes + 480);

describe("scales", () => {
  test("a recorded text stands for an interval that holds the score, for every attribute", () => {
    const rng = createRng(5);
    for (const { name, scale, coder } of model.attributes) {
      if (scale.kind === "person") continue;
      for (let i = 0; i < 60; i++) {
        const score = 2 * rng.normal();
        const text = coder.text(score);
        const [low, high] = coder.interval(text);
        expect(low <= score + 1e-9 && score - 1e-9 <= high, `${name} at score ${score}: ${text} in [${low}, ${high}]`).toBe(true);
      }
    }
  });

  test("values rise with scores", () => {
    for (const { coder } of model.attributes) {
      const values = Array.from({ length: 41 }, (_, i) => coder.number(-5 + i / 4));
      expect(values).toEqual([...values].sort((a, b) => a - b));
    }
  });

  test("texts show the resolution and nothing else", () => {
    const coder = createCoder("x", { kind: "linear", center: 7, spread: 1, resolution: 0.25 });
    expect(coder.text(0.13)).toBe("7.25");
    expect(decimalsOf(0.001)).toBe(3);
    expect(decimalsOf(5)).toBe(0);
    expect(createCoder("x", { kind: "log", median: 1.4, sigma: 0.01, resolution: 0.1 }).number(0)).toBe(1.4);
  });

  test("values below a detection limit are recorded as one number", () => {
    const { coder } = model.byName.get("crp") ?? expect.fail("no crp");
    expect(coder.text(-3)).toBe("0.2");
    expect(coder.interval("0.2")[0]).toBe(-Infinity);
    expect(coder.interval("0.3")[0]).toBeCloseTo(coder.interval("0.2")[1], 12);
  });

  test("counts follow their law for standard normal scores", () => {
    const coder = createCoder("x", { kind: "count", mean: 3.4, size: 1.1 });
    const n = 40_000;
    const values = Array.from({ length: n }, (_, i) => coder.number(normalQuantile((i + 0.5) / n)));
    const mean = values.reduce((sum, x) => sum + x, 0) / n;
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n;
    expect(mean).toBeCloseTo(3.4, 3);
    expect(variance / (3.4 + 3.4 ** 2 / 1.1)).toBeCloseTo(1, 3);
  });

  test("a text that is never written is refused in one sentence", () => {
    const { coder } = model.byName.get("education") ?? expect.fail("no education");
    expect(() => coder.interval("PhD")).toThrow('The value "PhD" of education is not one of the attribute\'s values.');
    const height = createCoder("height", { kind: "linear", center: 0, spread: 1, resolution: 1 });
    expect(() => height.interval("tall")).toThrow('The value "tall" of height is not a number.');
  });
});
