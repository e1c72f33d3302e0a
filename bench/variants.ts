import type { TrainingOptions } from "../src/training/options.js";

/** A training that differs from the default in one thing. */
export interface Variant {
  readonly name: string;
  readonly options: Partial<TrainingOptions>;
}

/** The first variant of each group is the one that the others are held against. */
export const groups: Readonly<Record<string, readonly Variant[]>> = {
  paths: [
    { name: "all paths", options: {} },
    { name: "without the linear path", options: { paths: ["memory", "net", "trees"] } },
    { name: "without the row memory", options: { paths: ["linear", "net", "trees"] } },
    { name: "without the network", options: { paths: ["linear", "memory", "trees"] } },
    { name: "without the trees", options: { paths: ["linear", "memory", "net"] } },
    { name: "network alone", options: { paths: ["net"], memory: "none" } },
  ],
  trees: [
    { name: "60 trees", options: { trees: 60 } },
    { name: "20 trees", options: { trees: 20 } },
    { name: "no trees", options: { trees: 0 } },
  ],
  heads: [
    { name: "4 kernel heads", options: { memoryHeads: 4 } },
    { name: "1 kernel head", options: { memoryHeads: 1 } },
    { name: "6 kernel heads", options: { memoryHeads: 6 } },
  ],
  stacking: [
    { name: "weights by held-out cells", options: { stacking: "held-out" } },
    { name: "plain average of the paths", options: { stacking: "average" } },
  ],
  memory: [
    { name: "rows in memory", options: { memory: "rows" } },
    { name: "prototypes in memory", options: { memory: "prototypes" } },
    { name: "no memory", options: { memory: "none" } },
  ],
  network: [
    { name: "network auto", options: { network: "auto" } },
    { name: "MLP", options: { network: "mlp" } },
    { name: "transformer", options: { network: "transformer" } },
  ],
  members: [
    { name: "1 member", options: { members: 1 } },
    { name: "3 members", options: { members: 3 } },
    { name: "--best (4 transformers)", options: { members: 4, network: "transformer" } },
  ],
  masks: [
    { name: "copy-mask and uniform rate", options: {} },
    { name: "copy-mask .4", options: { mask: [{ strategy: "copy", weight: 1, parameters: [0.4] }] } },
    { name: "uniform rate .05 to .95", options: { mask: [{ strategy: "uniform", weight: 1, parameters: [0.05, 0.95] }] } },
    { name: "fixed rate .3", options: { mask: [{ strategy: "fixed", weight: 1, parameters: [0.3] }] } },
    { name: "fixed rate .8", options: { mask: [{ strategy: "fixed", weight: 1, parameters: [0.8] }] } },
  ],
  width: [
    { name: "default width", options: {} },
    { name: "width 32", options: { width: 32 } },
    { name: "width 128", options: { width: 128 } },
  ],
};
