import { describe, expect, it } from "vitest";
import { createFormat, skillOf } from "./format.js";

describe("numbers in the page", () => {
  it("have a minus sign as wide as a plus, and points are no percentages", () => {
    const format = createFormat("en");
    expect(format.decimal(-0.104)).toBe("\u22120.10");
    expect(format.value(-5, { type: "count", resolution: 1 })).toBe("\u22125");
    expect(format.signed(-1.26, { type: "real", resolution: 1 })).toBe("\u22121.3");
    expect(format.tick(-20)).toBe("\u221220");
    expect(format.points(-0.2226)).toBe("\u221222.3");
    expect(format.points(0.05)).toBe("+5");
  });

  it("stand apart where they are names, in Japanese too", () => {
    expect(createFormat("en").list(["Body mass index", "Age"])).toBe("Body mass index, Age");
    expect(createFormat("ja").list(["Body mass index", "Age"])).toBe("Body mass index、Age");
  });

  it("say nothing of skill where there is no score, and 0 where knowing nothing is better", () => {
    const score = { cells: 81, error: 1.01, baseline: 0.97, nll: 1 };
    expect(skillOf({ type: "positive", score })).toBe(0);
    expect(skillOf({ type: "positive", score: { ...score, error: 0.485 } })).toBeCloseTo(0.75);
    expect(skillOf({ type: "binary", score: { ...score, error: 0.485 } })).toBeCloseTo(0.5);
    expect(skillOf({ type: "positive" })).toBeUndefined();
  });
});
