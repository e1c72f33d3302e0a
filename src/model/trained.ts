import type { Layout } from "../data/layout.js";
import type { Together } from "../data/together.js";
import { toOnnx } from "../engine/index.js";
import { declareNetwork, type NetworkConfig } from "./network.js";
import { buildPathGraph, drawsOf, type MemberWeights, type MemoryRows } from "./paths.js";
import type { DensityModel } from "./predictive.js";
import type { Sampler } from "./sampler.js";
import type { Forest } from "./trees/forest.js";

/** A trained model as plain data. */
export interface TrainedModel extends DensityModel {
  readonly config: NetworkConfig;
  readonly members: readonly MemberWeights[];
  readonly memory: MemoryRows | null;
  /** Trees on top of the other paths (`rows` only); null without. */
  readonly forest: Forest | null;
}

/** What answers questions: the predict graph as ONNX, and what turns its outputs into densities. */
export interface PredictModel extends DensityModel {
  readonly graph: Uint8Array;
  /** Predictions that answers average over: members, times the draws of a latent. */
  readonly memberCount: number;
  /** Hashes of the people in the row memory (`rows` only), by which a person is kept from seeing itself; else null. */
  readonly memoryHashes: readonly number[] | null;
  /** Trees on top of the graph's paths; absent in models without. */
  readonly forest?: Forest;
  /** How many people of the table observed two columns together; absent in models of older versions. */
  readonly together?: Together;
  /** What people are invented by; absent in models of older versions and of very wide tables. */
  readonly sampler?: Sampler;
}

/** Compiles a trained model into the graph that is saved, served and exported. */
export function compileModel(model: TrainedModel): PredictModel {
  const { layout, config, grids, columns, lessSeen, members } = model;
  const people = model.memory !== null && model.memory.row[0] >= 0n;
  // In the compiled graph people are known by their place in the memory: that is what their hashes lead to.
  const memory = model.memory && people ? { ...model.memory, row: BigInt64Array.from({ length: model.memory.rows }, (_, i) => BigInt(i)) } : model.memory;
  const graph = toOnnx(buildPathGraph(layout, config, declareNetwork(layout, config), members, memory, grids));
  return { layout, grids, columns, ...(lessSeen ? { lessSeen } : {}), peoplePerMemoryRow: model.peoplePerMemoryRow, ...(model.memorySources ? { memorySources: model.memorySources } : {}), graph, memberCount: members.length * drawsOf(config), memoryHashes: memory && people ? hashMemory(memory, layout) : null, ...(model.forest ? { forest: model.forest } : {}) };
}

function hashMemory({ rows, features, observed }: MemoryRows, layout: Layout): number[] {
  const d = layout.features;
  const p = layout.columns.length;
  return Array.from({ length: rows }, (_, i) => hashRow(features.subarray(i * d, (i + 1) * d), observed.subarray(i * p, (i + 1) * p)));
}

/** A 53-bit hash of an encoded row: equal rows have equal hashes. */
export function hashRow(features: Float32Array, observed: ArrayLike<number>): number {
  const words = new Uint32Array(features.buffer, features.byteOffset, features.length);
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  const add = (word: number): void => {
    a = Math.imul(a ^ word, 0x01000193);
    b = Math.imul((b ^ word) + (a >>> 15), 0x85ebca6b);
  };
  for (let k = 0; k < words.length; k++) add(words[k]);
  for (let j = 0; j < observed.length; j++) add(observed[j] ? j + 1 : 0);
  return ((a >>> 0) & 0x1fffff) * 4294967296 + (b >>> 0);
}
