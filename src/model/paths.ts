import type { Layout } from "../data/layout.js";
import { Graph, ops, type Parameters, type Tensor, type TensorData } from "../engine/index.js";
import { fixedNoise, probeLatent, type LatentConfig, type LatentDraw } from "./latent.js";
import type { LinearMap } from "./linearMap.js";
import { mapConstants } from "./linearPath.js";
import { netPrediction, network, rowKeys, type MemoryInputs, type NetworkConfig } from "./network.js";
import type { MemberPaths, OutputName } from "./predictive.js";
import { tokenInputs } from "./setTokens.js";

/** The people (or prototypes) that the row memory averages over. */
export interface MemoryRows {
  readonly rows: number;
  /** (M, features), zero where not observed. */
  readonly features: Float32Array;
  /** (M, columns): 1 observed, 0 hole; prototypes hold shares. */
  readonly observed: Float32Array;
  /** (M, grid cells): which cell of its column's grid each number lies in; empty when there are no grids to fill. */
  readonly cells: Float32Array;
  /** (M, sources) how much of a row comes from each source, 1 in all; absent for one table. */
  readonly sources?: Float32Array;
  /** (M) row numbers in the table that was learned from, so that a person does not see itself; -2 for prototypes. */
  readonly row: BigInt64Array;
}

/** A trained member: what is needed to answer, as plain numbers. */
export interface MemberWeights {
  readonly theta: Float32Array;
  readonly linear: LinearMap;
}

/** Where each number's grid cells lie; the histogram of the row memory is over them. */
export interface CellSpans {
  readonly first: readonly number[];
  readonly total: number;
}

/** Names of one member's outputs in the predict graph. */
export const memberOutputs = (member: number) => ({
  linear: `linear.${member}`,
  memory: `memory.${member}`,
  net: `net.${member}`,
  logVariance: `logVariance.${member}`,
  similar: `similar.${member}`,
  histogram: `histogram.${member}`,
  origin: `origin.${member}`,
  seen: `seen.${member}`,
});

/** Predictions that each member gives: one, or one per draw of its latent. */
export const drawsOf = ({ latent }: { readonly latent?: LatentConfig }): number => latent?.draws ?? 1;

/**
 * Gathers the members' outputs of runs over parts of a table into arrays over all its rows. A draw of a latent has a
 * network's prediction of its own, and the rest from the draw before it.
 */
export function collectPaths(rows: number, members: number): { add(out: Readonly<Record<string, TensorData>>, rows: Int32Array): void; readonly paths: MemberPaths[] } {
  const collected: Partial<Record<OutputName, Float32Array>>[] = Array.from({ length: members }, () => ({}));
  return {
    /** Takes the first rows of a run's outputs as these rows of the table. */
    add(out, places) {
      const whole = places.length === rows && places.every((i, r) => i === r);
      collected.forEach((member, k) => {
        const names = memberOutputs(k);
        for (const key of Object.keys(names) as OutputName[]) {
          const output = out[names[key]];
          if (!output && k > 0 && collected[k - 1][key]) member[key] ??= collected[k - 1][key];
          if (!output) continue;
          const data = output.data as Float32Array;
          const width = data.length / output.dims[0];
          if (whole) {
            member[key] = data.subarray(0, rows * width);
            continue;
          }
          const all = (member[key] ??= new Float32Array(rows * width));
          places.forEach((i, r) => all.set(data.subarray(r * width, (r + 1) * width), i * width));
        }
      });
    },
    paths: collected as MemberPaths[],
  };
}

/** A member's predictions averaged over the draws of its latent: what its path weighs. */
export function meanOfDraws(draws: readonly MemberPaths[]): MemberPaths {
  if (draws.length === 1) return draws[0];
  return { ...draws[0], net: draws[0].net.map((_, at) => draws.reduce((sum, { net }) => sum + net[at], 0) / draws.length) };
}

/**
 * The graph that is saved, served and exported: features and visible bits in, every member's three predictions out.
 * Inputs: x (B, D), visible (B, p), row (B) int64 (row number in the learned table, -1 for anybody else); the set encoder's
 * tokens (setTokens.ts).
 * Outputs per member: linear, memory, net (B, D); logVariance (B, N); similar (B, p), the effective number of similar
 * people behind the memory's answer (sum w)^2 / sum w^2; origin (B, sources p), the share of each source in them, source
 * after source; histogram (B, grid cells), the memory's distribution of numbers; seen (B, 1), the visible share of the columns.
 * With a latent of K draws, member m's outputs are called by m K, and the other draws give net and logVariance alone.
 * @param probe whether to give, of a single member, what tells how much its latent says (probeLatent)
 */
export function buildPathGraph(
  layout: Layout,
  config: NetworkConfig,
  params: Parameters,
  members: readonly MemberWeights[],
  memory: MemoryRows | null,
  spans: CellSpans,
  probe = false,
): Graph {
  const g = new Graph();
  const x = g.input("x", ["B", layout.features]);
  const visible = g.input("visible", ["B", layout.columns.length]);
  const tokens = config.residual.kind === "set" ? tokenInputs(g, "B") : undefined;
  const people = memory ? memoryConstants(g, layout, memory) : null;
  const seen = ops.mean(visible, [1], true);
  members.forEach(({ theta, linear }, k) => {
    const values = params.constants(g, theta);
    const keys = people && rowKeys(config.memory!, (name) => values.get(name)!, people.features, people.observed);
    const inputs = people ? ({ ...people, keys: keys! } satisfies MemoryInputs) : null;
    const fixed = config.latent && fixedNoise(g, config.latent, k);
    const draws: LatentDraw[] | undefined = fixed && probe ? [...fixed, ...fixedNoise(g, { ...config.latent!, draws: 1, point: "plug-in" }, k), "prior"] : fixed;
    const out = network(layout, config, values, { x, visible, map: mapConstants(g, linear), memory: inputs, tokens, draws });
    const first = k * drawsOf(config);
    const names = memberOutputs(first);
    g.output(names.linear, out.linear);
    g.output(names.seen, seen);
    if (out.latent && probe) {
      probeLatent(g, out.latent);
      g.output("latent.prior", netPrediction(out.draws.at(-1)!.logits, layout));
    }
    out.draws.slice(0, drawsOf(config)).forEach(({ logits, logVariance }, draw) => {
      const own = memberOutputs(first + draw);
      g.output(own.net, netPrediction(logits, layout));
      if (layout.numbers > 0) g.output(own.logVariance, logVariance);
    });
    if (!people || !out.memory) return;
    g.output(names.memory, out.memory);
    g.output(names.similar, effectiveSize(out.kernel!, people.observed, out.headShare!));
    if (people.sources) g.output(names.origin, originShares(out.kernel!, people.observed, people.sources, out.headShare!));
    if (spans.total > 0 && layout.numbers > 0) {
      g.output(names.histogram, histogram(out.kernel!, people.cells!, people.observed, out.headShare!, layout, spans));
    }
  });
  return g;
}

function memoryConstants(g: Graph, layout: Layout, memory: MemoryRows) {
  const row = ops.reshape(g.input("row", ["B"], "int64"), ["B", 1]);
  const own = g.int64([...memory.row].map(Number), [1, memory.rows]);
  const total = memory.cells.length / memory.rows;
  return {
    features: g.constant(memory.features, [memory.rows, layout.features]),
    observed: g.constant(memory.observed, [memory.rows, layout.columns.length]),
    cells: total > 0 ? g.constant(memory.cells, [memory.rows, total]) : null,
    own: ops.equal(row, own),
    sources: memory.sources ? columnsOf(memory.sources, memory.rows).map((column) => g.constant(column, [memory.rows, 1])) : null,
  };
}

/** The columns of a matrix (rows, n). */
const columnsOf = (matrix: Float32Array, rows: number): Float32Array[] =>
  Array.from({ length: matrix.length / rows }, (_, s) => Float32Array.from({ length: rows }, (_r, i) => matrix[(i * matrix.length) / rows + s]));

/** (sum w)^2 / sum w^2 over the people who observed the column, heads mixed as in the prediction -> (B, p). */
function effectiveSize(kernel: Tensor, observed: Tensor, share: Tensor): Tensor {
  const total = ops.matmul(kernel, observed); // (H, B, p)
  const squares = ops.matmul(ops.square(kernel), observed);
  const size = ops.div(ops.square(total), ops.addScalar(squares, 1e-9));
  const heads = share.shape[0];
  return ops.sum(ops.mul(size, ops.reshape(share, [heads, 1, share.shape[1]])), [0]);
}

/** How much of the weight behind each column's answer comes from each source -> (B, sources p), source after source. */
function originShares(kernel: Tensor, observed: Tensor, sources: readonly Tensor[], share: Tensor): Tensor {
  const [heads, p] = share.shape;
  const total = ops.addScalar(ops.matmul(kernel, observed), 1e-9); // (H, B, p)
  const mixed = sources.map((from) => {
    const part = ops.div(ops.matmul(kernel, ops.mul(observed, from)), total);
    return ops.sum(ops.mul(part, ops.reshape(share, [heads, 1, p])), [0]); // (B, p)
  });
  return ops.concat(mixed, 1);
}

/**
 * The kernel's distribution of each number over its grid's cells -> (B, cells). Sums to 1 per column, or to 0 if nobody
 * observed it. People's weights are mixed over the heads for each column before they are added up, or what each head adds up
 * is mixed, whichever array is smaller: of a few prototypes the first, of many rows the second.
 */
function histogram(kernel: Tensor, cells: Tensor, observed: Tensor, share: Tensor, layout: Layout, spans: CellSpans): Tensor {
  const n = layout.numbers;
  const [heads, , people] = kernel.shape as [number, number, number];
  const total = ops.matmul(kernel, ops.slice(observed, 0, n, 1)); // (H, B, n)
  const perColumn = ops.div(ops.reshape(ops.slice(share, 0, n, 1), [heads, 1, n]), ops.addScalar(total, 1e-9));
  const sizes = spans.first.slice(0, n).map((first, j) => (spans.first[j + 1] ?? spans.total) - first);
  if (n * people < heads * spans.total) return mixedFirst(kernel, cells, perColumn, sizes);
  const columnOf = sizes.flatMap((size, j) => new Array<number>(size).fill(j));
  const mass = ops.matmul(kernel, cells); // (H, B, cells)
  // Whole rows are gathered and laid back: a gather of single numbers takes three times as long.
  const perCell = ops.transpose(ops.gather(ops.transpose(perColumn, [2, 0, 1]), columnOf, 0), [1, 2, 0]); // (H, B, cells)
  return ops.sum(ops.mul(mass, perCell), [0]);
}

/** One product per column, of the people's weights (n, B, M) and their cells, filled up to the most cells of a column. */
function mixedFirst(kernel: Tensor, cells: Tensor, perColumn: Tensor, sizes: readonly number[]): Tensor {
  const most = Math.max(...sizes);
  const rows = kernel.shape[1];
  let first = 0;
  const places = sizes.flatMap((size) => {
    const own = Array.from({ length: most }, (_, b) => first + Math.min(b, size - 1));
    first += size;
    return own;
  });
  const people = cells.shape[0] as number;
  const weights = ops.matmul(ops.transpose(perColumn, [1, 2, 0]), ops.transpose(kernel, [1, 0, 2])); // (B, n, M)
  const filledUp = ops.transpose(ops.reshape(ops.gather(cells, places, 1), [people, sizes.length, most]), [1, 2, 0]); // (n, most, M)
  const mass = ops.reshape(ops.matmul(filledUp, ops.transpose(weights, [1, 2, 0])), [sizes.length * most, rows]);
  const kept = sizes.flatMap((size, j) => Array.from({ length: size }, (_, b) => j * most + b));
  return ops.transpose(ops.gather(mass, kept, 0), [1, 0]);
}
