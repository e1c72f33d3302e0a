import { createRng, permutation } from "../base/random.js";
import type { Cells } from "../data/cells.js";
import { pickRows, pickTable, type Encoded } from "../data/encode.js";
import type { Layout } from "../data/layout.js";
import { cellIndicators, type NumberGrids } from "../model/grids.js";
import type { NetworkConfig } from "../model/network.js";
import type { MemoryRows } from "../model/paths.js";
import { sourcesOfRows } from "../model/likelySource.js";
import { makePrototypes } from "../model/prototypes.js";
import type { ResolvedOptions } from "./options.js";
import { evenlySpaced, linearRows } from "./rows.js";

/** Most people in the row memory of a finished model. */
export const memoryPeople = 4096;

interface MemoryInput {
  readonly options: Pick<ResolvedOptions, "memory" | "seed">;
  readonly config: NetworkConfig;
  readonly cells: Cells;
  readonly layout: Layout;
  readonly grids: NumberGrids;
}

/**
 * What the row memory holds: the people of a table, or prototypes of them; a seeded sample of a large table's.
 * @param table their cells that may be known, as features
 * @param filled (rows, features) of the evenly spaced rows that the linear path learned from, with holes filled; null without a memory
 */
export function memoryOf({ options, config, cells, layout, grids }: MemoryInput, table: Encoded, filled: Float32Array | null): MemoryRows | null {
  if (!config.memory || !filled) return null;
  const sample = evenlySpaced(table.rows, linearRows);
  const places = sample.length <= memoryPeople ? sample.map((_, k) => k) : permutation(sample.length, createRng(options.seed, 0x9e0)).slice(0, memoryPeople).sort();
  const chosen = places.map((k) => sample[k]);
  const { features, observed } = pickTable(table, layout, chosen);
  const people: MemoryRows = {
    rows: chosen.length,
    features,
    observed: Float32Array.from(observed),
    cells: cellIndicators(cells, layout, grids, chosen, observed),
    row: BigInt64Array.from(chosen, BigInt),
    ...(cells.source ? { sources: sourcesOfRows(cells, chosen) } : {}),
  };
  return options.memory === "rows" ? people : makePrototypes(people, pickRows(filled, layout.features, places), layout);
}
