import type { Bundle } from "../bundle/bundle.js";
import { calibrationError, pooledCoverage } from "../model/reliability.js";
import type { Attribute } from "../schema/schema.js";
import { count, counted, percent } from "./text.js";

/** How many rows a model learned from, and of how many if it was a sample. */
export const rowsLearned = ({ rows, tableRows }: Bundle["card"]): string => (tableRows === undefined ? counted(rows, "row") : `a sample of ${count(rows)} of the ${counted(tableRows, "row")}`);

/** A model's attributes, each with its kind and its score on held-out cells, in the dictionary's order. */
export function attributeScores({ schema, card, model }: Bundle) {
  const kindOf = new Map(model.layout.columns.map(({ attribute, kind }) => [attribute.name, kind]));
  const scoreOf = new Map(card.scores.map((score) => [score.name, score]));
  return schema.attributes.flatMap((attribute) => {
    const kind = kindOf.get(attribute.name);
    return kind ? [{ attribute, kind, score: scoreOf.get(attribute.name) }] : [];
  });
}

const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

/** In words, how well held-out cells were predicted: one line for numbers and one for levels. */
export function heldOutSummary(bundle: Bundle): string[] {
  const scored = attributeScores(bundle).flatMap(({ kind, score }) =>
    score && score.error !== null && score.baseline !== null ? [{ kind, error: score.error, baseline: score.baseline }] : [],
  );
  const average = (kind: string): { error: number; baseline: number } | undefined => {
    const own = scored.filter((s) => s.kind === kind);
    return own.length > 0 ? { error: mean(own.map((s) => s.error)), baseline: mean(own.map((s) => s.baseline)) } : undefined;
  };
  const numbers = average("number");
  const levels = average("levels");
  return [
    ...(numbers ? [`Held-out numbers: error ${numbers.error.toFixed(3)} standard deviations; filling in the mean gives ${numbers.baseline.toFixed(3)}.`] : []),
    ...(levels ? [`Held-out levels: ${percent(levels.error)} wrong; filling in the commonest level gives ${percent(levels.baseline)}.`] : []),
  ];
}

/** In a sentence, how held-out cells agree with the densities that they were given; nothing for models that do not say. */
export function calibrationSummary({ card: { reliability = [] } }: Bundle): string[] {
  const numbers = pooledCoverage(reliability);
  const levels = calibrationError(reliability);
  const parts = [
    ...(numbers ? [`of ${count(numbers.cells)} numbers ${numbers.coverage.map(({ share }) => percent(share)).join(", ")} lie inside their ${numbers.coverage.map(({ level }) => percent(level)).join(", ")} intervals`] : []),
    ...(levels ? [`probabilities of levels are off by ${(100 * levels.error).toFixed(1)} percentage points on average (${count(levels.cells)} cells)`] : []),
  ];
  return parts.length > 0 ? [`Calibration on held-out cells: ${parts.join("; ")}. These cells also chose weights and shapes, so new people fit a little less well.`] : [];
}

/** What an attribute's values are: its unit, its levels, or its range. */
export function attributeScale({ unit, levels, min, max, type }: Attribute): string {
  if (levels) return levels.join(", ");
  if (unit !== undefined) return unit;
  return type !== "date" && min !== undefined && max !== undefined ? `${min} to ${max}` : "";
}
