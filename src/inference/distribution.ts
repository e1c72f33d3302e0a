import { categorical, gridDistribution, type Distribution } from "../model/likelihoods/index.js";
import { levelProbabilities, likeliestLevel, numberDensity, numberPoint, type DensityModel, type MemberPaths } from "../model/predictive.js";

/** The predictive distribution of column j in row i: over values for numbers, over level indices otherwise. */
export function columnDistribution(model: DensityModel, members: readonly MemberPaths[], i: number, j: number): Distribution {
  if (model.layout.columns[j].kind === "number") return gridDistribution(model.grids.grids[j], numberDensity(model, members, i, j));
  return categorical(levelProbabilities(model, members, i, j));
}

/**
 * The best point per type: of a number the stacked mean of the paths, which held-out cells made least in squared error, inside
 * the middle of its density; the most probable level otherwise. The density's own mean is as near to it as the column's reach
 * allows (`numberDensity`).
 * @param distribution of the same cell, where it is known already
 */
export function bestPoint(model: DensityModel, members: readonly MemberPaths[], i: number, j: number, distribution?: Distribution): number {
  if (model.layout.columns[j].kind === "number") return numberPoint(model, members, i, j, distribution ?? columnDistribution(model, members, i, j));
  return likeliestLevel(model, members, i, j);
}

/** Central interval of the given level: for numbers and ordered levels. */
export function centralInterval(distribution: Distribution, level: number): [number, number] {
  return [distribution.quantile((1 - level) / 2), distribution.quantile((1 + level) / 2)];
}
