import { VhgmError } from "../base/errors.js";
import { createRng, permutation, type Rng } from "../base/random.js";
import type { Encoded } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import { float32, int64, type Parameters, type Session, type SessionFactory, type TensorData } from "../engine/index.js";
import { gumbel, hasComponents, hasNormal } from "../model/latent.js";
import type { LinearMap } from "../model/linear.js";
import { mapFeeds } from "../model/linearPath.js";
import { maskingMixture } from "../model/masking/index.js";
import type { NetworkConfig } from "../model/network.js";
import type { MemoryRows } from "../model/paths.js";
import { betaAt, temperatureAt } from "./annealing.js";
import type { Fold } from "./folds.js";
import { scoringGraph, trainingGraph } from "./graph.js";
import { stageMasks, type ResolvedOptions } from "./options.js";
import { evenlySpaced, pickRows } from "./rows.js";
import { batchRows, openSetFeeds, type BatchRow, type SetFeeds } from "./setFeeds.js";
import { setLossGraph } from "./setGraph.js";
import { setShape } from "./setShape.js";
import { fewCells, type RowRoles } from "./sources.js";

/** Everything that a training needs to go on exactly where it stood at the end of an epoch. */
export interface MemberState {
  epoch: number;
  step: number;
  theta: Float32Array;
  m: Float32Array;
  v: Float32Array;
  average: Float32Array;
  rng: readonly number[];
  bestScore: number;
  bestEpoch: number;
  best: Float32Array;
}

export interface EpochReport {
  readonly epoch: number;
  readonly epochs: number;
  readonly trainLoss: number;
  /** Held-out negative log-likelihood per cell (standardised units); NaN when this epoch was not scored. */
  readonly heldOutLoss: number;
  /** Kullback-Leibler divergence of a latent, in nats per row of the training batches. */
  readonly kl?: number;
  readonly rows: number;
}

export interface MemberHooks {
  onEpoch?(report: EpochReport): void;
  /** Called at the end of each epoch with the state to go on from. */
  checkpoint?(state: MemberState): void | Promise<void>;
  /** True when the person asked to stop. */
  stopped?(): boolean;
}

export interface MemberInput {
  readonly layout: Layout;
  readonly config: NetworkConfig;
  readonly params: Parameters;
  /** The table with the held-out cells as holes. */
  readonly table: Encoded;
  /** The table with all observed cells. */
  readonly full: Encoded;
  readonly fold: Fold;
  readonly linear: LinearMap;
  /** Prototypes to compare people with, where the finished model holds these; null: the people of the table. */
  readonly prototypes: MemoryRows | null;
  readonly rows: RowRoles;
  readonly member: number;
  readonly options: ResolvedOptions;
  readonly open: SessionFactory;
}

const warmUp = 50;
/** Passes over a table that is too small to hold out a cell: few, since nothing tells when it learns too much by heart. */
const unjudgedEpochs = 20;

/**
 * Trains one member and returns the weight average of its best epoch by held-out cells, or of a short training's last.
 * @throws VhgmError code 'data' when the loss is no longer a number
 */
export async function trainMember(input: MemberInput, hooks: MemberHooks = {}, resume?: MemberState): Promise<{ theta: Float32Array; epoch: number; score: number }> {
  const { layout, config, params, table, options, open } = input;
  const rng = createRng(options.seed, 0x7e41, input.member);
  const state = resume ?? startState(params, rng);
  rng.restore(state.rng);
  const batches = new Batches(input, rng);
  const { residual } = config;
  const shape = residual.kind === "set" ? setShape(layout, batches.frequency, options.batch, options.queries) : null;
  const sets = shape && (await openSetFeeds(layout, shape, input.linear, config.linearRounds, open));
  const graphOf = (training: boolean): Uint8Array => {
    if (residual.kind === "set") return setLossGraph(layout, residual, params, shape!, options, training);
    return (training ? trainingGraph : scoringGraph)(layout, config, params, options);
  };
  const trainer = await open(graphOf(true));
  const scorer = await open(graphOf(false));
  try {
    const perEpoch = Math.max(1, Math.ceil(table.rows / options.batch));
    const judged = input.fold.heldCells > 0;
    const epochs = Math.max(1, Math.min(options.epochs, Math.ceil(options.steps / perEpoch), judged ? Infinity : unjudgedEpochs));
    const scoreEvery = Math.max(1, Math.round(epochs / 25));
    const patience = Math.max(epochs * options.patience, scoreEvery - 1);
    const fixed = { ...(sets ? {} : mapFeeds(input.linear)), decay: float32(params.decayMask(), params.size) };
    while (state.epoch < epochs && (state.bestEpoch === 0 || state.epoch - state.bestEpoch <= patience)) {
      batches.stage = 2 * state.epoch >= epochs ? 1 : 0;
      const order = permutation(table.rows, rng);
      let total = 0;
      let kl = 0;
      for (let b = 0; b < perEpoch; b++) {
        if (hooks.stopped?.()) return { theta: state.best, epoch: state.bestEpoch, score: state.bestScore };
        const batch = sets ? await sets.next(b, perEpoch, (at) => denseRows(batches.training(order, at).feeds), rng) : batches.training(order, b);
        const feeds = { ...fixed, ...batch.feeds, ...stepInputs(state, options, perEpoch * epochs), ...latentInputs(input, state.step, perEpoch * epochs, batch.weight, rng) };
        const out = await trainer.run(feeds);
        total += (out.loss.data as Float32Array)[0];
        if (config.latent) kl += (out.kl.data as Float32Array)[0];
        state.theta = out.next_theta.data as Float32Array;
        state.m = out.next_m.data as Float32Array;
        state.v = out.next_v.data as Float32Array;
        state.average = out.next_average.data as Float32Array;
      }
      if (!Number.isFinite(total)) {
        throw new VhgmError("data", `The training came apart in epoch ${state.epoch + 1} (its loss is no number); train with a lower learningRate than ${options.learningRate}.`);
      }
      state.epoch++;
      let score = NaN;
      if (!judged) {
        state.bestEpoch = state.epoch;
        state.best = state.average.slice();
      } else if (state.epoch % scoreEvery === 0 || state.epoch === epochs) {
        score = await heldOutScore(scorer, batches, { ...fixed, theta: float32(state.average, params.size) }, input, sets);
        if (score < state.bestScore || state.bestEpoch === 0) {
          state.bestScore = score;
          state.bestEpoch = state.epoch;
          state.best = state.average.slice();
        }
      }
      state.rng = rng.state();
      hooks.onEpoch?.({ epoch: state.epoch, epochs, trainLoss: total / perEpoch, heldOutLoss: score, ...(config.latent ? { kl: kl / (perEpoch * options.batch) } : {}), rows: table.rows });
      await hooks.checkpoint?.(state);
    }
    return { theta: state.best, epoch: state.bestEpoch, score: state.bestScore };
  } finally {
    await sets?.close();
    await trainer.close();
    await scorer.close();
  }
}

function startState(params: Parameters, rng: Rng): MemberState {
  const theta = params.initial(rng);
  const zeros = (): Float32Array => new Float32Array(params.size);
  return {
    epoch: 0,
    step: 0,
    theta,
    m: zeros(),
    v: zeros(),
    average: theta.slice(),
    rng: rng.state(),
    bestScore: Infinity,
    bestEpoch: 0,
    best: theta.slice(),
  };
}

/** Learning rate with warm-up and cosine decay, bias corrections and the moving average's rate for the next step. */
function stepInputs(state: MemberState, options: ResolvedOptions, steps: number): Record<string, TensorData> {
  const t = ++state.step;
  const rate = options.learningRate * Math.min(1, t / warmUp) * 0.5 * (1 + Math.cos((Math.PI * Math.min(t, steps)) / steps));
  const scalar = (x: number): TensorData => float32(Float32Array.of(x));
  const size = state.theta.length;
  return {
    theta: float32(state.theta, size),
    m: float32(state.m, size),
    v: float32(state.v, size),
    average: float32(state.average, size),
    rate: scalar(rate),
    c1: scalar(1 / (1 - 0.9 ** t)),
    c2: scalar(1 / (1 - 0.98 ** t)),
    keep: scalar(Math.min(options.average, (1 + t) / (10 + t))),
  };
}

/**
 * Noise of the latent's draw, temperature, and what the divergence of the batch weighs: beta over the weight of its cells,
 * so that with beta = 1 the loss is the negative evidence lower bound per cell.
 */
function latentInputs({ config, options }: MemberInput, step: number, steps: number, cells: number, rng: Rng): Record<string, TensorData> {
  const { latent } = config;
  if (!latent) return {};
  const noise = (units: number, draw: () => number): TensorData => float32(Float32Array.from({ length: options.batch * units }, draw), options.batch, units);
  const scalar = (x: number): TensorData => float32(Float32Array.of(x));
  return {
    ...(hasNormal(latent) ? { "latent.normal": noise(latent.width, () => rng.normal()) } : {}),
    ...(hasComponents(latent) ? { "latent.gumbel": noise(latent.components, () => gumbel(rng.uniform())), temperature: scalar(temperatureAt(options.temperature, step, steps)) } : {}),
    klWeight: scalar(betaAt(options.beta, step, steps) / Math.max(cells, 1e-9)),
  };
}

/** Loss per unit of weight over the held-out cells, all training cells visible; of some rows, where a set encoder has very many. */
async function heldOutScore(scorer: Session, batches: Batches, fixed: Record<string, TensorData>, { table, options }: MemberInput, sets: SetFeeds | null): Promise<number> {
  const size = sets ? options.batch : scoringBatch;
  const every = sets ? size * Math.max(1, Math.floor(table.rows / mostScored)) : size;
  const sampling = createRng(options.seed, 0x5c07);
  let total = 0;
  let weight = 0;
  for (let start = 0; start < table.rows; start += every) {
    const feeds = batches.scoring(start, size);
    const own = sets ? await sets.convert(denseRows(feeds), sampling, false) : { feeds, weight: 0 };
    const out = await scorer.run({ ...fixed, ...own.feeds });
    total += (out.loss.data as Float32Array)[0];
    weight += own.weight;
  }
  return total / Math.max(sets ? weight : batches.heldWeight, 1e-9);
}

const scoringBatch = 256;
/** Rows above which a set encoder is scored on a part of them. */
const mostScored = 4096;

const denseRows = ({ x, visible, weight }: Record<string, TensorData>): BatchRow[] =>
  batchRows(x.dims[0], x.data as Float32Array, visible.data as Float32Array, weight.data as Float32Array);

/** Builds the feeds of training and scoring batches. */
class Batches {
  readonly heldWeight: number;
  /** 0, or 1 in the second half of a training of two stages. */
  stage = 0;
  private readonly columnWeight: Float32Array;
  /** (columns) observed rates. */
  readonly frequency: Float32Array;
  private readonly order: Int32Array;
  private readonly masks;
  private readonly input: MemberInput;
  private readonly rng: Rng;
  private readonly allRows: Record<string, TensorData>;

  constructor(input: MemberInput, rng: Rng) {
    this.input = input;
    this.rng = rng;
    this.masks = stageMasks(input.options).map(maskingMixture);
    this.order = Int32Array.from(input.layout.columns.keys()).sort((a, b) => input.layout.columns[a].source - input.layout.columns[b].source);
    const { rows } = input.table;
    const p = input.layout.columns.length;
    this.frequency = new Float32Array(p);
    for (let i = 0; i < rows * p; i++) this.frequency[i % p] += input.fold.train[i] / rows;
    this.columnWeight = rarityWeights(this.frequency, input.options.rarity);
    let weight = 0;
    for (let i = 0; i < rows * p; i++) weight += input.fold.held[i] * this.columnWeight[i % p] * this.rowWeight(Math.floor(i / p));
    this.heldWeight = weight;
    this.allRows = input.prototypes ? memoryFeeds(input.prototypes, input.layout) : input.config.memory ? this.memory(evenlySpaced(rows, input.options.memoryRows)) : {};
  }

  /** Rows that lie at places [b batch, (b + 1) batch) of the order, wrapping round at the end; and the weight of their scored cells before it is made 1. */
  training(order: Int32Array, b: number): { feeds: Record<string, TensorData>; weight: number } {
    const { layout, options, table, fold, config } = this.input;
    const d = layout.features;
    const p = layout.columns.length;
    const size = options.batch;
    const x = new Float32Array(size * d);
    const visible = new Float32Array(size * p);
    const weight = new Float32Array(size * p);
    const row = new BigInt64Array(size);
    const hidden = new Uint8Array(p);
    const mask = this.masks[Math.min(this.stage, this.masks.length - 1)];
    let total = 0;
    for (let r = 0; r < size; r++) {
      const i = order[(b * size + r) % table.rows];
      const other = this.rng.int(table.rows);
      const observed = fold.train.subarray(i * p, (i + 1) * p);
      const context = { observed, other: fold.train.subarray(other * p, (other + 1) * p), frequency: this.frequency, others: this.input.rows.others(i), order: this.order };
      mask.hide(context, this.rng, hidden);
      const rowWeight = this.rowWeight(i);
      const few = this.input.rows.few && observed.reduce((sum, bit, j) => sum + (bit && !hidden[j] ? 1 : 0), 0) <= fewCells ? this.input.rows.few : null;
      x.set(table.features.subarray(i * d, (i + 1) * d), r * d);
      row[r] = BigInt(i);
      for (let j = 0; j < p; j++) {
        if (!observed[j]) continue;
        if (hidden[j]) total += weight[r * p + j] = this.columnWeight[j] * rowWeight * (few ? few(i, j) : 1);
        else {
          visible[r * p + j] = 1;
          if (options.visibleLoss > 0) total += weight[r * p + j] = options.visibleLoss * this.columnWeight[j] * rowWeight;
        }
      }
    }
    for (let i = 0; i < weight.length; i++) weight[i] /= Math.max(total, 1e-9);
    const feeds: Record<string, TensorData> = {
      x: float32(x, size, d),
      visible: float32(visible, size, p),
      weight: float32(weight, size, p),
      ...(config.memory ? { row: int64(row, size), ...this.sampledMemory() } : {}),
    };
    if (config.residual.kind === "mlp" && config.residual.dropout > 0) {
      for (const i of [0, 1]) feeds[`dropout.${i}`] = this.dropoutMask(size, config.residual.width, config.residual.dropout);
    }
    return { feeds, weight: total };
  }

  /** All training cells visible, held-out cells weighted. */
  scoring(start: number, most: number): Record<string, TensorData> {
    const { layout, full, fold, config } = this.input;
    const d = layout.features;
    const p = layout.columns.length;
    const end = Math.min(full.rows, start + most);
    const size = end - start;
    const weight = new Float32Array(size * p);
    for (let i = 0; i < weight.length; i++) weight[i] = fold.held[start * p + i] * this.columnWeight[i % p] * this.rowWeight(start + Math.floor(i / p));
    return {
      x: float32(full.features.subarray(start * d, end * d), size, d),
      visible: float32(Float32Array.from(fold.train.subarray(start * p, end * p)), size, p),
      weight: float32(weight, size, p),
      ...(config.memory ? { row: int64(BigInt64Array.from({ length: size }, (_, i) => BigInt(start + i)), size), ...this.allRows } : {}),
    };
  }

  private rowWeight(i: number): number {
    return this.input.rows.weight?.[i] ?? 1;
  }

  private sampledMemory(): Record<string, TensorData> {
    const { rows } = this.input.table;
    const { memoryRows } = this.input.options;
    if (rows <= memoryRows || this.input.prototypes) return this.allRows;
    return this.memory(permutation(rows, this.rng).subarray(0, memoryRows));
  }

  private memory(rows: Int32Array): Record<string, TensorData> {
    const { layout, table, fold } = this.input;
    const d = layout.features;
    const p = layout.columns.length;
    return {
      "memory.features": float32(pickRows(table.features, d, rows), rows.length, d),
      "memory.observed": float32(Float32Array.from(pickRows(fold.train, p, rows)), rows.length, p),
      "memory.row": int64(BigInt64Array.from(rows, BigInt), rows.length),
    };
  }

  private dropoutMask(rows: number, width: number, rate: number): TensorData {
    const mask = new Float32Array(rows * width);
    for (let i = 0; i < mask.length; i++) mask[i] = this.rng.uniform() < rate ? 0 : 1 / (1 - rate);
    return float32(mask, rows, width);
  }
}

const memoryFeeds = ({ rows, features, observed, row }: MemoryRows, layout: Layout): Record<string, TensorData> => ({
  "memory.features": float32(features, rows, layout.features),
  "memory.observed": float32(observed, rows, layout.columns.length),
  "memory.row": int64(row, rows),
});

/** (1 / observed rate)^power, relative to the mean rate and at most 20 times it. */
export function rarityWeights(frequency: Float32Array, power: number): Float32Array {
  const inverse = frequency.map((f) => 1 / Math.max(f, 0.01));
  const mean = inverse.reduce((a, b) => a + b, 0) / Math.max(inverse.length, 1);
  return inverse.map((w) => Math.min(w / mean, 20) ** power);
}
