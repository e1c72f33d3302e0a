/** What simulated people come to: an attribute under an intervention, and how two interventions differ. */
import type { Attribute, AttributeType } from "../../schema/schema.js";
import type { Arm } from "./simulate.js";

/**
 * An attribute under an intervention: mean, deviation, and an interval of people; or the probabilities of its levels. None of
 * these where it applies to nobody.
 */
export interface Outcome {
  /** Attributes with a rule: share of the people to whom it applies. The rest of the outcome is about these. */
  readonly applies?: number;
  readonly mean?: number;
  readonly sd?: number;
  readonly interval?: { readonly level: number; readonly low: number | string; readonly high: number | string };
  readonly levels?: readonly { readonly level: string; readonly probability: number }[];
}

export interface IntervenedAttribute {
  readonly name: string;
  readonly label?: string;
  readonly unit?: string;
  readonly type: AttributeType;
  readonly under: Outcome;
  readonly against?: Outcome;
  /** Difference of means, or of each level's probability; `error` is the simulation's standard error. None where it applies to nobody. */
  readonly effect?: { readonly value: number; readonly error: number } | readonly { readonly level: string; readonly value: number; readonly error: number }[];
  /** The same difference among people who merely have the values, as `predict` answers it: association, not effect. */
  readonly association?: number | readonly { readonly level: string; readonly value: number }[];
}

const weighted = (weights: Float64Array, of: (r: number) => number): number => weights.reduce((sum, w, r) => (w > 0 ? sum + w * of(r) : sum), 0);

/** Weights, summing to 1, of the people to whom a node applies, and the share that they are of all. */
function appliesTo({ weights, drawn }: Arm, name: string): { weights: Float64Array; share: number } {
  const values = drawn.get(name)!;
  if (!values.some(Number.isNaN)) return { weights, share: 1 };
  const own = weights.map((w, r) => (Number.isNaN(values[r]) ? 0 : w));
  const share = own.reduce((sum, w) => sum + w, 0);
  return { weights: own.map((w) => w / share), share };
}

export function outcomeOf(arm: Arm, { name, levels, applies_when: rule }: Attribute, level: number, plain: (x: number) => number | string): Outcome {
  const values = arm.drawn.get(name)!;
  const means = arm.expected.get(name);
  const { weights, share } = appliesTo(arm, name);
  const applies = rule === undefined ? {} : { applies: share };
  if (share === 0) return applies;
  if (levels) {
    return { ...applies, levels: levels.map((text, k) => ({ level: text, probability: weighted(weights, (r) => (means ? means[r * levels.length + k] : values[r] === k ? 1 : 0)) })) };
  }
  const mean = weighted(weights, (r) => (means ?? values)[r]);
  const order = [...values.keys()].filter((r) => weights[r] > 0).sort((a, b) => values[a] - values[b]);
  const quantile = (u: number): number => {
    let below = 0;
    for (const r of order) if ((below += weights[r]) >= u) return values[r];
    return values[order[order.length - 1]];
  };
  return {
    ...applies,
    mean,
    sd: Math.sqrt(weighted(weights, (r) => (values[r] - mean) ** 2)),
    interval: { level, low: plain(quantile((1 - level) / 2)), high: plain(quantile((1 + level) / 2)) },
  };
}

/** None where the node applies to nobody under one of the two. */
export function effectOf(first: Arm, second: Arm, { name, levels }: Attribute): IntervenedAttribute["effect"] {
  const width = levels?.length ?? 1;
  const [a, b] = [first, second].map((arm) => arm.expected.get(name) ?? (levels ? indicators(arm.drawn.get(name)!, width) : arm.drawn.get(name)!));
  const [one, two] = [first, second].map((arm) => appliesTo(arm, name));
  if (one.share === 0 || two.share === 0) return undefined;
  const difference = (k: number): { value: number; error: number } => {
    const [meanA, meanB] = [weighted(one.weights, (r) => a[r * width + k]), weighted(two.weights, (r) => b[r * width + k])];
    // The same people in both arms: the error of a mean of paired differences.
    const part = (w: number, x: number, mean: number): number => (w > 0 ? w * (x - mean) : 0);
    const error = Math.sqrt(one.weights.reduce((sum, w, r) => sum + (part(w, a[r * width + k], meanA) - part(two.weights[r], b[r * width + k], meanB)) ** 2, 0));
    return { value: meanA - meanB, error };
  };
  return levels ? levels.map((level, k) => ({ level, ...difference(k) })) : difference(0);
}

/** (draws x levels): 1 at the level that was drawn. */
function indicators(drawn: Float64Array, levels: number): Float64Array {
  const out = new Float64Array(drawn.length * levels);
  drawn.forEach((k, r) => {
    if (!Number.isNaN(k)) out[r * levels + k] = 1;
  });
  return out;
}
