import { encodeCells, type Encoded } from "../../data/encode.js";
import { fitLayout, type Column } from "../../data/layout.js";
import type { SessionFactory } from "../../engine/index.js";
import { createLinearFitter, iteratedRidge } from "../../model/linear.js";
import { addHeldOutErrors, chooseLambdas, ridgePenalties as penalties } from "../../model/penalties.js";
import { makeFold, maskedTable } from "../../training/folds.js";
import type { Imputer } from "../imputer.js";

/** Share of the observed cells by which the penalties are chosen. */
const heldOut = 0.1;

/**
 * Iterated ridge regression: every attribute on all others, holes filled by what the regressions say, five rounds. The
 * penalty of each attribute is the one that errs least on a tenth of the observed cells; then all cells are used. The
 * algorithm is that of VHGM's linear path (model/linear.ts), without anything else of the model.
 */
export const imputeByRidge = (open: SessionFactory): Imputer => async (cells, seed, hooks) => {
  const values = cells.values.map((column) => column.slice());
  const layout = fitLayout(cells);
  const p = layout.columns.length;
  if (p === 0 || cells.rows === 0) return { values };
  const table = encodeCells(cells, layout);
  const fitter = await createLinearFitter(layout, open);
  try {
    const fold = makeFold(table, p, seed, 0, heldOut);
    const errors = penalties.map(() => new Float64Array(p));
    const trials = { courses: [iteratedRidge], penalties };
    await fitter.fit(maskedTable(table, fold.train, layout), trials, (filled, l) => addHeldOutErrors(filled, table, fold.held, layout, errors[l]));
    const cellsHeld = new Int32Array(p);
    fold.held.forEach((bit, i) => (cellsHeld[i % p] += bit));
    const choice = chooseLambdas(errors, cellsHeld);
    await hooks?.onStep?.(0.5);
    await fitter.fit(table, trials, (filled, l) => {
      layout.columns.forEach((column, j) => choice[j] === l && fillColumn(values[column.source], column, j, table, filled));
    });
    return { values };
  } finally {
    await fitter.close();
  }
};

/** Puts predictions in the holes: a number in its own units, the level with the largest prediction. */
function fillColumn(values: Float64Array, column: Column, j: number, { rows, features, observed }: Encoded, filled: Float32Array): void {
  const d = features.length / rows;
  const p = observed.length / rows;
  const { first, width, kind, center, scale, classOf, shareInClass } = column;
  // Of rare levels that share a class the commonest stands for it.
  const levelOf = Array.from({ length: width }, (_, k) => {
    const own = [...classOf.keys()].filter((level) => classOf[level] === k);
    return own.reduce((best, level) => (shareInClass[level] > shareInClass[best] ? level : best), own[0]);
  });
  for (let i = 0; i < rows; i++) {
    if (observed[i * p + j]) continue;
    const predicted = filled.subarray(i * d + first, i * d + first + width);
    values[i] = kind === "number" ? center + scale * predicted[0] : levelOf[predicted.indexOf(Math.max(...predicted))];
  }
}
