import { describe, expect, it } from "vitest";
import type { Evaluation } from "./evaluation.js";
import type { MaskResult } from "./grid.js";
import { rankPlot } from "./report/rankPlot.js";
import { renderTables, tablesHeadline } from "./report/tablesPage.js";
import { evaluateTables, failedMasks } from "./tables.js";

const made = { command: "vhgm evaluate a.csv b.csv", versions: { vhgm: "1" }, seconds: 1 };

const result = (method: string, seed: number, overall: MaskResult["overall"] | null): MaskResult => ({
  method, mechanism: "mcar", seed, seconds: 2, unfilled: 0, changed: 0, pit: [], reliability: [], reliabilityByType: {}, squares: [], right: [], columns: [],
  ...(overall ? { overall } : { overall: {}, failure: "no" }),
});

/** A table on which "b" is worse than "a" by a factor, gives single values only, and fails on one mask where said. */
const table = (name: string, base: number, factor: number, fails = false): Evaluation => ({
  format: "vhgm-evaluation",
  version: 1,
  table: { name, rows: 100, attributes: 4, observedCells: 400, setAside: [] },
  settings: { mechanisms: ["mcar"], seeds: [1, 2], rate: 0.3 },
  methods: ["a", "b"].map((method) => ({ name: method, kind: "baseline" as const, about: method, meanRank: 1 })),
  results: [1, 2].flatMap((seed) => [result("a", seed, { nrmse: base, mae: base, crps: 0.6 * base }), result("b", seed, fails && seed === 2 ? null : { nrmse: factor * base, mae: 0.9 * factor * base })]),
  comparisons: [],
  notes: [],
  made,
});

describe("evaluateTables", () => {
  const found = evaluateTables([table("t1", 0.8, 1.1), table("t2", 0.7, 1.2), table("t3", 0.9, 0.99, true)], made);

  it("compares over tables, a failure counting as not finished and a single value as certain", () => {
    const [nrmse, crps] = found.across;
    expect(found.across.map((a) => a.figure)).toEqual(["nrmse", "crps"]);
    expect(nrmse.meanRanks).toEqual([1, 2]);
    expect(nrmse.rivals[0]).toMatchObject({ tables: 2, won: 2, lost: 0, beside: expect.closeTo((1 / 1.1 + 1 / 1.2) / 2, 12) });
    expect(crps.rivals[0].beside).toBeCloseTo((0.6 / (0.9 * 1.1) + 0.6 / (0.9 * 1.2)) / 2, 12);
    expect(failedMasks(found.tables, "b")).toEqual({ failed: 1, masks: 6 });
  });

  it("is told on a page with a plot", () => {
    expect(tablesHeadline(found)[0]).toBe("NRMSE on 3 tables: a has mean rank 1.00, place 1 of 2; 3 tables are too few for any difference to be certain.");
    const page = renderTables(found);
    expect(page).toContain("Critical-difference plot of mean ranks, NRMSE");
    expect(page).not.toMatch(/NaN|undefined|https?:/);
  });
});

describe("rankPlot", () => {
  it("joins methods within the critical difference, by as few bars as hold them", () => {
    const plot = rankPlot(["a", "b", "c", "d"], [1.2, 1.9, 2.6, 4], 1, "x");
    // a-b and b-c; d stands alone.
    expect(plot.match(/class="clique"/g)).toHaveLength(2);
    expect(plot.match(/class="stem"/g)).toHaveLength(4);
    expect(plot).toContain("critical difference 1.00");
  });
});
