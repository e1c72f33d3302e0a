import { describe, expect, test } from "vitest";
import { factorTable, withHoles } from "../../test/support/tables.js";
import { createRng } from "../base/random.js";
import { encodeCells } from "../data/encode.js";
import { fitLayout } from "../data/layout.js";
import { float32, int64, type SessionFactory, type TensorData } from "../engine/index.js";
import { openSession } from "../engine/node/session.js";
import { openWorkerSession } from "../engine/node/workerSession.js";
import { declareNetwork } from "../model/network.js";
import { trainingGraph } from "./graph.js";
import { networkConfig } from "./networkShape.js";
import { resolveOptions, trainingDefaults } from "./options.js";
import { openTrainer, piecesOf, type Beside } from "./trainer.js";

const batch = 16;
const cells = withHoles(factorTable(40, 3, [2, 3], 3), 0.25, 3);
const layout = fitLayout(cells);
const table = encodeCells(cells, layout);
const d = layout.features;
const p = layout.columns.length;
const single: SessionFactory = (graph, own) => openSession(graph, { threads: 1, ...own });

async function gradients(pieces: number, beside: Beside | null): Promise<{ loss: number; kl: number; gradient: Float32Array }> {
  const options = resolveOptions({ ...trainingDefaults, network: "transformer", width: 8, heads: 2, depth: 1, batch, latent: "hivae", latentWidth: 3, latentComponents: 4 }, { columns: p, features: d });
  const config = networkConfig(options, table, layout);
  const params = declareNetwork(layout, config);
  const rng = createRng(7);
  const linear = { kind: "dense" as const, center: new Float32Array(d), weights: Float32Array.from({ length: d * d }, () => 0.1 * rng.normal()), lambda: new Float32Array(p), relaxation: 1 };
  const theta = params.initial(rng);
  const random = (...dims: number[]): TensorData => float32(Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => rng.normal()), ...dims);
  // As many people in the memory as in the batch: they must not be taken for its rows.
  const feeds: Record<string, TensorData> = {
    x: float32(table.features.slice(0, batch * d), batch, d),
    visible: float32(Float32Array.from(table.observed.subarray(0, batch * p), (seen) => (rng.uniform() < 0.5 ? seen : 0)), batch, p),
    weight: float32(Float32Array.from({ length: batch * p }, () => rng.uniform() / (batch * p)), batch, p),
    row: int64(BigInt64Array.from({ length: batch }, (_, i) => BigInt(i)), batch),
    "memory.features": float32(table.features.slice(0, batch * d), batch, d),
    "memory.observed": float32(Float32Array.from(table.observed.subarray(0, batch * p)), batch, p),
    "memory.row": int64(BigInt64Array.from({ length: batch }, (_, i) => BigInt(i)), batch),
    "latent.normal": random(batch, 3),
    "latent.gumbel": random(batch, 4),
    temperature: float32(Float32Array.of(0.7)),
    klWeight: float32(Float32Array.of(0.01)),
  };
  const gradient = new Float32Array(theta.length);
  const trainer = await openTrainer({ params, gradient, graphOf: (rows) => trainingGraph(layout, config, params, linear, { ...options, batch: rows }), batch, pieces, open: single, beside });
  try {
    const { loss, kl } = await trainer.step(params.feeds(theta), feeds);
    return { loss, kl, gradient };
  } finally {
    await trainer.close();
  }
}

test("a batch is taken in two pieces, or in more where it has many columns, and whole where it is odd", () => {
  expect([15, 32, 40, 41, 64, 128, 500].map((columns) => piecesOf(64, columns))).toEqual([2, 2, 2, 4, 4, 8, 8]);
  expect(piecesOf(32, 10)).toBe(2);
  expect(piecesOf(6, 100)).toBe(2);
  expect(piecesOf(33, 100)).toBe(1);
});

describe("a batch in pieces", () => {
  test.each([2, 4])("gives the loss and the gradients of the whole (%d)", async (pieces) => {
    const whole = await gradients(1, null);
    const parts = await gradients(pieces, null);
    expect(whole.loss).toBeGreaterThan(0);
    expect(whole.kl).toBeGreaterThan(0);
    expect(parts.loss).toBeCloseTo(whole.loss, 5);
    expect(parts.kl).toBeCloseTo(whole.kl, 4);
    const size = Math.sqrt(whole.gradient.reduce((a, g) => a + g * g, 0));
    expect(size).toBeGreaterThan(0.01);
    const apart = Math.sqrt(whole.gradient.reduce((a, g, i) => a + (g - parts.gradient[i]) ** 2, 0));
    expect(apart / size).toBeLessThan(1e-5);
  });

  test.each([2, 4])("gives the same gradients, bit for bit, where half of them run side by side (%d)", async (pieces) => {
    const after = await gradients(pieces, null);
    const beside = await gradients(pieces, { open: (graph) => openWorkerSession(graph, { threads: 1 }), own: { threads: 1 } });
    expect(beside).toEqual(after);
  });

  test("a session that can't be opened beside leaves none open, and says why", async () => {
    let open = 0;
    const counting: SessionFactory = async (graph) => {
      const session = await single(graph);
      open++;
      return { ...session, close: async () => void (open--, await session.close()) };
    };
    const nowhere: Beside = { open: () => Promise.reject(new Error("no room")), own: {} };
    const options = resolveOptions({ ...trainingDefaults, network: "transformer", width: 8, heads: 2, depth: 1, batch }, { columns: p, features: d });
    const config = networkConfig(options, table, layout);
    const params = declareNetwork(layout, config);
    const linear = { kind: "dense" as const, center: new Float32Array(d), weights: new Float32Array(d * d), lambda: new Float32Array(p), relaxation: 1 };
    const opening = openTrainer({ params, gradient: params.initial(createRng(1)), graphOf: (rows) => trainingGraph(layout, config, params, linear, { ...options, batch: rows }), batch, pieces: 2, open: counting, beside: nowhere });
    await expect(opening).rejects.toThrow("no room");
    expect(open).toBe(0);
  });
});
