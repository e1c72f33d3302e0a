import type { Cells } from "../data/cells.js";
import type { Layout } from "../data/layout.js";
import type { NetworkConfig } from "../model/network.js";
import { smallestPrototype } from "../model/prototypes.js";
import { isSparse } from "../model/sparseLinear.js";
import type { ResolvedOptions } from "./options.js";

/** Rounds of the linear path after its start: a source lacks whole blocks of columns, about which answers settle slower than about single holes. */
const linearRounds = { table: 3, sources: 6 };
/** Above this many features the row memory is left out: its products would cost more than the network. */
const memoryFeatures = 800;

/** Network settings for a table's size. */
export function networkConfig(options: ResolvedOptions, { rows, sources = [] }: Pick<Cells, "rows" | "sources">, layout: Layout): NetworkConfig {
  const { memory, memoryHeads, paths, network, width, depth, heads, dropout, latents, queriesSeeTokens } = options;
  const { latent, latentWidth, latentComponents, latentDraws, latentPoint, seed } = options;
  return {
    linearRounds: paths.includes("linear") ? (isSparse(layout) ? 1 : linearRounds[sources.length > 1 ? "sources" : "table"]) : 0,
    memory: network === "set" || memory === "none" || !paths.includes("memory") || rows < (memory === "prototypes" ? smallestPrototype : 5) || layout.features > memoryFeatures ? null : { heads: memoryHeads, keyWidth: 16, hidden: 128 },
    residual: network === "mlp" ? { kind: "mlp", width, dropout } : network === "set" ? { kind: "set", width, depth, heads, latents, queriesSeeTokens } : { kind: "transformer", width, depth, heads },
    ...(latent === "none"
      ? {}
      : { latent: { form: latent, width: latentWidth, components: latentComponents, draws: latentPoint === "plug-in" ? 1 : latentDraws, point: latentPoint, seed } }),
    gates: network !== "transformer" ? { linear: 0.8, memory: 0.2 } : { linear: 0.5, memory: 0.5 },
  };
}
