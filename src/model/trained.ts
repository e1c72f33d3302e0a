import type { Layout } from "../data/layout.js";
import { toOnnx } from "../engine/index.js";
import type { NumberGrids } from "./grids.js";
import { declareNetwork, type NetworkConfig } from "./network.js";
import { buildPathGraph, type MemberWeights, type MemoryRows } from "./paths.js";
import type { ColumnCalibration, DensityModel } from "./predictive.js";

/** A trained model as plain data. */
export interface TrainedModel extends DensityModel {
  readonly layout: Layout;
  readonly config: NetworkConfig;
  readonly grids: NumberGrids;
  readonly columns: readonly ColumnCalibration[];
  readonly members: readonly MemberWeights[];
  readonly memory: MemoryRows | null;
}

/** What answers questions: the predict graph as ONNX, and what turns its outputs into densities. */
export interface PredictModel extends DensityModel {
  readonly graph: Uint8Array;
  readonly memberCount: number;
}

/** Compiles a trained model into the graph that is saved, served and exported. */
export function compileModel(model: TrainedModel): PredictModel {
  const { layout, config, grids, columns, members, memory } = model;
  const graph = toOnnx(buildPathGraph(layout, config, declareNetwork(layout, config), members, memory, grids));
  return { layout, grids, columns, graph, memberCount: members.length };
}
