/** How strongly attributes hang on each other, as the model itself answers it. */
import { writeFeatures } from "../../data/encode.js";
import { gridDistribution } from "../../model/likelihoods/index.js";
import { classProbabilities, levelProbabilities, numberDensity, stackedMean, type MemberPaths } from "../../model/predictive.js";
import type { PredictModel } from "../../model/trained.js";
import type { Predictor } from "../predictor.js";

/** Values of a column that are shown to the model: quantiles of a number, the commonest levels. */
const numberProbes = [0.1, 0.9];
const mostLevels = 4;

interface Probe {
  readonly column: number;
  readonly value: number;
  readonly weight: number;
}

/**
 * (columns, columns): what knowing column i alone does to the prediction of column j, from 0 to about 1: the standard
 * deviation of j's predicted mean over values of i in j's standard deviations, or the square root of the share of the Gini
 * impurity of j's levels that i explains. The larger of both directions.
 * @param chunk rows that go through the model together
 */
export async function couplings(predictor: Predictor, chunk: number): Promise<Float64Array[]> {
  const { model } = predictor;
  const { columns, features } = model.layout;
  const p = columns.length;
  const run = (rows: readonly Probe[]): Promise<MemberPaths[]> => {
    const encoded = { rows: rows.length, features: new Float32Array(rows.length * features), observed: new Uint8Array(rows.length * p) };
    rows.forEach(({ column, value }, r) => {
      if (column < 0) return;
      writeFeatures(columns[column], value, encoded.features, r * features + columns[column].first);
      encoded.observed[r * p + column] = 1;
    });
    return predictor.run(encoded, new BigInt64Array(rows.length).fill(-1n));
  };
  const base = await run([{ column: -1, value: 0, weight: 1 }]);
  const probes = columns.flatMap((_, j) => probesOf(model, base, j));
  const found = columns.map(() => new Float64Array(p));
  for (let from = 0; from < probes.length; from = nextStart(probes, from, chunk)) {
    const part = probes.slice(from, nextStart(probes, from, chunk));
    const paths = await run(part);
    for (let first = 0; first < part.length; ) {
      const { column } = part[first];
      let end = first;
      while (end < part.length && part[end].column === column) end++;
      for (let j = 0; j < p; j++) if (j !== column) found[column][j] = effectOn(model, paths, part, first, end, j);
      first = end;
    }
  }
  for (let i = 0; i < p; i++) for (let j = 0; j < i; j++) found[i][j] = found[j][i] = Math.max(found[i][j], found[j][i]);
  return found;
}

/** Where the next part begins: all probes of a column go together. */
function nextStart(probes: readonly Probe[], from: number, chunk: number): number {
  let end = Math.min(probes.length, from + chunk);
  while (end < probes.length && end > from + 1 && probes[end].column === probes[end - 1].column) end--;
  return end;
}

function probesOf(model: PredictModel, base: readonly MemberPaths[], column: number): Probe[] {
  if (model.layout.columns[column].kind === "number") {
    const distribution = gridDistribution(model.grids.grids[column], numberDensity(model, base, 0, column));
    return numberProbes.map((u) => ({ column, value: distribution.quantile(u), weight: 1 / numberProbes.length }));
  }
  const levels = Array.from(levelProbabilities(model, base, 0, column), (weight, value) => ({ column, value, weight }));
  const common = levels.sort((a, b) => b.weight - a.weight || a.value - b.value).slice(0, mostLevels);
  const total = common.reduce((sum, { weight }) => sum + weight, 0);
  return common.map((probe) => ({ ...probe, weight: probe.weight / total }));
}

function effectOn(model: PredictModel, paths: readonly MemberPaths[], probes: readonly Probe[], first: number, end: number, j: number): number {
  const spread = (valueOf: (i: number) => number): { mean: number; variance: number } => {
    let mean = 0;
    let square = 0;
    for (let i = first; i < end; i++) {
      const x = valueOf(i);
      mean += probes[i].weight * x;
      square += probes[i].weight * x * x;
    }
    return { mean, variance: Math.max(0, square - mean * mean) };
  };
  if (model.layout.columns[j].kind === "number") return Math.sqrt(spread((i) => stackedMean(model, paths, i, j)).variance);
  const rows = Array.from({ length: end - first }, (_, k) => classProbabilities(model, paths, first + k, j));
  let explained = 0;
  let impurity = 0;
  for (let k = 0; k < rows[0].length; k++) {
    const { mean, variance } = spread((i) => rows[i - first][k]);
    explained += variance;
    impurity += mean * (1 - mean);
  }
  return impurity > 0 ? Math.sqrt(explained / impurity) : 0;
}
