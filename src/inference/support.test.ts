import { describe, expect, it } from "vitest";
import { countTogether } from "../data/together.js";
import { assumptionOf, shareSeen, supportOf, visibleClasses } from "./support.js";

/** 60 people: a of all, b of the first 40, c of the last 40, d of the last 20, e of the first 10. */
const seen = (from: number, to: number): Float64Array => Float64Array.from({ length: 60 }, (_, i) => (i >= from && i < to ? 1 : NaN));
const together = countTogether([seen(0, 60), seen(0, 40), seen(20, 60), seen(40, 60), seen(0, 10)]);
const names = ["a", "b", "c", "d", "e"];
const nameOf = (j: number): string => names[j];

describe("what supports an answer", () => {
  it("is complete where every given attribute was seen with it, or nothing is given", () => {
    const identified = { status: "identified", neverWith: [], more: 0, people: 0 };
    expect(supportOf(together, 1, [0, 2], { nameOf })).toEqual(identified);
    expect(supportOf(together, 3, [], { nameOf })).toEqual(identified);
    expect(assumptionOf("b", supportOf(together, 1, [0, 2], { nameOf }))).toBeUndefined();
  });

  it("is partial, or absent, where people lack", () => {
    const partly = supportOf(together, 3, [0, 1, 2], { nameOf });
    expect(partly).toEqual({ status: "partly", neverWith: ["b"], more: 0, people: 0 });
    expect(assumptionOf("d", partly)).toBe("assumes independence of d and b given the other attributes (never seen together)");
    expect(supportOf(together, 3, [1, 4], { nameOf })).toMatchObject({ status: "never seen together", neverWith: ["b", "e"] });
  });

  it("counts few people as none, as many as one says", () => {
    const few = supportOf(together, 4, [0, 3], { nameOf });
    expect(few).toEqual({ status: "never seen together", neverWith: ["a", "d"], more: 0, people: 10 });
    expect(assumptionOf("e", few)).toBe("assumes independence of e and a, d given the other attributes (seen together in 10 people at most)");
    expect(supportOf(together, 4, [0, 3], { nameOf, fewest: 10 })).toEqual({ status: "partly", neverWith: ["d"], more: 0, people: 0 });
    expect(supportOf(together, 4, [0], { nameOf, fewest: 0 }).status).toBe("identified");
  });

  it("names what moves the answer most, and not everything", () => {
    const wide = countTogether([seen(0, 30), ...Array.from({ length: 9 }, () => seen(30, 60))]);
    const support = supportOf(wide, 0, [1, 2, 3, 4, 5, 6, 7, 8, 9], { nameOf: (j) => `x${j}`, influence: (j) => (j === 7 ? 2 : j === 3 ? 1 : 0) });
    expect(support).toEqual({ status: "never seen together", neverWith: ["x7", "x3", "x1", "x2", "x4"], more: 4, people: 0 });
    expect(assumptionOf("x0", support)).toContain("of x0 and x7, x3, x1, x2, x4 and 4 more given");
  });

  it("is a share of the visible columns for whole rows", () => {
    const share = (j: number, ...visible: number[]): number => shareSeen(together, j, visibleClasses(together, Uint8Array.from(names, (_, k) => (visible.includes(k) ? 1 : 0))));
    expect([share(3, 0, 1, 2), share(3, 1), share(3, 0), share(3)]).toEqual([2 / 3, 0, 1, 1]);
  });
});
