import { describe, expect, test } from "vitest";
import { cellsOf, numberAttribute } from "../../test/support/tables.js";
import { createRng } from "../base/random.js";
import { encodeCells } from "../data/encode.js";
import { fitLayout } from "../data/layout.js";
import { openSession } from "../engine/node/session.js";
import { createLinearFitter, iteratedRidge } from "./linear.js";
import { combineFits } from "./linearMap.js";
import { ridgePenalties } from "./penalties.js";
import { rowGroups } from "./rowGroups.js";

/*
 * Two studies of a large and a small number of people: both record x, the large one a, the small one b1, b2 and, of people
 * with x > 0 alone, late. Each of the four moves with x by a known slope.
 */
const slopes = { a: 0.6, b1: -0.8, b2: 0.7, late: 0.9 } as const;
const rng = createRng(12);
const sizes = { large: 3600, small: 900 };
const people = Array.from({ length: sizes.large + sizes.small }, (_, i) => ({ small: i >= sizes.large, x: rng.normal() }));
const draw = (name: keyof typeof slopes, has: (person: (typeof people)[number]) => boolean): number[] =>
  people.map((person) => (has(person) && rng.uniform() > 0.1 ? slopes[name] * person.x + 0.6 * rng.normal() : NaN));
const names = ["x", "a", "b1", "b2", "late"];
const cells = cellsOf(names.map((name) => numberAttribute(name)), [
  people.map(({ x }) => x),
  draw("a", ({ small }) => !small),
  draw("b1", ({ small }) => small),
  draw("b2", ({ small }) => small),
  draw("late", ({ small, x }) => small && x > 0),
]);
const layout = fitLayout(cells);
const table = encodeCells(cells, layout);
const place = (name: string): number => layout.columns.findIndex(({ attribute }) => attribute.name === name);

describe("groups of columns that few rows observe", () => {
  const groups = rowGroups(table, layout);
  const named = groups.map(({ columns }) => columns.map((j) => layout.columns[j].attribute.name).sort());

  test("are those of a small source; what is asked of some of its people stands alone", () => {
    expect(named).toContainEqual(["b1", "b2"]);
    expect(named).toContainEqual(["late"]);
    expect(named.flat()).not.toContain("x");
    expect(named.flat()).not.toContain("a");
  });

  test("have the rows of that source", () => {
    const { rows } = groups[named.findIndex((columns) => columns.includes("b1"))];
    expect(Math.min(...rows)).toBeGreaterThanOrEqual(sizes.large);
    expect(rows.length).toBeGreaterThan(0.95 * sizes.small);
  });

  test("there are none where every column is observed in most rows", () => {
    const full = cellsOf([numberAttribute("x"), numberAttribute("y")], [people.map(({ x }) => x), people.map(({ x }) => x + rng.normal())]);
    const own = fitLayout(full);
    expect(rowGroups(encodeCells(full, own), own)).toEqual([]);
  });

  /** Slope of a column on x where x alone is known: the linear path's rounds, taken until they settle. */
  async function slopesFromX(withGroups: boolean): Promise<Record<string, number>> {
    const fitter = await createLinearFitter(layout, openSession);
    const { fits } = await fitter.fit(table, { courses: [iteratedRidge], penalties: ridgePenalties, groupings: withGroups ? [groups] : [] });
    await fitter.close();
    const last = fits.length - ridgePenalties.length;
    const { center, weights, relaxation } = combineFits(fits, layout.columns.map(() => last), layout, { onAllRows: ridgePenalties.length, rounds: 3 });
    const d = layout.features;
    const at = (name: string): number => layout.columns[place(name)].first;
    const filled = (known: number): Float64Array => {
      let now = Float64Array.from(center);
      now[at("x")] = known;
      for (let round = 0; round < 500; round++) {
        const next = Float64Array.from({ length: d }, (_, k) => center[k] + now.reduce((sum, v, i) => sum + (v - center[i]) * weights[i * d + k], 0));
        now = now.map((v, k) => (k === at("x") ? known : v + 0.5 * relaxation * (next[k] - v)));
      }
      return now;
    };
    const [low, high] = [filled(-1), filled(1)];
    const scale = (name: string): number => layout.columns[place(name)].scale;
    return Object.fromEntries(Object.keys(slopes).map((name) => [name, ((high[at(name)] - low[at(name)]) / 2) * (scale(name) / scale("x"))]));
  }

  test("get their slopes from their own rows, but for the penalty's shrinkage, where all rows together leave a small source's flat", async () => {
    const ratios = async (withGroups: boolean): Promise<Record<string, number>> =>
      Object.fromEntries(Object.entries(await slopesFromX(withGroups)).map(([name, slope]) => [name, slope / slopes[name as keyof typeof slopes]]));
    const [own, all] = [await ratios(true), await ratios(false)];
    for (const name of ["a", "b1", "b2"]) {
      expect(own[name]).toBeGreaterThan(0.8);
      expect(own[name]).toBeLessThan(1.05);
    }
    expect(own.late).toBeGreaterThan(0.65);
    for (const name of ["b1", "b2"]) expect(all[name]).toBeLessThan(0.5);
    expect(all.late).toBeLessThan(0.2);
  });
});
