import { describe, expect, test } from "vitest";
import { betaAt, temperatureAt, type BetaSchedule } from "./annealing.js";

const schedule = (more: Partial<BetaSchedule>): BetaSchedule => ({ schedule: "linear", value: 2, warmup: 0.5, cycles: 4, ...more });
const at = (s: BetaSchedule, ...steps: number[]): number[] => steps.map((t) => betaAt(s, t, 100));

describe("the weight of the divergence", () => {
  test("is the same at every step, if constant", () => expect(at(schedule({ schedule: "constant" }), 1, 50, 100)).toEqual([2, 2, 2]));

  test("grows linearly over the warm-up and stays, if linear", () => expect(at(schedule({}), 1, 26, 51, 52, 100)).toEqual([0, 1, 2, 2, 2]));

  test("grows anew in every cycle, if cyclical", () => {
    const cyclical = schedule({ schedule: "cyclical", warmup: 0.4 });
    expect(at(cyclical, 1, 6, 11, 25, 26, 31, 36, 100)).toEqual([0, 1, 2, 2, 0, 1, 2, 2]);
  });

  test("is there at once without a warm-up", () => expect(at(schedule({ warmup: 0 }), 1, 2)).toEqual([2, 2]));
});

test("the temperature falls by the same factor at every step, down to its end", () => {
  const t = (step: number): number => temperatureAt({ start: 1, end: 0.25 }, step, 100);
  expect(t(50)).toBeCloseTo(0.5, 12);
  expect(t(100)).toBeCloseTo(0.25, 12);
  expect(t(51) / t(50)).toBeCloseTo(t(2) / t(1), 12);
});
