import { calibrationOf } from "../model/columnCalibration.js";
import { normalQuantile } from "../model/likelihoods/index.js";
import type { DensityModel, MemberPaths } from "../model/predictive.js";

/** What an answer rests on. Never a person's cells: only counts and shares. */
export interface Why {
  /** Effective number of similar people in the row memory, (sum w)^2 / sum w^2; null when the model keeps no memory. */
  readonly similarPeople: number | null;
  /** How much of these people comes from each source; absent for a model of one table. */
  readonly sources?: readonly { readonly name: string; readonly share: number }[];
  /** Share of each path in the answer. */
  readonly paths: { readonly linear: number; readonly similarPeople: number; readonly network: number; readonly trees?: number };
}

export function explain(model: DensityModel, members: readonly MemberPaths[], i: number, j: number): Why {
  const { weights, trees } = calibrationOf(model, members[0].seen?.[i], j);
  const [linear, memory, net] = weights.map((weight) => weight * (1 - (trees ?? 0)));
  const p = model.layout.columns.length;
  const hasMemory = members.some((m) => m.similar);
  const sizes = members.map((m) => (m.similar?.[i * p + j] ?? 0) * model.peoplePerMemoryRow);
  return {
    similarPeople: hasMemory ? sizes.reduce((a, b) => a + b, 0) / members.length : null,
    ...(model.memorySources && hasMemory ? { sources: model.memorySources.map((name, s) => ({ name, share: originShare(model, members, i, j, s) })) } : {}),
    paths: { linear, similarPeople: memory, network: net, ...(trees === undefined ? {} : { trees }) },
  };
}

function originShare(model: DensityModel, members: readonly MemberPaths[], i: number, j: number, s: number): number {
  const p = model.layout.columns.length;
  const width = p * model.memorySources!.length;
  return members.reduce((sum, m) => sum + (m.origin?.[i * width + s * p + j] ?? 0), 0) / members.length;
}

/** How far a probability lies from the middle, in standard deviations of a normal variable: 0.5 -> 0, 0.975 -> 1.96. */
export const surprise = (pit: number): number => Math.abs(normalQuantile(Math.min(1 - 1e-9, Math.max(1e-9, pit))));
