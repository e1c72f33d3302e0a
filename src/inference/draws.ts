import { createRng, hashText, type Rng } from "../base/random.js";
import { writeFeatures, type Encoded } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import { gridDistribution } from "../model/likelihoods/index.js";
import { levelProbabilities, numberDensity, type MemberPaths } from "../model/predictive.js";
import type { Predictor } from "./predictor.js";

/** Seeds of rows: from the person key, or from the row's content and how many equal rows came before it. */
export interface RowSeeds {
  seed(key: string | undefined, content: readonly string[]): number;
}

/** With a key the order of rows does not matter; without one (or with an empty one) equal rows are told apart by their occurrence. */
export function createRowSeeds(seed: number): RowSeeds {
  const seen = new Map<number, number>();
  return {
    seed(key, content) {
      if (key) return hashText(key, seed);
      const text = content.join("\u0001");
      const hash = hashText(text, seed) * 2097152 + (hashText(text, ~seed) & 0x1fffff);
      const occurrence = seen.get(hash) ?? 0;
      seen.set(hash, occurrence + 1);
      return hashText(`${text}\u0002${occurrence}`, seed);
    },
  };
}

/** Most passes through the graph per draw; with more holes than this several are filled in one pass. */
export const defaultRounds = 24;

export interface DrawOptions {
  /** Most passes per draw. */
  readonly rounds?: number;
  /** Columns to draw, all by default; the others' holes stay holes, over which the model averages by itself. */
  readonly wanted?: ReadonlySet<number>;
}

/**
 * Draws the holes of each row jointly, by any-order ancestral sampling: in a random order of the row's own, a hole is
 * drawn from its distribution given all that is known or drawn so far. Above `rounds` holes several are drawn at once,
 * independently given the rest. Row r's draw depends only on its cells and on `seeds[r]`.
 * @param member which ensemble member draws: members differ, and so carry the uncertainty of the model itself
 * @returns (rows) x (columns) values: numbers in the user's units, level indices; NaN where nothing was drawn
 */
export async function drawHoles(
  predictor: Predictor,
  start: Encoded,
  seeds: ArrayLike<number>,
  draw: number,
  member: number,
  { rounds = defaultRounds, wanted }: DrawOptions = {},
): Promise<Float64Array[]> {
  const { layout } = predictor.model;
  const p = layout.columns.length;
  const features = start.features.slice();
  const observed = start.observed.slice();
  const drawn = Array.from({ length: start.rows }, () => new Float64Array(p).fill(NaN));
  const streams = Array.from({ length: start.rows }, (_, r) => createRng(seeds[r], draw));
  const orders = streams.map((rng, r) => holeOrder(observed.subarray(r * p, (r + 1) * p), rng, wanted));
  const perPass = orders.map((order) => Math.max(1, Math.ceil(order.length / rounds)));
  const passes = orders.reduce((most, order, r) => Math.max(most, Math.ceil(order.length / perPass[r])), 0);
  const own = predictor.find(start); // filled cells must not make a stranger of a person in the row memory
  for (let pass = 0; pass < passes; pass++) {
    const paths = (await predictor.run({ rows: start.rows, features, observed }, own))[member];
    for (let r = 0; r < start.rows; r++) {
      for (const j of orders[r].slice(pass * perPass[r], (pass + 1) * perPass[r])) {
        const value = drawCell(predictor, paths, r, j, streams[r].uniform());
        drawn[r][j] = value;
        setCell(layout, features, observed, r, j, value);
      }
    }
  }
  return drawn;
}

function holeOrder(observed: Uint8Array, rng: Rng, wanted?: ReadonlySet<number>): number[] {
  const holes = [...observed.keys()].filter((j) => !observed[j] && (wanted?.has(j) ?? true));
  for (let i = holes.length - 1; i > 0; i--) {
    const k = rng.int(i + 1);
    [holes[i], holes[k]] = [holes[k], holes[i]];
  }
  return holes;
}

function drawCell(predictor: Predictor, paths: MemberPaths, r: number, j: number, u: number): number {
  const { model } = predictor;
  if (model.layout.columns[j].kind === "number") return gridDistribution(model.grids.grids[j], numberDensity(model, [paths], r, j)).sample(u);
  const p = levelProbabilities(model, [paths], r, j);
  let sum = 0;
  for (let k = 0; k < p.length; k++) if (u < (sum += p[k])) return k;
  return p.length - 1;
}

function setCell(layout: Layout, features: Float32Array, observed: Uint8Array, r: number, j: number, value: number): void {
  const column = layout.columns[j];
  writeFeatures(column, value, features, r * layout.features + column.first);
  observed[r * layout.columns.length + j] = 1;
}
