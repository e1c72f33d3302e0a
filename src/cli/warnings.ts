import type { Bundle } from "../bundle/bundle.js";
import type { memoryModes } from "../training/options.js";
import { count } from "./text.js";

/** What a model's memory means for those who pass it on. */
export const memoryMeaning: Readonly<Record<(typeof memoryModes)[number], string>> = {
  none: "none: the model holds fitted weights only",
  prototypes: "prototypes: averages of at least 20 people; no cell of a single person is kept",
  rows: "rows: the model holds cells of real people",
};

/** The warning that a model with rows carries wherever it is written or shown. */
export const rowsWarning = (file: string, { card, model }: Bundle): string | undefined =>
  card.memory === "rows"
    ? `Warning: ${file} holds the cells of ${count(model.memoryHashes?.length ?? card.rows)} real people; guard it like the table itself, and train with --memory prototypes or none for a model to pass on.`
    : undefined;

/** What draws of a model lack that regressions are to be pooled over. */
export const drawsNote = (draws: number | undefined, { card }: Bundle): string[] =>
  draws !== undefined && draws > 1 && card.options.bootstrap !== true
    ? ["These draws do not carry the uncertainty of the model itself, so pooled intervals can be a little too narrow; train with --bootstrap, or draw with vhgm complete -m, where regressions are to be pooled."]
    : [];
