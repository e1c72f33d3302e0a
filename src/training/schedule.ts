import type { AdamWStep } from "../engine/index.js";
import type { ResolvedOptions } from "./options.js";

type Options = Pick<ResolvedOptions, "batch" | "epochs" | "steps" | "extension" | "patience" | "learningRate" | "average">;

/** How long a member trains, and how fast it learns meanwhile. */
export interface Schedule {
  readonly perEpoch: number;
  /** Epochs that are meant to be enough. */
  readonly planned: number;
  /** Epochs of a training that the planned ones prove too short for. */
  readonly extended: number;
}

/** How far a training has come. */
interface Progress {
  readonly epoch: number;
  /** 0 before the first score. */
  readonly bestEpoch: number;
  /** Epochs that it takes at most, as things stand. */
  readonly epochs: number;
}

const warmUp = 50;
/** Passes over a table that is too small to hold out a cell: few, since nothing tells when it learns too much by heart. */
const unjudgedEpochs = 20;
/** A training is extended when at this share of its planned epochs the best one lies so late. */
const judgement = { at: 0.65, best: 0.55 };

/** @param judged whether there are held-out cells to tell a good epoch by */
export function scheduleOf(options: Options, rows: number, judged: boolean): Schedule {
  const perEpoch = Math.max(1, Math.ceil(rows / options.batch));
  const meant = Math.min(options.epochs, options.steps / perEpoch);
  const planned = Math.max(1, Math.min(Math.ceil(meant), judged ? Infinity : unjudgedEpochs));
  return { perEpoch, planned, extended: judged ? Math.max(planned, Math.ceil(meant * options.extension)) : planned };
}

/** Epochs from one held-out score to the next, when a training takes so many. */
const scoreEvery = (epochs: number): number => Math.max(1, Math.round(epochs / 25));

/** Whether the held-out cells are scored after this epoch. */
export const isScored = ({ epoch, epochs }: Pick<Progress, "epoch" | "epochs">): boolean => epoch % scoreEvery(epochs) === 0 || epoch === epochs;

/** Asked after each held-out score: epochs that a training takes at most, more than planned if late in them it still gets better. */
export function epochsFrom({ planned, extended }: Schedule, { epoch, bestEpoch, epochs }: Progress): number {
  const due = judgement.at * planned;
  const promising = epoch >= due && epoch < due + scoreEvery(planned) && epochs === planned && bestEpoch >= judgement.best * planned;
  return promising ? extended : epochs;
}

/** Whether a training ends here: its epochs are used up, or the best score is further back than its patience. */
export function isOver({ epoch, bestEpoch, epochs }: Progress, { patience }: Options): boolean {
  return epoch >= epochs || (bestEpoch > 0 && epoch - bestEpoch > Math.max(epochs * patience, scoreEvery(epochs) - 1));
}

/** Learning rate with warm-up and cosine decay (Loshchilov and Hutter 2017), and the moving average's rate, after so many steps of all. */
export function stepAt(taken: number, steps: number, { learningRate, average }: Options): AdamWStep {
  const t = taken + 1;
  const rate = learningRate * Math.min(1, t / warmUp) * 0.5 * (1 + Math.cos((Math.PI * Math.min(t, steps)) / steps));
  return { rate, taken, keep: Math.min(average, (1 + t) / (10 + t)) };
}
