import { normalQuantile } from "../model/likelihoods/index.js";
import type { DensityModel, MemberPaths } from "../model/predictive.js";

/** What an answer rests on. Never a person's cells: only counts and shares. */
export interface Why {
  /** Effective number of similar people in the row memory, (sum w)^2 / sum w^2; null when the model keeps no memory. */
  readonly similarPeople: number | null;
  /** Share of each path in the answer. */
  readonly paths: { readonly linear: number; readonly similarPeople: number; readonly network: number };
}

export function explain(model: DensityModel, members: readonly MemberPaths[], i: number, j: number): Why {
  const [linear, memory, net] = model.columns[j].weights;
  const p = model.layout.columns.length;
  const hasMemory = members.some((m) => m.similar);
  const sizes = members.map((m) => (m.similar?.[i * p + j] ?? 0) * model.peoplePerMemoryRow);
  return {
    similarPeople: hasMemory ? sizes.reduce((a, b) => a + b, 0) / members.length : null,
    paths: { linear, similarPeople: memory, network: net },
  };
}

/** How far a probability lies from the middle, in standard deviations of a normal variable: 0.5 -> 0, 0.975 -> 1.96. */
export const surprise = (pit: number): number => Math.abs(normalQuantile(Math.min(1 - 1e-9, Math.max(1e-9, pit))));
