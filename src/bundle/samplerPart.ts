/** What a bundle's part of how people are invented must be. */
import { z } from "zod";
import type { Layout } from "../data/layout.js";
import type { NumberGrids } from "../model/grids.js";
import { cellCount, type Leaf, type Sampler, type Split, type TreeNode } from "../model/sampler.js";

const whole = z.number().int().nonnegative();
const counts = z.array(whole);

/** The sampler of a model of this layout: trees, shared values and marginals by column, of the column's own cells. */
export function samplerSchema(layout: Layout, grids: NumberGrids): z.ZodType<Sampler> {
  const p = layout.columns.length;
  const cells = (j: number): number => cellCount(layout, grids, j);
  // Trees have most of a sampler's numbers, and a schema of them would take longer than reading them.
  const trees = (cellsOf: (j: number) => number): z.ZodType<(TreeNode | null)[]> =>
    z.custom<(TreeNode | null)[]>((given) => Array.isArray(given) && given.length === p && given.every((tree, j) => tree === null || isTree(tree, cellsOf(j), 2 * p + 1)));
  const holes = trees(() => 2);
  const marginals = z.array(counts).length(p).refine((of) => of.every(({ length }, j) => length === cells(j)));
  return z.object({
    order: z.array(whole.max(p - 1)).refine((order) => new Set(order).size === order.length),
    trees: trees(cells),
    holes,
    lacking: holes.optional(),
    shared: z.array(z.object({ values: z.array(z.number()), counts, others: counts }).nullable()).length(p),
    origins: z.array(z.object({ sources: z.array(z.string()), rows: whole, marginals, observed: marginals.optional() })),
  });
}

/** Whether a tree asks for features that there are, each by a bound or by classes, and its leaves count cells that there are. */
function isTree(node: unknown, cells: number, features: number): boolean {
  if (typeof node !== "object" || node === null) return false;
  const given: Partial<Leaf & Split> = node;
  if (given.feature === undefined) return areWhole(given.cells, cells) && areWhole(given.counts) && given.cells.length === given.counts.length;
  const asks = given.upTo === undefined ? areWhole(given.classes) : typeof given.upTo === "number" && given.classes === undefined;
  return asks && areWhole([given.feature], features) && isTree(given.left, cells, features) && isTree(given.right, cells, features);
}

const areWhole = (given: unknown, below = Infinity): given is number[] => Array.isArray(given) && given.every((x) => Number.isInteger(x) && x >= 0 && x < below);
