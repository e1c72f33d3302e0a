/** Training steps whose time is taken: networks as the product trains them, on invented people. */
import { createRng, type Rng } from "../../src/base/random.js";
import { CellsBuilder } from "../../src/data/cells.js";
import { encodeCells, type Encoded } from "../../src/data/encode.js";
import { fitLayout, type Layout } from "../../src/data/layout.js";
import { float32, int64, type Parameters, type TensorData } from "../../src/engine/index.js";
import type { LinearMap } from "../../src/model/linearMap.js";
import { declareNetwork, type NetworkConfig } from "../../src/model/network.js";
import { trainingGraph } from "../../src/training/graph.js";
import { resolveOptions, trainingDefaults, type ResolvedOptions } from "../../src/training/options.js";
import { inventPeople } from "./people.js";

export interface StepCase {
  readonly name: string;
  readonly numbers: number;
  readonly levels: number;
  readonly network: "transformer" | "mlp";
  readonly width: number;
  /** Prototypes of the row memory; 0 for none, as for wide tables. */
  readonly prototypes: number;
  /** Rounds of the linear path. */
  readonly rounds: number;
}

export const stepCases: readonly StepCase[] = [
  { name: "32 tokens, width 64", numbers: 22, levels: 10, network: "transformer", width: 64, prototypes: 128, rounds: 12 },
  { name: "32 tokens, width 128", numbers: 22, levels: 10, network: "transformer", width: 128, prototypes: 128, rounds: 12 },
  { name: "128 tokens, width 64", numbers: 88, levels: 40, network: "transformer", width: 64, prototypes: 128, rounds: 12 },
  { name: "128 tokens, width 128", numbers: 88, levels: 40, network: "transformer", width: 128, prototypes: 128, rounds: 12 },
  { name: "MLP, 77 columns, width 256", numbers: 47, levels: 30, network: "mlp", width: 256, prototypes: 128, rounds: 12 },
  { name: "MLP, 600 columns, width 512", numbers: 300, levels: 300, network: "mlp", width: 512, prototypes: 0, rounds: 8 },
];

/** Everything that one training step needs, and what its twin is told. */
export interface StepSetup {
  readonly layout: Layout;
  readonly config: NetworkConfig;
  readonly params: Parameters;
  readonly options: ResolvedOptions;
  /** Loss and gradients of so many rows. */
  readonly graphOf: (rows: number) => Uint8Array;
  readonly linear: LinearMap;
  readonly theta: Float32Array;
  /** A few batches, fed in turn. */
  readonly batches: readonly Record<string, TensorData>[];
  /** The row memory, the same at every step. */
  readonly fixed: Record<string, TensorData>;
}

const people = 600;

function invent({ numbers, levels }: StepCase, rng: Rng): { layout: Layout; table: Encoded } {
  const { schema, names, person } = inventPeople(numbers, levels, rng);
  const builder = new CellsBuilder(schema, names, "invented people");
  for (let i = 0; i < people; i++) builder.add([person(0.1)]);
  const cells = builder.finish();
  const layout = fitLayout(cells);
  return { layout, table: encodeCells(cells, layout) };
}

/** @param count how many batches of the product's size are made */
export function setUpStep(step: StepCase, count: number): StepSetup {
  const rng = createRng(1);
  const { layout, table } = invent(step, rng);
  const d = layout.features;
  const p = layout.columns.length;
  const options = resolveOptions({ ...trainingDefaults, network: step.network, width: step.width }, { columns: p, features: d });
  const { width, depth, heads, dropout, batch } = options;
  const config: NetworkConfig = {
    linearRounds: step.rounds,
    memory: step.prototypes > 0 ? { heads: options.memoryHeads, keyWidth: 16, hidden: 128 } : null,
    residual: step.network === "mlp" ? { kind: "mlp", width, dropout } : { kind: "transformer", width, depth, heads },
    gates: step.network === "mlp" ? { linear: 0.8, memory: 0.2 } : { linear: 0.5, memory: 0.5 },
  };
  const params = declareNetwork(layout, config);
  const map = Float32Array.from({ length: d * d }, (_, at) => (at % (d + 1) === 0 ? 0 : (0.3 * rng.normal()) / Math.sqrt(d)));
  const linear: LinearMap = { kind: "dense", center: new Float32Array(d), weights: map, lambda: new Float32Array(p), relaxation: 0.9 };
  const memory = step.prototypes;
  const fixed: Record<string, TensorData> =
    memory > 0
      ? {
          "memory.features": float32(table.features.slice(0, memory * d), memory, d),
          "memory.observed": float32(Float32Array.from(table.observed.subarray(0, memory * p)), memory, p),
          "memory.row": int64(new BigInt64Array(memory).fill(-2n), memory),
        }
      : {};
  const batches = Array.from({ length: count }, () => makeBatch(rng, table, layout, config, batch));
  return { layout, config, params, options, graphOf: (rows) => trainingGraph(layout, config, params, linear, { ...options, batch: rows }), linear, theta: params.initial(rng), batches, fixed };
}

/** People drawn at random, of whose observed cells a share between .05 and .95 is hidden and scored. */
function makeBatch(rng: Rng, table: Encoded, layout: Layout, { memory, residual }: NetworkConfig, batch: number): Record<string, TensorData> {
  const d = layout.features;
  const p = layout.columns.length;
  const x = new Float32Array(batch * d);
  const visible = new Float32Array(batch * p);
  const weight = new Float32Array(batch * p);
  let total = 0;
  for (let r = 0; r < batch; r++) {
    const i = rng.int(table.rows);
    const rate = 0.05 + 0.9 * rng.uniform();
    x.set(table.features.subarray(i * d, (i + 1) * d), r * d);
    for (let j = 0; j < p; j++) {
      if (!table.observed[i * p + j]) continue;
      const hidden = rng.uniform() < rate;
      (hidden ? weight : visible)[r * p + j] = 1;
      if (hidden) total++;
    }
  }
  for (let at = 0; at < weight.length; at++) weight[at] /= Math.max(total, 1);
  const dropped = (width: number, rate: number): TensorData =>
    float32(Float32Array.from({ length: batch * width }, () => (rng.uniform() < rate ? 0 : 1 / (1 - rate))), batch, width);
  return {
    x: float32(x, batch, d),
    visible: float32(visible, batch, p),
    weight: float32(weight, batch, p),
    ...(memory ? { row: int64(new BigInt64Array(batch).fill(-1n), batch) } : {}),
    ...(residual.kind === "mlp" ? Object.fromEntries([0, 1].map((k) => [`dropout.${k}`, dropped(residual.width, residual.dropout)])) : {}),
  };
}
