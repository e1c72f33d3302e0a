import { VhgmError } from "../base/errors.js";
import { createRng, permutation, type Rng } from "../base/random.js";
import { createAdamW, float32, optimiserState, type Parameters, type Session, type SessionFactory, type TensorData } from "../engine/index.js";
import { gumbel, hasComponents, hasNormal } from "../model/latent.js";
import type { LinearMap } from "../model/linearMap.js";
import { betaAt, temperatureAt } from "./annealing.js";
import { Batches, type BatchInput } from "./batches.js";
import { scoringGraph, trainingGraph } from "./graph.js";
import { epochsFrom, isOver, isScored, scheduleOf, stepAt } from "./schedule.js";
import { batchRows, openSetFeeds, type BatchRow, type SetFeeds } from "./setFeeds.js";
import { setLossGraph } from "./setGraph.js";
import { setShape } from "./setShape.js";
import { openTrainer, piecesOf, type Beside } from "./trainer.js";

/** Everything that a training needs to go on exactly where it stood at the end of an epoch. */
export interface MemberState {
  readonly epoch: number;
  /** Epochs that this member takes at most, as things stand. */
  readonly epochs: number;
  readonly step: number;
  readonly theta: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
  readonly average: Float32Array;
  readonly rng: readonly number[];
  readonly bestScore: number;
  readonly bestEpoch: number;
  readonly best: Float32Array;
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

export interface MemberInput extends BatchInput {
  readonly params: Parameters;
  readonly linear: LinearMap;
  readonly member: number;
  readonly open: SessionFactory;
  readonly beside: Beside | null;
}

/**
 * Trains one member and returns the weight average of its best epoch by held-out cells, or of a short training's last.
 * @throws VhgmError code 'data' when the loss is no longer a number
 */
export async function trainMember(input: MemberInput, hooks: MemberHooks = {}, resume?: MemberState): Promise<{ theta: Float32Array; epoch: number }> {
  const { layout, config, params, table, options, open } = input;
  const rng = createRng(options.seed, 0x7e41, input.member);
  const optimiser = createAdamW(params.initial(rng), params.decayMask(), { weightDecay: options.weightDecay });
  const { theta, average } = optimiser;
  if (resume) for (const name of optimiserState) optimiser[name].set(resume[name]);
  const judged = input.fold.heldCells > 0;
  const schedule = scheduleOf(options, table.rows, judged);
  const { perEpoch, planned } = schedule;
  const { epoch, epochs, step, bestScore, bestEpoch, best } = resume ?? { epoch: 0, epochs: planned, step: 0, bestScore: Infinity, bestEpoch: 0, best: theta.slice() };
  const state = { epoch, epochs, step, bestScore, bestEpoch, best };
  if (resume) rng.restore(resume.rng);
  const batches = new Batches(input, rng);
  const { residual } = config;
  const shape = residual.kind === "set" ? setShape(layout, batches.frequency, options.batch, options.queries) : null;
  const sets = shape && (await openSetFeeds(layout, shape, input.linear, config.linearRounds, open));
  const trainer = await openTrainer({
    params,
    gradient: optimiser.gradient,
    graphOf: (rows) => (residual.kind === "set" ? setLossGraph(layout, residual, params, shape!, true) : trainingGraph(layout, config, params, input.linear, { ...options, batch: rows })),
    batch: options.batch,
    pieces: residual.kind === "transformer" ? piecesOf(options.batch, layout.columns.length) : 1,
    open,
    beside: input.beside,
  });
  const scorer = await open(residual.kind === "set" ? setLossGraph(layout, residual, params, shape!, false) : scoringGraph(layout, config, params, input.linear, options));
  try {
    const current = params.feeds(theta);
    const averaged = params.feeds(average);
    while (!isOver(state, options)) {
      batches.stage = 2 * state.epoch >= planned ? 1 : 0;
      const steps = perEpoch * state.epochs;
      const order = permutation(table.rows, rng);
      let total = 0;
      let kl = 0;
      for (let b = 0; b < perEpoch; b++) {
        if (hooks.stopped?.()) return { theta: state.best, epoch: state.bestEpoch };
        const batch = sets ? await sets.next(b, perEpoch, (at) => denseRows(batches.training(order, at).feeds), rng) : batches.training(order, b);
        const how = stepAt(state.step++, steps, options);
        const found = await trainer.step(current, { ...batch.feeds, ...latentInputs(input, state.step, steps, batch.weight, rng) });
        total += found.loss;
        kl += found.kl;
        optimiser.step(how);
      }
      if (!Number.isFinite(total)) {
        throw new VhgmError("data", `The training came apart in epoch ${state.epoch + 1} (its loss is no number); train with a lower learningRate than ${options.learningRate}.`);
      }
      state.epoch++;
      let score = NaN;
      if (!judged) {
        state.bestEpoch = state.epoch;
        state.best = average.slice();
      } else if (isScored(state)) {
        score = await heldOutScore(scorer, batches, averaged, input, sets);
        if (score < state.bestScore || state.bestEpoch === 0) {
          state.bestScore = score;
          state.bestEpoch = state.epoch;
          state.best = average.slice();
        }
        state.epochs = epochsFrom(schedule, state);
      }
      hooks.onEpoch?.({ epoch: state.epoch, epochs: state.epochs, trainLoss: total / perEpoch, heldOutLoss: score, ...(config.latent ? { kl: kl / (perEpoch * options.batch) } : {}), rows: table.rows });
      if (hooks.checkpoint) await hooks.checkpoint({ ...state, rng: rng.state(), theta: theta.slice(), average: average.slice(), m: optimiser.m.slice(), v: optimiser.v.slice() });
    }
    return { theta: state.best, epoch: state.bestEpoch };
  } finally {
    await sets?.close();
    await trainer.close();
    await scorer.close();
  }
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

/** Loss per unit of weight over the held-out cells, all training cells visible; of evenly spaced batches, where there are very many. */
async function heldOutScore(scorer: Session, batches: Batches, theta: Record<string, TensorData>, { table, options, fold }: MemberInput, sets: SetFeeds | null): Promise<number> {
  const size = sets ? options.batch : scoringBatch;
  const every = size * Math.max(1, Math.floor(sets ? table.rows / mostScored.rows : fold.heldCells / mostScored.cells));
  const sampling = createRng(options.seed, 0x5c07);
  let total = 0;
  let weight = 0;
  for (let start = 0; start < table.rows; start += every) {
    const feeds = batches.scoring(start, size);
    const own = sets ? await sets.convert(denseRows(feeds), sampling, false) : { feeds, weight: (feeds.weight.data as Float32Array).reduce((a, b) => a + b, 0) };
    const out = await scorer.run({ ...theta, ...own.feeds });
    total += (out.loss.data as Float32Array)[0];
    weight += own.weight;
  }
  return total / Math.max(weight, 1e-9);
}

const scoringBatch = 256;
/** Held-out cells above which a part of the rows is scored, and rows for a set encoder. */
const mostScored = { cells: 100_000, rows: 4096 };

const denseRows = ({ x, visible, weight }: Record<string, TensorData>): BatchRow[] =>
  batchRows(x.dims[0], x.data as Float32Array, visible.data as Float32Array, weight.data as Float32Array);
