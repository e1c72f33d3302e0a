import { describe, expect, test } from "vitest";
import { cellsOf, levelsAttribute, numberAttribute } from "../../test/support/tables.js";
import { createRng } from "../base/random.js";
import { fitLayout } from "../data/layout.js";
import type { HeldOutCell } from "./heldOutCells.js";
import { defaultStacking, treeShares } from "./stacking.js";

const rows = 60;
const rng = createRng(4);
const cells = cellsOf([numberAttribute("x"), levelsAttribute("a", 2)], [Array.from({ length: rows }, () => rng.normal()), Array.from({ length: rows }, () => rng.int(2))]);
const layout = fitLayout(cells);
const { center, scale } = layout.columns[0];

/** Held-out cells of which the paths know nothing; what trees say of them is given. */
function heldWith(count: number, trees: (truth: number, kind: "number" | "levels") => number): HeldOutCell[][] {
  const nothing = new Float32Array(rows * layout.features).fill(0.5);
  return layout.columns.map(({ kind, source }, j) =>
    Array.from({ length: count }, (_, row): HeldOutCell => {
      const value = cells.values[source][row];
      const said = trees(kind === "number" ? (value - center) / scale : value, kind);
      const out = kind === "number" ? Float32Array.of(said) : Float32Array.from([0, 1], (k) => (k === value ? said : 1 - said));
      const path = { linear: nothing, net: nothing, trees: { of: (_r: number, c: number) => (c === j ? out : null), from: () => { throw new Error("not asked for"); } } };
      return { members: [path], paths: path, row, value };
    }),
  );
}
const shares = (held: HeldOutCell[][], stacking = defaultStacking): number[] => treeShares(layout, held, layout.columns.map(() => [0.5, 0, 0.5]), stacking);

describe("the share of the trees", () => {
  test("is all where they are right and the paths know nothing, and none where they are wrong", () => {
    expect(shares(heldWith(rows, (truth, kind) => (kind === "number" ? truth : 0.99)))).toEqual([1, 1]);
    expect(shares(heldWith(rows, (truth, kind) => (kind === "number" ? -3 * truth - 5 : 0.01)))).toEqual([0, 0]);
  });

  test("is the usual one of too few cells, and where cells are not to decide", () => {
    const right = (truth: number, kind: string): number => (kind === "number" ? truth : 0.99);
    expect(shares(heldWith(4, right))).toEqual([0.3, 0.3]);
    expect(shares(heldWith(rows, right), { ...defaultStacking, stacking: "average" })).toEqual([0.3, 0.3]);
  });
});
