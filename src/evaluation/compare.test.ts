import { describe, expect, it } from "vitest";
import { bestMethods, compareWith, meanFigure, meanRanks } from "./compare.js";
import type { MaskResult } from "./grid.js";

/** A result with these figures; two groups of people with half of the squares each, one attribute of each kind. */
const result = (method: string, seed: number, nrmse: number | undefined, accuracy = 0.7): MaskResult => ({
  method, mechanism: "mcar", seed, seconds: 1, unfilled: 0, changed: 0, pit: [], reliability: [], reliabilityByType: {},
  overall: nrmse === undefined ? {} : { nrmse, accuracy },
  columns: nrmse === undefined ? [] : [
    { name: "x", type: "real", kind: "numeric", hidden: 9, unfilled: 0, figures: { nrmse } },
    { name: "c", type: "binary", kind: "levels", hidden: 9, unfilled: 0, figures: { accuracy } },
  ],
  squares: nrmse === undefined ? [] : [nrmse ** 2 / 2, nrmse ** 2 / 2],
  right: nrmse === undefined ? [] : [accuracy / 2, accuracy / 2],
  ...(nrmse === undefined && { failure: "too slow" }),
});

const three = [1, 2, 3].flatMap((seed) => [result("a", seed, 0.8 + seed / 100), result("b", seed, 0.9 + seed / 100 + seed / 1000), result("c", seed, 0.8 + (4 - seed) / 100, 0.7 + seed / 10)]);

describe("compareWith", () => {
  it("takes differences mask by mask: what is steady is real, what is not may be chance", () => {
    const [b, c] = compareWith(three, "a", ["b", "c"], "nrmse", 0.3);
    expect(b).toMatchObject({ rival: "b", masks: 3, won: 3, basis: "masks", verdict: "better", mean: expect.closeTo(-0.102, 10) });
    expect(c).toMatchObject({ won: 1, verdict: "noise", mean: expect.closeTo(0, 10), adjusted: expect.closeTo(1, 6) });
    expect(b.adjusted).toBeCloseTo(2 * b.p, 12);
    expect(compareWith(three, "b", ["a"], "nrmse", 0.3)[0].verdict).toBe("worse");
  });

  it("bootstraps people where there are fewer than three masks", () => {
    const [b] = compareWith(three.filter((r) => r.seed === 1), "a", ["b"], "nrmse", 0.3);
    // Both groups are alike, so that every sample of them gives the same difference.
    expect(b).toMatchObject({ basis: "people", masks: 1, verdict: "better", mean: expect.closeTo(-0.101, 10), low: expect.closeTo(-0.101, 10) });
  });

  it("leaves out masks that either method did not finish, and methods without common ones", () => {
    const some = [...three.filter((r) => r.method !== "b"), result("b", 1, 0.9), result("b", 2, undefined)];
    expect(compareWith(some, "a", ["b"], "nrmse", 0.3)[0]).toMatchObject({ masks: 1 });
    expect(compareWith(some, "a", ["d"], "nrmse", 0.3)).toEqual([]);
  });
});

describe("means and ranks", () => {
  it("average over masks; a failed method has no mean and the last rank", () => {
    const some = [...three, ...[1, 2, 3].map((seed) => result("d", seed, undefined))];
    expect(meanFigure(some, "a", "nrmse")).toBeCloseTo(0.82, 12);
    expect(meanFigure(some, "d", "nrmse")).toBeNaN();
    // x: a 1 2 3 → ranks 1, 1.5, 2 against c; c: a and b share rank 2.5 behind c.
    expect(meanRanks(some, ["a", "b", "c", "d"])).toEqual([2, 2.75, 1.25, 4].map((x) => expect.closeTo(x, 10)));
  });
});

describe("bestMethods", () => {
  it("names the best mean, what may be level with it, and nobody who lacks masks", () => {
    expect(bestMethods(three, ["a", "b", "c"], "nrmse", 0.3)).toEqual({ best: "a", level: ["c"] });
    expect(bestMethods([...three, result("d", 1, 0.1)], ["a", "b", "c", "d"], "nrmse", 0.3).best).toBe("a");
    expect(bestMethods(three, ["a"], "nrmse", 0.3)).toEqual({ level: [] });
    expect(bestMethods(three, ["a", "b", "c"], "crps", 0.3)).toEqual({ level: [] });
  });
});
