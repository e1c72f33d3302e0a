/** The default density of numbers: probabilities over the cells of a grid, everything about it in one place. */
export { buildGrid } from "./buildGrid.js";
export { cellOf, type Grid, gridFromJson, type GridJson, gridToJson } from "./cells.js";
export { gridCdf, gridCrps, gridDistribution, gridMean, gridQuantile, gridVariance } from "./gridDistribution.js";
export { gaussianMass, tiltToMean } from "./gridMass.js";
