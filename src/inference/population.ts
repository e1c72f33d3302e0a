import type { Bundle } from "../bundle/bundle.js";
import { fewCells } from "../training/sources.js";
import type { Given, Prediction } from "./predict.js";

/** Adds whose people the answers are about, which matters where little is said of the person. */
export function withPopulation<P extends Prediction>(prediction: P, { card: { population } }: Bundle, given: Given): P & { readonly population?: string } {
  if (!population) return prediction;
  const few = Object.values(given).filter((value) => value !== null && value !== "").length <= fewCells;
  const notes = few ? [`With so little given, answers are about people of ${population} (vhgm train --population).`] : [];
  return { ...prediction, notes: [...prediction.notes, ...notes], population };
}
