import type { Group, Layout } from "../data/layout.js";
import { ops, type Parameters, type Tensor } from "../engine/index.js";
import { joinFeatures, logVarianceRange, splitFeatures } from "./blocks.js";

/*
 * A set encoder for tables of hundreds to thousands of columns, after the Perceiver (Jaegle et al. 2021): only visible
 * cells are tokens, M learned latents read them, attend to each other, and answer queries. L tokens in a row, Q queries,
 * d wide, D features.
 *
 *   visible cells ──> tokens (B, L, d) ──> latents (B, M, d), each a weighted mean of the tokens ──> self-attention, MLP
 *   asked cells: column's vector + what the linear path predicts there ──> attend to the latents [and to the tokens], MLP
 *                ──> head: one product with a vector per feature
 *
 * Per column there are a query vector, and per feature a vector for reading and one for asking and answering: parameters and
 * the optimiser's work grow with D d, and a row's cost with its tokens and queries.
 */

export interface SetConfig {
  readonly kind: "set";
  /** Width d of a token. */
  readonly width: number;
  /** Blocks of self-attention among the latents. */
  readonly depth: number;
  readonly heads: number;
  readonly latents: number;
  /** Queries attend to the visible tokens, too: near-duplicates of a column are not lost in the latents. */
  readonly queriesSeeTokens: boolean;
}

/** The visible cells of a batch; rows with fewer than L are filled up with tokens that are not there. */
export interface TokenTensors {
  /** (B, L) int64: a number's first feature, or the feature of the class that a column has. */
  readonly row: Tensor;
  /** (B, L, 2): a number's normal score (the value where it has none) and its value; zeros for classes. */
  readonly value: Tensor;
  /** (B, L): 1, or 0 for tokens that are not there. */
  readonly present: Tensor;
}

/** What queries read. */
export interface EncodedSet {
  readonly latents: Tensor; // (B, M, d)
  readonly tokens: Tensor; // (B, L, d)
  readonly present: Tensor; // (B, L)
}

/** Reads rows of a parameter table; in training with a plan for the gradient. */
export type ReadRows = (table: Tensor, indices: Tensor) => Tensor;

/** Width of the value's hidden layer. */
const valueWidth = 16;

export function declareSet(params: Parameters, layout: Layout, config: SetConfig, gate: number): void {
  const { width: d, depth, latents, queriesSeeTokens } = config;
  const fan = 1 / Math.sqrt(d);
  params.declare("set.base", [layout.features, d], { normal: 0.5 });
  params.declare("set.query", [layout.columns.length, d], { normal: 0.5 });
  params.declare("set.head", [layout.features, d], { normal: 0.3 * fan });
  // A feature's bias, and the strength of the linear path in its prediction.
  params.declare("set.scale", [layout.features, 2], { values: Float32Array.from({ length: 2 * layout.features }, (_, at) => (at % 2 === 0 ? 0 : gate)) }, false);
  params.declare("set.variance", [d, d], { normal: 0.01 });
  params.declare("set.variance.bias", [1], { fill: -0.5 });
  params.declare("set.gain", [d, d], { normal: fan });
  params.declare("set.value.in", [2, valueWidth], { normal: 0.7 });
  params.declare("set.value.bias", [valueWidth], { normal: 0.5 });
  params.declare("set.value.out", [valueWidth, d], { normal: 0.6 / Math.sqrt(valueWidth) });
  params.declare("set.linear", [d, d], { normal: 3 * fan });
  params.declare("set.latent", [latents, d], { normal: 0.5 });
  params.declare("set.read", [d, latents], { normal: 1 });
  params.declare("set.read.out", [d, d], { normal: 0.6 * fan });
  const norm = (name: string): void => {
    params.declare(`${name}.scale`, [d], { fill: 1 });
    params.declare(`${name}.shift`, [d], { fill: 0 });
  };
  const attention = (name: string): void => {
    norm(`${name}.norm`);
    for (const part of ["query", "key", "value"]) params.declare(`${name}.${part}`, [d, d], { normal: 0.6 * fan });
    params.declare(`${name}.out`, [d, d], { normal: 0.2 * fan });
  };
  const mlp = (name: string): void => {
    norm(`${name}.norm`);
    params.declare(`${name}.up`, [d, 2 * d], { normal: 0.6 * fan });
    params.declare(`${name}.up.bias`, [2 * d], { fill: 0 });
    params.declare(`${name}.down`, [2 * d, d], { normal: 0.15 * fan });
    params.declare(`${name}.down.bias`, [d], { fill: 0 });
  };
  norm("set.token");
  for (let l = 0; l < depth; l++) {
    attention(`set.block${l}`);
    mlp(`set.block${l}`.concat(".mlp"));
  }
  norm("set.state");
  attention("set.ask");
  if (queriesSeeTokens) attention("set.look");
  mlp("set.answer");
  norm("set.final");
}

type Get = (name: string) => Tensor;

const normalised = (get: Get, x: Tensor, name: string): Tensor => ops.layerNorm(x, get(`${name}.scale`), get(`${name}.shift`));

/** Multi-head attention of q (B, n, d), normalised by the block's own norm, to keys (B, m, d) -> (B, n, d). */
function attend(get: Get, name: string, heads: number, q: Tensor, keys: Tensor, present: Tensor | null = null): Tensor {
  const projected = (x: Tensor, part: string): Tensor => ops.matmul(x, get(`${name}.${part}`));
  return ops.matmul(ops.attention(projected(q, "query"), projected(keys, "key"), projected(keys, "value"), heads, { present }), get(`${name}.out`));
}

/** Added to scores, it makes the weight of an absent token an exact zero: (B, L) -> (B, 1, L). */
const absent = (present: Tensor): Tensor => ops.reshape(ops.scale(ops.addScalar(present, -1), 1e9), [present.shape[0], 1, present.shape[1]]);

function mlp(get: Get, name: string, h: Tensor): Tensor {
  const up = ops.silu(ops.add(ops.matmul(normalised(get, h, `${name}.norm`), get(`${name}.up`)), get(`${name}.up.bias`)));
  return ops.add(ops.matmul(up, get(`${name}.down`)), get(`${name}.down.bias`));
}

/** Tokens of the visible cells, and the latents that have read them. */
export function encodeSet(config: SetConfig, get: Get, tokens: TokenTensors, read: ReadRows): EncodedSet {
  const { depth, heads, latents: m, width: d } = config;
  const { present } = tokens;
  const base = read(get("set.base"), tokens.row); // (B, L, d)
  const value = ops.silu(ops.add(ops.matmul(tokens.value, get("set.value.in")), get("set.value.bias"))); // (B, L, valueWidth)
  const gain = ops.matmul(base, get("set.gain")); // a column's own directions for its value
  const x = normalised(get, ops.add(base, ops.mul(gain, ops.matmul(value, get("set.value.out")))), "set.token");
  const scores = ops.scale(ops.transpose(ops.matmul(x, get("set.read")), [0, 2, 1]), 1 / Math.sqrt(d)); // (B, M, L)
  const seen = ops.reshape(present, [present.shape[0], 1, present.shape[1]]);
  const weights = ops.mul(ops.softmax(ops.add(scores, absent(present))), seen);
  let z = ops.add(ops.matmul(ops.matmul(weights, x), get("set.read.out")), ops.reshape(get("set.latent"), [1, m, d])); // (B, M, d)
  for (let l = 0; l < depth; l++) {
    const n = normalised(get, z, `set.block${l}.norm`);
    z = ops.add(z, attend(get, `set.block${l}`, heads, n, n));
    z = ops.add(z, mlp(get, `set.block${l}.mlp`, z));
  }
  return { latents: normalised(get, z, "set.state"), tokens: x, present };
}

/** Answers queries (B, Q, d) -> hidden states (B, Q, d) for the heads. */
export function askSet(config: SetConfig, get: Get, queries: Tensor, { latents, tokens, present }: EncodedSet): Tensor {
  let h = ops.add(queries, attend(get, "set.ask", config.heads, normalised(get, queries, "set.ask.norm"), latents));
  if (config.queriesSeeTokens) h = ops.add(h, attend(get, "set.look", config.heads, normalised(get, h, "set.look.norm"), tokens, present));
  h = ops.add(h, mlp(get, "set.answer", h));
  return normalised(get, h, "set.final");
}

/** A query's state: its column's vector, and its features' vectors weighted by the linear path's prediction, both (…, d). */
export const queryState = (get: Get, column: Tensor, predicted: Tensor): Tensor => ops.add(column, ops.matmul(predicted, get("set.linear")));

/** Log-variances of numbers from their hidden states and column vectors, both (…, d) -> (…). */
export function setVariance(get: Get, h: Tensor, column: Tensor): Tensor {
  const d = h.shape.at(-1) as number;
  const raw = ops.scale(ops.sum(ops.mul(ops.matmul(h, get("set.variance")), column), [h.shape.length - 1]), 1 / Math.sqrt(d));
  return ops.clamp(ops.add(raw, get("set.variance.bias")), ...logVarianceRange);
}

/**
 * Every column of every row: what is saved and served.
 * @param linear (B, D) the linear path's prediction; `logs` the same with classes as log-probabilities
 * @returns logits (B, D), the linear path's share in them, and logVariance (B, N)
 */
export function answerAll(layout: Layout, config: SetConfig, get: Get, linear: Tensor, logs: Tensor, encoded: EncodedSet): { logits: Tensor; logVariance: Tensor } {
  const { width: d } = config;
  const rows = linear.shape[0];
  const p = layout.columns.length;
  const headOf = ({ firstFeature, count, width }: Group): Tensor =>
    ops.reshape(ops.slice(get("set.head"), firstFeature, firstFeature + count * width, 0), [count, width, d]);
  const predicted = splitFeatures(linear, layout).map((part, i) => {
    const group = layout.groups[i];
    const block = ops.transpose(part, [1, 0, 2]); // (count, B, width)
    const vectors = headOf(group);
    // A number's second feature, its normal score, is not asked for.
    return group.kind === "number" ? ops.matmul(ops.slice(block, 0, 1, 2), ops.slice(vectors, 0, 1, 1)) : ops.matmul(block, vectors);
  });
  const column = get("set.query");
  const states = queryState(get, ops.reshape(column, [1, p, d]), ops.transpose(ops.concat(predicted, 0), [1, 0, 2])); // (B, p, d)
  const h = askSet(config, get, states, encoded);
  const byColumn = ops.transpose(h, [1, 0, 2]); // (p, B, d)
  const blocks = layout.groups.map((group) => {
    const block = ops.matmulTransposed(ops.slice(byColumn, group.firstColumn, group.firstColumn + group.count, 0), headOf(group)); // (count, B, width)
    return ops.transpose(block, [1, 0, 2]);
  });
  const scale = ops.split(ops.transpose(get("set.scale"), [1, 0]), [1, 1], 0); // bias, gate: (1, D)
  const logits = ops.add(ops.add(joinFeatures(blocks, layout), scale[0]), ops.mul(scale[1], logs));
  const n = layout.numbers;
  const g = linear.graph;
  if (n === 0) return { logits, logVariance: g.emit("Slice", [linear, g.int64([0]), g.int64([0]), g.int64([1])], [rows, 0]) };
  return { logits, logVariance: setVariance(get, ops.slice(h, 0, n, 1), ops.reshape(ops.slice(column, 0, n, 0), [1, n, d])) };
}
