import type { Bundle } from "../bundle/bundle.js";
import type { memoryModes } from "../training/options.js";
import { count } from "./text.js";

/** What a model's memory means for those who pass it on. */
export const memoryMeaning: Readonly<Record<(typeof memoryModes)[number], string>> = {
  none: "none: the model holds fitted weights only",
  prototypes: "prototypes: averages of at least 20 people; no cell of a single person is kept",
  rows: "rows: the model holds cells of real people",
};

/**
 * Features per person from which a model says who was learned from, as far as an attacker holds whole records: attacks on tables with 1.4 had
 * an AUC of .92, with .2 of .54 to .57 (docs/results.md).
 */
const closeFit = 0.5;

/** The warning that a model which gives people away carries wherever it is written or shown. */
export function privacyWarning(file: string, { card, model }: Bundle): string | undefined {
  if (card.memory === "rows") {
    return `Warning: ${file} holds the cells of ${count(model.memoryHashes?.length ?? card.rows)} real people; guard it like the table itself, and train with --memory prototypes or none for a model to pass on.`;
  }
  const { features } = model.layout;
  return features > closeFit * card.rows
    ? `Warning: ${file} learned ${count(features)} features from ${count(card.rows)} people and fits them closely: who holds somebody's whole record can often tell by the model's answers whether it was learned from; guard it like the table itself, or learn from more people or fewer attributes.`
    : undefined;
}

/** What draws of a model lack that regressions are to be pooled over. */
export const drawsNote = (draws: number | undefined, { card }: Bundle): string[] =>
  draws !== undefined && draws > 1 && card.options.bootstrap !== true
    ? ["These draws do not carry the uncertainty of the model itself, so pooled intervals can be a little too narrow; train with --bootstrap, or draw with vhgm complete -m, where regressions are to be pooled."]
    : [];
