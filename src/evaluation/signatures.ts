import type { ColumnScore } from "../model/calibration.js";
import { collapseWarning, patternWarning, poorAttributesWarning, shiftWarning, type ShiftReport } from "../training/signatures.js";
import type { TrainingResult } from "../training/train.js";

/** One of the four ways in which such a model fails (arXiv 2306.10656), looked for. */
export interface Signature {
  readonly name: string;
  /** null: it cannot occur here, or there was too little to tell. */
  readonly found: boolean | null;
  /** What was found, or why not. */
  readonly words: string;
}

export interface SignatureInput {
  readonly training: Pick<TrainingResult, "model" | "scores" | "latent" | "masks">;
  /** Scores of hidden cells of people from elsewhere, and how their loss compares. */
  readonly elsewhere: { readonly name: string; readonly scores: readonly ColumnScore[]; readonly loss: ShiftReport };
  /** The loss of people alike whom the model has not seen either. */
  readonly alike: ShiftReport;
}

/** All four in the paper's order, each with what speaks for or against it. */
export function failureSignatures({ training, elsewhere, alike }: SignatureInput): Signature[] {
  const types = new Map(training.model.layout.columns.map(({ attribute }) => [attribute.name, attribute.type]));
  const typeOf = (name: string): string => types.get(name)!;
  return [collapse(training), poorTypes(training.scores, elsewhere, typeOf), masks(training), outOfDistribution(elsewhere, alike)];
}

function collapse({ latent }: SignatureInput["training"]): Signature {
  const name = "posterior collapse";
  if (!latent) return { name, found: null, words: "The model has no latent that could collapse (setting latent: none)." };
  const warning = collapseWarning(latent);
  const { kl, units, activeUnits, components, mutualInformation, gain } = latent;
  const parts = [
    ...(units > 0 ? [`${activeUnits} of ${units} units are active`] : []),
    ...(components > 0 ? [`${components} components tell ${mutualInformation.toFixed(2)} nats about a person`] : []),
    ...(gain === null ? [] : [`the latent saves ${gain.toFixed(3)} nats of a held-out cell's loss`]),
  ];
  return { name, found: warning !== undefined, words: warning ?? `${parts.join(", ")} (divergence ${kl.toFixed(2)} nats a person).` };
}

function poorTypes(scores: readonly ColumnScore[], elsewhere: SignatureInput["elsewhere"], typeOf: (name: string) => string): Signature {
  const name = "poorly modelled types";
  const inTraining = poorAttributesWarning(scores, typeOf);
  const there = poorAttributesWarning(elsewhere.scores, typeOf);
  const words = [
    inTraining ? `In training: ${lower(inTraining)}` : "In training no attribute with 30 held-out cells or more is told worse than by its mean or commonest level.",
    there ? `In ${elsewhere.name}: ${lower(there)}` : `Nor is any in ${elsewhere.name}.`,
  ];
  if (!inTraining && there) return { name, found: true, words: words.join(" ") };
  return { name, found: inTraining !== undefined, words: inTraining && !there ? words[0] : words.join(" ") };
}

const lower = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1);

function masks({ masks: gaps }: SignatureInput["training"]): Signature {
  const name = "overfitting to the masks of the training";
  if (gaps.length < 2) return { name, found: null, words: "Too few held-out cells to tell." };
  const warning = patternWarning(gaps);
  const others = gaps.slice(1).map(({ pattern, gap, standardError }) => `${pattern} ${signed(gap)} ± ${standardError.toFixed(3)}`);
  return { name, found: warning !== undefined, words: warning ?? `Loss per cell beyond what the linear path loses too, with ${others.join("; ")}.` };
}

function outOfDistribution({ name: table, loss }: SignatureInput["elsewhere"], alike: ShiftReport): Signature {
  const name = "loss out of distribution";
  if (loss.attributes === 0) return { name, found: null, words: `Too few cells of ${table} and of the training can be compared.` };
  const warning = shiftWarning(table, loss);
  const compared = `A hidden cell of ${table} costs ${signed(loss.excess)} ± ${loss.standardError.toFixed(2)} nats against held-out cells of the training (${loss.attributes} attributes)`;
  const unseen = alike.attributes > 0 ? `; of unseen people from the training's own sources ${signed(alike.excess)} ± ${alike.standardError.toFixed(2)}` : "";
  return { name, found: warning !== undefined, words: `${warning ? `${warning} ` : ""}${compared}${unseen}.` };
}

const signed = (x: number): string => `${x < 0 ? "−" : "+"}${Math.abs(x).toFixed(3)}`;
