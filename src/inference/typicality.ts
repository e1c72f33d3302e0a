/** How usual the values that were given of a person are, each given the others. */
import { formatValue } from "../data/cells.js";
import type { DensityModel, MemberPaths } from "../model/predictive.js";
import { columnDistribution } from "./distribution.js";
import { surprise } from "./why.js";

/** A given value that is rare among people with the other given values. */
export interface UnusualValue {
  readonly name: string;
  readonly value: string;
  /** Share of similar people with a value at most this. */
  readonly percentile: number;
}

export interface Typicality {
  /** Mean surprise of the given values given each other, in standard deviations of a normal variable: about 0.8 is typical, 2 is rare. */
  readonly meanSurprise: number;
  readonly unusual: readonly UnusualValue[];
}

/** A value is unusual if fewer than this share of similar people have it, or one farther out. */
const unusualTail = 0.005;

/**
 * @param values what was given, by the attribute's name
 * @param rowOf by column of what was given: the row in which it is hidden
 */
export function typicalityOf(model: DensityModel, paths: readonly MemberPaths[], values: ReadonlyMap<string, number>, rowOf: ReadonlyMap<number, number>): Typicality {
  const { layout, grids } = model;
  const unusual: UnusualValue[] = [];
  let total = 0;
  for (const [j, r] of rowOf) {
    const { kind, attribute } = layout.columns[j];
    const distribution = columnDistribution(model, paths, r, j);
    const value = values.get(attribute.name)!;
    const half = kind === "number" ? grids.grids[j].resolution / 2 : 0.5;
    const percentile = (distribution.cdf(value - half) + distribution.cdf(value + half)) / 2;
    const ordered = attribute.type !== "categorical";
    const mass = Math.exp(distribution.logProb(value));
    total += ordered ? surprise(percentile) : surprise(mass / 2);
    const rare = ordered ? Math.min(percentile, 1 - percentile) < unusualTail : mass < unusualTail;
    if (rare) unusual.push({ name: attribute.name, value: formatValue(value, { ...attribute, min: undefined, max: undefined }), percentile });
  }
  return { meanSurprise: values.size > 0 ? total / values.size : 0, unusual };
}
