import { expect, test } from "vitest";
import { createRng } from "../../base/random.js";
import { createAdamW, float32, grad, Graph, indexData, ops, type Optimiser, optimiserState, Parameters, planInputs, planLookup, toOnnx } from "../index.js";
import { openSession } from "./session.js";

const [batch, tokens, width, rows] = [32, 6, 16, 40];

function trainingStep(): { model: Uint8Array; params: Parameters } {
  const params = new Parameters();
  params.declare("table", [rows, width], { normal: 0.5 });
  for (const name of ["scale", "shift"]) params.declare(name, [width], { fill: name === "scale" ? 1 : 0 });
  for (const name of ["query", "key", "value", "up"]) params.declare(name, [width, width], { normal: 0.2 });
  params.declare("down", [width, 1], { normal: 0.2 });
  const g = new Graph();
  const p = params.inputs(g);
  const get = (name: string) => p.get(name)!;
  const x = ops.lookup(get("table"), g.input("tokens", ["B", tokens], "int64"), planInputs(g, "plan", rows, batch * tokens)); // (B, tokens, width)
  const h = ops.layerNorm(x, get("scale"), get("shift"));
  const weights = ops.softmax(ops.matmulTransposed(ops.matmul(h, get("query")), ops.matmul(h, get("key"))));
  const mixed = ops.add(x, ops.matmul(weights, ops.matmul(h, get("value"))));
  const out = ops.matmul(ops.silu(ops.matmul(ops.mean(mixed, [1]), get("up"))), get("down")); // (B, 1)
  const loss = ops.scale(ops.sum(ops.square(ops.sub(out, g.input("target", ["B", 1])))), 1 / batch);
  g.output("loss", loss);
  params.outputGradients(grad(loss, [...p.values()]));
  return { model: toOnnx(g), params };
}

/** Trains for some steps on two threads; from half way on in a new session, with a new optimiser, if asked to. */
async function train(steps: number, resume: boolean): Promise<{ losses: number[]; optimiser: Optimiser }> {
  const { model, params } = trainingStep();
  const rng = createRng(7);
  const start = params.initial(rng);
  const begin = (): Optimiser => createAdamW(start, params.decayMask());
  let optimiser = begin();
  const losses: number[] = [];
  let session = await openSession(model, { threads: 2 });
  for (let taken = 0; taken < steps; taken++) {
    if (resume && taken === steps / 2) {
      await session.close();
      session = await openSession(model, { threads: 2 });
      const before = optimiser;
      optimiser = begin();
      for (const name of optimiserState) optimiser[name].set(before[name]);
    }
    const seen = Int32Array.from({ length: batch * tokens }, () => rng.int(rows));
    const feeds = {
      ...params.feeds(optimiser.theta),
      tokens: indexData(seen, batch, tokens),
      ...planLookup("plan", seen, rows, batch * tokens),
      target: float32(Float32Array.from({ length: batch }, () => rng.normal()), batch, 1),
    };
    const out = await session.run(feeds, params.gradientOutputs(optimiser.gradient));
    losses.push((out.loss.data as Float32Array)[0]);
    optimiser.step({ rate: 1e-2, taken, keep: 0.95 });
  }
  await session.close();
  return { losses, optimiser };
}

test("100 training steps on two threads end bit for bit in the same place, also in a new session", async () => {
  const first = await train(100, false);
  expect(first.losses.every(Number.isFinite)).toBe(true);
  for (const resume of [false, true]) {
    const again = await train(100, resume);
    expect(again.losses).toEqual(first.losses);
    for (const name of optimiserState) {
      expect(Buffer.compare(bytes(again.optimiser[name]), bytes(first.optimiser[name])), name).toBe(0);
    }
  }
});

const bytes = (of: Float32Array): Uint8Array => new Uint8Array(of.buffer, of.byteOffset, of.byteLength);
