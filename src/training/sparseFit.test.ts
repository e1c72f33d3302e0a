import { expect, test } from "vitest";
import { difference } from "../../test/support/checkOp.js";
import { cellsOf, factorTable, levelsAttribute, numberAttribute, withHoles } from "../../test/support/tables.js";
import { encodeCells } from "../data/encode.js";
import { fitLayout } from "../data/layout.js";
import { openSession } from "../engine/node/session.js";
import { fitNeighbours } from "../model/neighbourFit.js";
import { nearestFeatures } from "../model/sparseLinear.js";
import { makeFold, maskedTable } from "./folds.js";
import { fitSparsePath } from "./sparseFit.js";

test("each column takes the penalty that errs least on held-out cells, in the fold's map and in the map of all cells", async () => {
  const cells = withHoles(factorTable(400, 8, [2, 3], 5), 0.2, 6);
  const layout = fitLayout(cells);
  const table = encodeCells(cells, layout);
  const fold = makeFold(table, layout.columns.length, 1, 0, 0.2);
  const { folds, all } = await fitSparsePath(table, layout, [fold], openSession);
  expect(folds[0].lambda).toEqual(all.lambda);
  const train = maskedTable(table, fold.train, layout);
  const near = await nearestFeatures(train, layout, openSession);
  expect(folds[0].neighbours).toEqual(near.neighbours);
  const [own] = fitNeighbours(train, layout, near, { factors: folds[0].factors!, center: folds[0].center }, (j) => [folds[0].lambda[j]]);
  expect(difference(folds[0].weights, own.map.weights)).toBeLessThan(1e-5);
  expect(difference(all.weights, own.map.weights)).toBeGreaterThan(1e-3);
});

test("a column that holds one level, or one number, disturbs no other", async () => {
  const varied = factorTable(300, 6, [2, 3], 5);
  const constants = cellsOf([levelsAttribute("same", 1, "categorical"), numberAttribute("five")], [new Float64Array(300), new Float64Array(300).fill(5)]);
  const cells = withHoles({ rows: 300, attributes: [...varied.attributes, ...constants.attributes], values: [...varied.values, ...constants.values] }, 0.2, 6);
  const layout = fitLayout(cells);
  const table = encodeCells(cells, layout);
  const fold = makeFold(table, layout.columns.length, 1, 0, 0.2);
  const { all } = await fitSparsePath(table, layout, [fold], openSession);
  expect(all.weights.every(Number.isFinite)).toBe(true);
  expect(all.factors!.loadings.every(Number.isFinite)).toBe(true);
});
