import type { MaskChoice } from "../model/masking/index.js";

/** How the row memory is kept: not at all, as averages of at least 20 people, or as the people's own cells. */
export const memoryModes = ["none", "prototypes", "rows"] as const;
export type MemoryMode = (typeof memoryModes)[number];

/** Every setting of a training; `trainingDefaults` documents what is used when nothing is said. */
export interface TrainingOptions {
  readonly seed: number;
  readonly memory: MemoryMode;
  /** Members of the ensemble; each holds out another fold of the cells. */
  readonly members: number;
  /** Share of the observed cells that a member holds out, for early stopping, weights of the paths and calibration. */
  readonly heldOut: number;
  readonly network: "mlp" | "transformer";
  readonly width: number;
  readonly depth: number;
  readonly heads: number;
  readonly dropout: number;
  readonly memoryHeads: number;
  /** Weight of the row memory's own loss. */
  readonly memoryLoss: number;
  /** Most people that one training step compares with. */
  readonly memoryRows: number;
  readonly batch: number;
  /** Most passes over the table, and most steps; whichever comes first. */
  readonly epochs: number;
  readonly steps: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Exponential moving average of the weights: how much of the old average each step keeps. */
  readonly average: number;
  /** Columns count in the loss by (1 / observed rate)^rarity, so that rare ones keep being learned. */
  readonly rarity: number;
  /** Training stops when this share of its length has passed without a better held-out score. */
  readonly patience: number;
  readonly mask: readonly MaskChoice[];
}

export const trainingDefaults: TrainingOptions = {
  seed: 1,
  memory: "prototypes",
  members: 1,
  heldOut: 0.1,
  network: "mlp",
  width: 256,
  depth: 3,
  heads: 4,
  dropout: 0.2,
  memoryHeads: 4,
  memoryLoss: 0.4,
  memoryRows: 2048,
  batch: 64,
  epochs: 60,
  steps: 3000,
  learningRate: 1e-3,
  weightDecay: 0.02,
  average: 0.995,
  rarity: 0.7,
  patience: 0.35,
  mask: [
    { strategy: "copy", weight: 0.5, parameters: [0.4] },
    { strategy: "uniform", weight: 0.5, parameters: [0.05, 0.95] },
  ],
};

/** What `--best` changes: an ensemble of small transformers instead of one quick network. */
export const bestOptions: Partial<TrainingOptions> = { members: 5, network: "transformer", width: 64 };
