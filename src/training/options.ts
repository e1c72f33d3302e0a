import { VhgmError } from "../base/errors.js";
import type { LatentForm } from "../model/latent.js";
import type { MaskChoice } from "../model/masking/index.js";
import { denseFeatures } from "../model/sparseLinear.js";
import type { BetaSchedule } from "./annealing.js";

/** How the row memory is kept: not at all, as averages of at least 20 people, or as the people's own cells. */
export const memoryModes = ["none", "prototypes", "rows"] as const;
export type MemoryMode = (typeof memoryModes)[number];

export const pathNames = ["linear", "memory", "net", "trees"] as const;
export type PathName = (typeof pathNames)[number];

/** Every setting of a training; `trainingDefaults` documents what is used when nothing is said. */
export interface TrainingOptions {
  readonly seed: number;
  readonly memory: MemoryMode;
  /** Members of the ensemble; each holds out another fold of the cells. */
  readonly members: number;
  /** Whether each member learns from a bootstrap of the people, so that draws of several members carry the model's own uncertainty (Rubin's proper imputation), by the least penalties that hardly err more. */
  readonly bootstrap: boolean;
  /** Share of the observed cells that a member holds out, for early stopping, weights of the paths and calibration. */
  readonly heldOut: number;
  /** `auto`: the transformer for tables of up to 40 attributes, the MLP above, the set encoder beyond 3,500 features. */
  readonly network: "auto" | "mlp" | "transformer" | "set";
  /** Paths that the predictive density may use; leaving one out is for ablations. */
  readonly paths: readonly PathName[];
  /** `held-out`: weights of the paths by held-out cells; `average`: the same weight for each. */
  readonly stacking: "held-out" | "average";
  /** Width of the MLP's hidden layers, or of the transformer's tokens; null: the network's own default, as below. */
  readonly width: number | null;
  readonly depth: number;
  readonly heads: number;
  readonly dropout: number;
  readonly memoryHeads: number;
  /** Trees of each attribute on top of the other paths, where the model may keep cells of real people (memory `rows`); 0: none. */
  readonly trees: number;
  /** Weight of the row memory's own loss. */
  readonly memoryLoss: number;
  /** Most people that one training step compares with; of a larger table half as many, drawn anew in each step. */
  readonly memoryRows: number;
  /** Set encoder: learned latents that read the visible cells. */
  readonly latents: number;
  /** Set encoder: whether queries attend to the visible cells besides the latents. */
  readonly queriesSeeTokens: boolean;
  /** Set encoder: most hidden cells of a row that one training step asks for. */
  readonly queries: number;
  readonly batch: number;
  /** Most passes over the table, and most steps; whichever comes first. */
  readonly epochs: number | null;
  readonly steps: number | null;
  /** A training whose held-out score is still getting better late in its epochs takes so many times as many; 1: never. */
  readonly extension: number | null;
  readonly learningRate: number | null;
  readonly weightDecay: number | null;
  /** Exponential moving average of the weights: how much of the old average each step keeps. */
  readonly average: number;
  /** Columns count in the loss by (1 / observed rate)^rarity, so that rare ones keep being learned. */
  readonly rarity: number;
  /** Training stops when this share of its length has passed without a better held-out score. */
  readonly patience: number;
  /** Masking strategies, of which each row draws one by weight; null: `defaultMasks` for one table or for several sources. */
  readonly mask: readonly MaskChoice[] | null;
  /** 2: the second half of the training hides little, as cells are missing in the tables; auto: 2 for several sources without `mask`. */
  readonly stages: 1 | 2 | "auto";
  /** Rows of a source of n count in the loss by n^sourceWeight in all: 1, each row alike; 0, each source alike. */
  readonly sourceWeight: number;
  /** Source whose people an answer is about where little is given; null: the largest. */
  readonly population: string | null;
  /**
   * A latent between encoder and decoder of the network: `hivae`, components s and normal units z given s; `flat`, z
   * alone; `discrete`, s alone.
   */
  readonly latent: LatentForm;
  /** Units of z. */
  readonly latentWidth: number;
  /** Components of s. */
  readonly latentComponents: number;
  /** Draws of the latent that an answer averages over. */
  readonly latentDraws: number;
  /** `plug-in`: likeliest s and mean z instead of draws, as HI-VAE imputes; to reproduce that paper. */
  readonly latentPoint: "mixture" | "plug-in";
  /** Weight of the latent's Kullback-Leibler divergence against the loss of the cells, by step. */
  readonly beta: BetaSchedule;
  /** Temperature of the Gumbel-softmax at the first and the last step, falling geometrically. */
  readonly temperature: { readonly start: number; readonly end: number };
  /** Weight of visible cells in the loss, against 1 for hidden ones; null: 1 with a latent, which has to earn its divergence, else 0. */
  readonly visibleLoss: number | null;
}

/** What is hidden by default: with several sources also what another source lacks, so that answers across them are trained. */
export const defaultMasks: Readonly<Record<"table" | "sources" | "late", readonly MaskChoice[]>> = {
  table: [
    { strategy: "copy", weight: 0.5, parameters: [0.4] },
    { strategy: "uniform", weight: 0.5, parameters: [0.05, 0.95] },
  ],
  sources: [
    { strategy: "source", weight: 0.3, parameters: [0.3] },
    { strategy: "copy", weight: 0.3, parameters: [0.4] },
    { strategy: "uniform", weight: 0.2, parameters: [0.05, 0.95] },
    { strategy: "block", weight: 0.1, parameters: [0.1, 0.6] },
    { strategy: "few", weight: 0.1, parameters: [3] },
  ],
  /** The second stage: low rates, and masks of real rows; a few wide ones keep what the first stage learned of them. */
  late: [
    { strategy: "copy", weight: 0.6, parameters: [0.2] },
    { strategy: "source", weight: 0.2, parameters: [0.2] },
    { strategy: "uniform", weight: 0.1, parameters: [0.05, 0.95] },
    { strategy: "few", weight: 0.1, parameters: [3] },
  ],
};

export const trainingDefaults: TrainingOptions = {
  seed: 1,
  memory: "prototypes",
  members: 1,
  bootstrap: false,
  heldOut: 0.1,
  network: "auto",
  paths: pathNames,
  stacking: "held-out",
  width: null,
  depth: 3,
  heads: 4,
  dropout: 0.2,
  memoryHeads: 4,
  trees: 60,
  memoryLoss: 0.4,
  memoryRows: 2048,
  latents: 32,
  queriesSeeTokens: true,
  queries: 64,
  batch: 64,
  epochs: null,
  steps: null,
  extension: null,
  learningRate: null,
  weightDecay: null,
  average: 0.995,
  rarity: 0.7,
  patience: 0.35,
  mask: null,
  stages: "auto",
  sourceWeight: 0.5,
  population: null,
  latent: "none",
  latentWidth: 16,
  latentComponents: 10,
  latentDraws: 8,
  latentPoint: "mixture",
  beta: { schedule: "linear", value: 0.1, warmup: 0.3, cycles: 4 },
  temperature: { start: 1, end: 0.3 },
  visibleLoss: null,
};

/** The mixture of masks of each stage. */
export const stageMasks = ({ mask, stages }: Pick<ResolvedOptions, "mask" | "stages">): (readonly MaskChoice[])[] => (stages === 2 ? [mask, defaultMasks.late] : [mask]);

/** What `--best` changes: an ensemble instead of one network. */
export const bestOptions: Partial<TrainingOptions> = { members: 4 };

/** Members of a bootstrapped ensemble whose draws are pooled. */
export const properMembers = 5;

type OwnDefaults = "width" | "epochs" | "steps" | "extension" | "learningRate" | "weightDecay";

/** Options with nothing left open. */
export type ResolvedOptions = Omit<TrainingOptions, OwnDefaults | "network" | "mask" | "stages" | "visibleLoss"> & { readonly [K in OwnDefaults]: number } & {
  readonly network: "mlp" | "transformer" | "set";
  readonly mask: readonly MaskChoice[];
  readonly stages: 1 | 2;
  readonly visibleLoss: number;
};

/** Largest number of attributes for which `auto` takes the transformer, and for which it can be asked for. */
const transformerColumns = { auto: 40, most: 160 };
/** Features from which a table counts as wide: a wider MLP, few passes, no very high masking rates. */
const wideFeatures = 800;

const networkDefaults = {
  mlp: { width: 256, epochs: 120, steps: 7000, extension: 1, learningRate: 1e-3, weightDecay: 0.02 },
  wideMlp: { width: 512, epochs: 24, steps: 6000, extension: 1, learningRate: 1e-3, weightDecay: 0.02 },
  transformer: { width: 64, epochs: 100, steps: 1500, extension: 8 / 3, learningRate: 2e-3, weightDecay: 0.05 },
  set: { width: 64, epochs: 40, steps: 20_000, extension: 1, learningRate: 2e-3, weightDecay: 0.02 },
};

/** Settles what depends on the table: which network, and its own defaults. @throws VhgmError code 'usage' for a width that the heads cannot share */
export function resolveOptions(options: TrainingOptions, table: { readonly columns: number; readonly features: number; readonly sources?: number }): ResolvedOptions {
  const { auto, most } = transformerColumns;
  const byTable = table.columns <= auto ? "transformer" : table.features > denseFeatures && options.latent === "none" ? "set" : "mlp";
  const wanted = options.network === "auto" ? byTable : options.network;
  const network = wanted === "set" ? "set" : wanted === "transformer" && table.columns <= most ? "transformer" : "mlp";
  const own = networkDefaults[network !== "mlp" ? network : table.features > wideFeatures ? "wideMlp" : "mlp"];
  const given = Object.fromEntries((Object.keys(own) as OwnDefaults[]).map((key) => [key, options[key] ?? own[key]])) as typeof own;
  // Who names a length means it; a latent's weight and temperature are set by how far its training has come.
  const extension = options.epochs === null && options.steps === null && options.latent === "none" ? given.extension : (options.extension ?? 1);
  if (network === "set" && options.latent !== "none") {
    throw new VhgmError("usage", `The set encoder has no latent; with latent: ${options.latent}, network is one of mlp, transformer.`);
  }
  if (network !== "mlp" && given.width % options.heads !== 0) {
    throw new VhgmError("usage", `The ${network === "set" ? "set encoder" : network}'s width ${given.width} cannot be shared by ${options.heads} heads; width must be a multiple of heads.`);
  }
  const several = (table.sources ?? 1) > 1;
  const mask = options.mask ?? defaultMasks[several ? "sources" : "table"];
  const stages = options.stages === "auto" ? (several && options.mask === null ? 2 : 1) : options.stages;
  return { ...options, ...given, extension, network, mask, stages, visibleLoss: options.visibleLoss ?? (options.latent === "none" ? 0 : 1) };
}
