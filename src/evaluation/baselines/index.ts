import type { SessionFactory } from "../../engine/index.js";
import type { Imputer } from "../imputer.js";
import { imputeByMean } from "./mean.js";
import { imputeByMice } from "./mice.js";
import { imputeByForest } from "./missforest.js";
import { imputeByRidge } from "./ridge.js";
import { independentOfRowOrder } from "./rowOrder.js";

/** Imputers that every method should be held against; all are written here and need nothing installed. */
export const baselineNames = ["mean", "ridge", "mice", "missforest"] as const;
export type BaselineName = (typeof baselineNames)[number];

/** What each baseline is, in a sentence for readers of a report. */
export const baselineMeanings: Readonly<Record<BaselineName, string>> = {
  mean: "mean of a number, commonest level of the others",
  ridge: "iterated ridge regression, penalty per attribute chosen on held-out cells",
  mice: "chained equations: predictive mean matching and polytomous logistic regression, 20 draws averaged",
  missforest: "random forests of 100 trees, repeated until the fills settle (Stekhoven & Bühlmann 2012)",
};

/** A baseline by its name; what it gives does not depend on the order of rows. */
export function createBaseline(name: BaselineName, open: SessionFactory): Imputer {
  const imputers: Readonly<Record<BaselineName, Imputer>> = {
    mean: imputeByMean,
    ridge: imputeByRidge(open),
    mice: imputeByMice(),
    missforest: imputeByForest,
  };
  return independentOfRowOrder(imputers[name]);
}
