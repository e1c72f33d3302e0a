import type { Layout } from "../data/layout.js";
import { Parameters, ops, type Graph, type Tensor } from "../engine/index.js";
import { joinFeatures, logVarianceRange, splitColumns, splitFeatures, toFeatures } from "./blocks.js";
import { linearPath, type MapTensors } from "./linearPath.js";
import { declareLatent, latent, type LatentConfig, type LatentDraw, type LatentOutputs } from "./latent.js";
import { answerAll, declareSet, encodeSet, type SetConfig, type TokenTensors } from "./setEncoder.js";
import { declareTransformer, encodeTokens, readTokens, type TransformerConfig } from "./transformer.js";

/*
 * The whole network, from top to bottom. B rows, D features, p columns (attributes), N of them numbers, M memory rows,
 * H kernel heads. A row is its features x, zero where hidden or a hole, and a bit per column that says "visible".
 *
 *   x, visible ──┬─> linear path   iterated ridge, unrolled                      -> linear (B, D)
 *                ├─> row memory    average over similar people, H heads           -> memory (B, D)
 *                └─> residual      MLP, or masked transformer; reads both paths   -> net (B, D), logVariance (B, N)
 *                                  encoder -> hidden state [ -> latent (s, z), optional ] -> decoder
 *                                  or, for wide tables, a set encoder of the visible cells alone (setEncoder.ts)
 *
 * Each path predicts every column: a number's mean in standard deviations, or the probabilities of its classes.
 * How the three become one predictive density is calibration.ts and predictive.ts.
 */

export interface MemoryConfig {
  /** Learned notions of "similar people". */
  readonly heads: number;
  /** Width of a head's row key. */
  readonly keyWidth: number;
  /** Width of the row encoder's hidden layer. */
  readonly hidden: number;
}

export interface MlpConfig {
  readonly kind: "mlp";
  readonly width: number;
  readonly dropout: number;
}

export interface NetworkConfig {
  readonly linearRounds: number;
  readonly memory: MemoryConfig | null;
  readonly residual: MlpConfig | TransformerConfig | SetConfig;
  /** A latent between the residual's encoder and its decoder; absent for none. */
  readonly latent?: LatentConfig;
  /** Starting strength of the linear path and of the row memory in the network's own prediction. */
  readonly gates: { readonly linear: number; readonly memory: number };
}

export interface MemoryInputs {
  /** (M, D) features of the people in memory, zero at their holes; (M, p) their observed bits, or shares of them. */
  readonly features: Tensor;
  readonly observed: Tensor;
  /** (H, M, keyWidth) */
  readonly keys: Tensor;
  /** (B, M) true where the memory row is the person itself, which must not see itself. */
  readonly own: Tensor;
}

export interface NetworkInputs {
  readonly x: Tensor; // (B, D)
  readonly visible: Tensor; // (B, p)
  /** The closed-form map of the linear path. */
  readonly map: MapTensors;
  readonly memory: MemoryInputs | null;
  /** The visible cells one by one, for the set encoder. */
  readonly tokens?: TokenTensors;
  /** (B, width) per hidden layer: 0 or 1 / (1 - dropout); absent outside training. */
  readonly dropout?: readonly Tensor[];
  /** The draws of the latent, where the network has one. */
  readonly draws?: readonly LatentDraw[];
  /** Pieces of the batch that a transformer's attention takes one after the other; 1 if not said. */
  readonly pieces?: number;
}

/** What the decoder says: classes as logits and numbers as means (B, D), and the numbers' log-variances (B, N). */
export interface NetPrediction {
  readonly logits: Tensor;
  readonly logVariance: Tensor;
}

export interface NetworkOutputs extends NetPrediction {
  readonly linear: Tensor; // (B, D)
  readonly memory: Tensor | null; // (B, D)
  /** One prediction per draw of the latent, the first of which is the network's own; just that one without a latent. */
  readonly draws: readonly NetPrediction[];
  readonly latent: LatentOutputs | null;
  /** Kernel weights of the row memory, for effective sample sizes and histograms: (H, B, M). */
  readonly kernel: Tensor | null;
  /** How much each head counts for each column: (H, p). */
  readonly headShare: Tensor | null;
}

/** Probabilities are kept above this before a logarithm is taken. */
export const smallest = 0.003;
/** Prior weight of the mean in the row memory, in units of the most similar person's weight. */
export const priorWeight = 0.03;

/** Declares every trainable parameter. */
export function declareNetwork(layout: Layout, config: NetworkConfig): Parameters {
  const params = new Parameters();
  const { features: d, numbers } = layout;
  const p = layout.columns.length;
  const fan = (n: number): number => 1 / Math.sqrt(n);
  if (config.residual.kind === "set") {
    declareSet(params, layout, config.residual, config.gates.linear);
    return params;
  }
  params.declare("gate.linear", [d], { fill: config.gates.linear });
  if (config.memory) {
    const { heads, keyWidth, hidden } = config.memory;
    params.declare("gate.memory", [d], { fill: config.gates.memory });
    params.declare("key.in", [d + p, hidden], { normal: 0.6 * fan(d + p) });
    params.declare("key.in.bias", [hidden], { fill: 0 });
    params.declare("key.out", [hidden, heads * keyWidth], { normal: 0.6 * fan(hidden) });
    params.declare("key.skip", [d, heads * keyWidth], { normal: 0.6 * fan(d) });
    params.declare("key.sharpness", [heads], { fill: 0 });
    params.declare("head.share", [heads, p], { fill: 0 }, false);
  }
  const { residual } = config;
  if (residual.kind === "transformer") {
    declareTransformer(params, layout, residual, config.memory !== null);
  } else {
    const w = residual.width;
    params.declare("mlp.1", [d + p, w], { normal: 0.6 * fan(d + p) });
    params.declare("mlp.1.bias", [w], { fill: 0 });
    params.declare("mlp.2", [w, w], { normal: 0.6 * fan(w) });
    params.declare("mlp.2.bias", [w], { fill: 0 });
    params.declare("mlp.out", [w, d], { normal: 0.03 * fan(w) });
    params.declare("mlp.out.bias", [d], { fill: 0 });
    if (numbers > 0) {
      params.declare("mlp.variance", [w, numbers], { normal: 0.02 * fan(w) });
      params.declare("mlp.variance.bias", [numbers], { fill: -0.5 });
    }
  }
  if (config.latent) declareLatent(params, config.latent, residual.width);
  return params;
}

/** Runs the whole network. `params` maps the names of `declareNetwork` to tensors. */
export function network(layout: Layout, config: NetworkConfig, params: ReadonlyMap<string, Tensor>, inputs: NetworkInputs): NetworkOutputs {
  const get = (name: string): Tensor => params.get(name)!;
  const bits = toFeatures(inputs.visible, layout); // (B, D)
  const x = ops.mul(inputs.x, bits);

  const path = linearPath(layout, x, inputs.visible, bits, inputs.map, config.linearRounds);
  const linear = probabilities(path.predicted, layout);

  const { residual } = config;
  if (residual.kind === "set") {
    const encoded = encodeSet(residual, get, inputs.tokens!, (table, rows) => ops.take(table, rows, 0));
    const out = answerAll(layout, residual, get, linear, logarithms(linear, layout), encoded);
    return { linear, memory: null, ...out, draws: [out], latent: null, kernel: null, headShare: null };
  }

  const kernel = config.memory && inputs.memory ? rowMemory(layout, config.memory, get, x, inputs) : null;
  let logits = ops.mul(get("gate.linear"), logarithms(linear, layout));
  if (kernel) logits = ops.add(logits, ops.mul(get("gate.memory"), logarithms(kernel.predicted, layout)));

  const memory = kernel?.predicted ?? null;
  const attends = residual.kind === "transformer";
  const hidden = attends ? encodeTokens(layout, residual, get, { x, visible: inputs.visible, bits, linear, memory, pieces: inputs.pieces }) : mlpEncoder(get, path.filled, inputs);
  const box = config.latent ? latent(config.latent, get, attends ? ops.mean(hidden, [1]) : hidden, inputs.draws!) : null;
  // The latent's state takes the place of the MLP's hidden state, and is added to every token of a transformer.
  const join = (state: Tensor): Tensor => (attends ? ops.add(hidden, ops.reshape(state, [state.shape[0], 1, residual.width])) : state);
  const draws = (box ? box.states.map(join) : [hidden]).map((state) => {
    const out = attends ? readTokens(layout, get, state) : mlpDecoder(layout, get, state);
    return { logits: ops.add(logits, out.logits), logVariance: out.logVariance };
  });
  return { linear, memory, ...draws[0], draws, latent: box, kernel: kernel?.weights ?? null, headShare: kernel?.share ?? null };
}

/** Two hidden layers over the row as the linear path fills it, and its visible bits -> (B, width). */
function mlpEncoder(get: (name: string) => Tensor, filled: Tensor, inputs: NetworkInputs): Tensor {
  const drop = (h: Tensor, i: number): Tensor => (inputs.dropout ? ops.mul(h, inputs.dropout[i]) : h);
  const h1 = drop(ops.silu(dense(get, ops.concat([filled, inputs.visible], -1), "mlp.1")), 0); // (B, width)
  return drop(ops.silu(dense(get, h1, "mlp.2")), 1);
}

function mlpDecoder(layout: Layout, get: (name: string) => Tensor, h: Tensor): NetPrediction {
  const logits = dense(get, h, "mlp.out"); // (B, D)
  return { logits, logVariance: layout.numbers > 0 ? ops.clamp(dense(get, h, "mlp.variance"), ...logVarianceRange) : emptyColumns(logits) };
}

const dense = (get: (name: string) => Tensor, x: Tensor, name: string): Tensor => ops.add(ops.matmul(x, get(name)), get(`${name}.bias`));

/** Keys by which people are compared: a linear map plus a small MLP of what is visible -> (H, rows, keyWidth). */
export function rowKeys(config: MemoryConfig, get: (name: string) => Tensor, x: Tensor, visible: Tensor): Tensor {
  const h = ops.silu(ops.add(ops.matmul(ops.concat([x, visible], -1), get("key.in")), get("key.in.bias")));
  const flat = ops.add(ops.matmul(h, get("key.out")), ops.matmul(x, get("key.skip"))); // (rows, H keyWidth)
  return ops.transpose(ops.reshape(flat, [x.shape[0], config.heads, config.keyWidth]), [1, 0, 2]);
}

/**
 * Kernel average over the people in memory (Nadaraya 1964, Watson 1964) with learned keys: weights exp(-tau |q - k|^2),
 * per column over those who observed it, H heads mixed per column by a softmax.
 */
function rowMemory(layout: Layout, config: MemoryConfig, get: (name: string) => Tensor, x: Tensor, inputs: NetworkInputs) {
  const g = x.graph;
  const memory = inputs.memory!;
  const queries = rowKeys(config, get, x, inputs.visible); // (H, B, k)
  const squared = (t: Tensor): Tensor => ops.sum(ops.square(t), [2], true);
  const cross = ops.matmulTransposed(queries, memory.keys); // (H, B, M)
  const keyNorm = ops.transpose(squared(memory.keys), [0, 2, 1]); // (H, 1, M)
  const distance = ops.add(ops.sub(squared(queries), ops.scale(cross, 2)), keyNorm);
  const sharpness = ops.exp(ops.reshape(get("key.sharpness"), [config.heads, 1, 1]));
  const score = ops.where(memory.own, g.constant(-1e9), ops.neg(ops.mul(distance, sharpness)));
  const kernel = ops.exp(ops.sub(score, ops.maxAlong(score, 2))); // the most similar person has 1
  const weights = ops.where(memory.own, g.constant(0), kernel); // (H, B, M); zero too for who is alone in the memory

  const total = toFeatures(ops.matmul(weights, memory.observed), layout); // (H, B, D)
  const sums = ops.matmul(weights, memory.features); // (H, B, D)
  const average = ops.div(ops.add(sums, ops.scale(inputs.map.center, priorWeight)), ops.addScalar(total, priorWeight));
  const share = headShares(get("head.share")); // (H, p)
  const perFeature = ops.reshape(toFeatures(share, layout), [config.heads, 1, layout.features]);
  const predicted = ops.sum(ops.mul(average, perFeature), [0]); // (B, D)
  return { predicted: probabilities(predicted, layout), weights, share };
}

/** Softmax over the heads, per column: (H, p) -> (H, p). */
const headShares = (raw: Tensor): Tensor => ops.transpose(ops.softmax(ops.transpose(raw, [1, 0])), [1, 0]);

/** Applies a function to the class blocks of (B, D), leaving numbers as they are. */
function onLevels(x: Tensor, layout: Layout, f: (block: Tensor) => Tensor): Tensor {
  const parts = splitFeatures(x, layout).map((part, i) => (layout.groups[i].kind === "number" ? part : f(part)));
  return joinFeatures(parts, layout);
}

/** Class blocks clipped to [smallest, 1] and normalised to sum to 1. */
const probabilities = (x: Tensor, layout: Layout): Tensor =>
  onLevels(x, layout, (block) => {
    const p = ops.clamp(block, smallest, 1); // (B, count, width)
    return ops.div(p, ops.sum(p, [2], true));
  });

const logarithms = (x: Tensor, layout: Layout): Tensor => onLevels(x, layout, ops.log);

/** The network's prediction with classes as probabilities. */
export const netPrediction = (logits: Tensor, layout: Layout): Tensor => onLevels(logits, layout, ops.softmax);

/** A (B, 0) tensor for tables without numbers. */
const emptyColumns = (x: Tensor): Tensor => x.graph.emit("Slice", [x, x.graph.int64([0]), x.graph.int64([0]), x.graph.int64([1])], [x.shape[0], 0]);

/**
 * Weighted negative log-likelihood of hidden cells, a scalar: for numbers a t distribution (`degrees`) with a scale per cell, for
 * classes cross-entropy; plus the row memory's own with weight `memoryLoss`, in which numbers count by half their squared error.
 * @param target (B, D) true features
 * @param weight (B, p) zero for cells that are not scored (true holes among them)
 */
export function networkLoss(layout: Layout, out: NetworkOutputs, target: Tensor, weight: Tensor, memoryLoss: number): Tensor {
  const own = pathLoss(layout, { values: out.logits, logVariance: out.logVariance, logProbability: ops.logSoftmax }, target, weight);
  if (!out.memory || memoryLoss === 0) return own;
  return ops.add(own, ops.scale(pathLoss(layout, { values: out.memory, logVariance: null, logProbability: ops.log }, target, weight), memoryLoss));
}

/**
 * Degrees of freedom of the t distribution by which training counts a number's squared error, in variances. By a normal one a
 * single value 30 deviations away outweighs a thousand others, and shapes the step of the batch that it is in.
 */
export const degrees = 20;

/** Twice the negative log-likelihood of a squared error in variances, by that t distribution, but for its constants. */
export const surpriseByT = (surprise: Tensor): Tensor => ops.scale(ops.log(ops.addScalar(ops.scale(surprise, 1 / degrees), 1)), degrees + 1);

/** Largest squared error in variances that one held-out number counts with: a few odd values must not choose the epoch. */
export const largestSurprise = 25;

/** The network's own loss on held-out cells, by which the best epoch is chosen, numbers by a normal distribution up to `largestSurprise`; with a latent the mean over its draws. */
export function heldOutLoss(layout: Layout, out: NetworkOutputs, target: Tensor, weight: Tensor): Tensor {
  const losses = out.draws.map((draw) => pathLoss(layout, { values: draw.logits, logVariance: draw.logVariance, logProbability: ops.logSoftmax }, target, weight, largestSurprise));
  return losses.length === 1 ? losses[0] : ops.scale(losses.reduce((a, b) => ops.add(a, b)), 1 / losses.length);
}

interface Predicted {
  /** (B, D) means of numbers, and of classes what `logProbability` takes. */
  readonly values: Tensor;
  /** (B, N); null for a variance of 1 throughout. */
  readonly logVariance: Tensor | null;
  readonly logProbability: (block: Tensor) => Tensor;
}

/** @param cap largest squared error in variances, by a normal distribution; without it by the t distribution */
function pathLoss(layout: Layout, { values, logVariance, logProbability }: Predicted, target: Tensor, weight: Tensor, cap?: number): Tensor {
  const p = splitFeatures(values, layout);
  const t = splitFeatures(target, layout);
  const w = splitColumns(weight, layout);
  const terms = layout.groups.map((group, i) => {
    if (group.kind === "levels") {
      const nll = ops.neg(ops.sum(ops.mul(logProbability(p[i]), t[i]), [2])); // (B, count)
      return ops.sum(ops.mul(nll, w[i]));
    }
    const value = (block: Tensor): Tensor => ops.reshape(ops.slice(block, 0, 1, 2), w[i].shape); // (B, count)
    const error = ops.square(ops.sub(value(p[i]), value(t[i])));
    const spread = logVariance && ops.slice(logVariance, group.firstColumn, group.firstColumn + group.count, 1);
    const surprise = spread ? ops.mul(error, ops.exp(ops.neg(spread))) : error;
    const bounded = cap !== undefined ? ops.clamp(surprise, 0, cap) : spread ? surpriseByT(surprise) : surprise;
    const nll = spread ? ops.add(bounded, spread) : bounded;
    return ops.scale(ops.sum(ops.mul(nll, w[i])), 0.5);
  });
  return terms.reduce((a, b) => ops.add(a, b));
}

/** Declares the memory's inputs with their keys computed from its rows, as in training. */
export function memoryFromRows(g: Graph, layout: Layout, config: MemoryConfig, params: ReadonlyMap<string, Tensor>): MemoryInputs {
  const features = g.input("memory.features", ["M", layout.features]);
  const observed = g.input("memory.observed", ["M", layout.columns.length]);
  const own = ops.equal(ops.reshape(g.input("row", ["B"], "int64"), ["B", 1]), ops.reshape(g.input("memory.row", ["M"], "int64"), [1, "M"]));
  return { features, observed, own, keys: rowKeys(config, (name) => params.get(name)!, features, observed) };
}
