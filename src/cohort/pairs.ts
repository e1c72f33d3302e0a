import { bendFactor } from "./attribute.js";
import { factorCount, factorIndex, factorMatrix } from "./factors.js";
import { attributeNamed, type CohortModel, type ModelAttribute } from "./model.js";
import { dot } from "./person.js";

/** Two attributes that no source records together. */
export interface NeverTogether {
  a: string;
  b: string;
  /** True if a and b are independent given the columns that all sources share. */
  independent: boolean;
  /** Correlation of the two scores given the shared columns, bends left out. */
  partialCorrelation: number;
}

/** True if some source records both, so that a table without linkage shows the pair. */
export const sameSource = (a: ModelAttribute, b: ModelAttribute): boolean => a.sources.some((source) => b.sources.includes(source));

/** True if the pair is seen only in people who are both in the check-up and in the laboratory study. */
export const onlyLinked = (a: ModelAttribute, b: ModelAttribute): boolean =>
  !sameSource(a, b) && !(a.sources.includes("lifestyle") || b.sources.includes("lifestyle"));

/**
 * Orthonormal basis of what the shared columns fix among the innovations: deprivation records the socioeconomic factor,
 * height the stature, and weight with height the adiposity, all exactly but for rounding; age, sex, smoking and exercise
 * programme fix the means.
 */
const recordedBasis = orthonormal((["socioeconomic", "stature", "adiposity"] as const).map((name) => factorMatrix[factorIndex(name)]));

function orthonormal(rows: readonly Float64Array[]): Float64Array[] {
  const result: Float64Array[] = [];
  for (const row of rows) {
    const rest = remainder(row, result);
    const size = Math.sqrt(dot(rest, rest));
    result.push(rest.map((x) => x / size));
  }
  return result;
}

/** What is left of a vector of length K outside the span of an orthonormal basis; rounding dust is set to zero. */
function remainder(row: Float64Array, directions: readonly Float64Array[]): Float64Array {
  const rest = row.slice(0, factorCount);
  for (const direction of directions) {
    const along = dot(direction, rest);
    for (let i = 0; i < factorCount; i++) rest[i] -= along * direction[i];
  }
  return rest.map((x) => (Math.abs(x) < 1e-12 ? 0 : x));
}

/** What the shared columns leave open in an attribute: the linear part, and the factor that its bend bends. */
function openParts(attribute: ModelAttribute): { linear: Float64Array; bent: Float64Array | null } {
  const { bend, innovationLoads } = attribute;
  return {
    linear: remainder(innovationLoads, recordedBasis),
    bent: bend === undefined ? null : remainder(factorMatrix[bendFactor(bend)], recordedBasis),
  };
}

/**
 * Whether two attributes are independent given the shared columns, and their partial correlation on the score scale.
 * They are exactly when the open parts of their scores, bends included, have no covariance: noise is independent, and
 * the unshared treatment (lipid_drug) depends on shared columns only and moves no factor.
 */
export function pairGivenShared(model: CohortModel, a: string, b: string): NeverTogether {
  const first = attributeNamed(model, a);
  const second = attributeNamed(model, b);
  const x = openParts(first);
  const y = openParts(second);
  const zero = (u: Float64Array | null, v: Float64Array | null): boolean => u === null || v === null || Math.abs(dot(u, v)) < 1e-9;
  const sharedBlock = first.block !== undefined && first.block.index === second.block?.index;
  const covariance = dot(x.linear, y.linear) + (sharedBlock ? (first.block?.load ?? 0) * (second.block?.load ?? 0) : 0);
  const own = (attribute: ModelAttribute, linear: Float64Array): number =>
    dot(linear, linear) + attribute.noise ** 2 + (attribute.block?.load ?? 0) ** 2;
  return {
    a,
    b,
    independent: !sharedBlock && zero(x.linear, y.linear) && zero(x.bent, y.linear) && zero(x.linear, y.bent) && zero(x.bent, y.bent),
    partialCorrelation: Math.abs(covariance) < 1e-9 ? 0 : covariance / Math.sqrt(own(first, x.linear) * own(second, y.linear)),
  };
}

/** All pairs of base attributes that no source records together and no linked person shows, check-up columns first. */
export function neverTogether(model: CohortModel): NeverTogether[] {
  const base = model.attributes.slice(0, model.baseCount);
  return base.flatMap((a, i) =>
    base.slice(i + 1).flatMap((b) => (sameSource(a, b) || onlyLinked(a, b) ? [] : [pairGivenShared(model, a.name, b.name)])),
  );
}
