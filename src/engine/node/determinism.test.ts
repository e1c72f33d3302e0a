import { expect, test } from "vitest";
import { createRng } from "../../base/random.js";
import { Graph, Parameters, adamw, float32, grad, int64, ops, optimiserState, toOnnx, type TensorData } from "../index.js";
import { openSession } from "./session.js";

const [batch, tokens, width, rows] = [32, 6, 16, 40];

function trainingStep(): { model: Uint8Array; params: Parameters } {
  const params = new Parameters();
  params.declare("table", [rows, width], { normal: 0.5 });
  for (const name of ["scale", "shift"]) params.declare(name, [width], { fill: name === "scale" ? 1 : 0 });
  for (const name of ["query", "key", "value", "up"]) params.declare(name, [width, width], { normal: 0.2 });
  params.declare("down", [width, 1], { normal: 0.2 });
  const g = new Graph();
  const theta = g.input("theta", [params.size]);
  const p = params.leaves(theta);
  const get = (name: string) => p.get(name)!;
  const x = ops.embedding(get("table"), g.input("tokens", ["B", tokens], "int64")); // (B, tokens, width)
  const h = ops.layerNorm(x, get("scale"), get("shift"));
  const weights = ops.softmax(ops.matmulTransposed(ops.matmul(h, get("query")), ops.matmul(h, get("key"))));
  const mixed = ops.add(x, ops.matmul(weights, ops.matmul(h, get("value"))));
  const out = ops.matmul(ops.silu(ops.matmul(ops.mean(mixed, [1]), get("up"))), get("down")); // (B, 1)
  const loss = ops.scale(ops.sum(ops.square(ops.sub(out, g.input("target", ["B", 1])))), 1 / batch);
  g.output("loss", loss);
  adamw(g, theta, params.packGradients(g, grad(loss, [...p.values()])));
  return { model: toOnnx(g), params };
}

/** Trains for some steps on two threads; from half way on in a new session if asked to. */
async function train(steps: number, resume: boolean): Promise<{ losses: number[]; state: Record<string, TensorData> }> {
  const { model, params } = trainingStep();
  const rng = createRng(7);
  const size = params.size;
  const start = params.initial(rng);
  let state: Record<string, TensorData> = { theta: float32(start, size), average: float32(start.slice(), size) };
  for (const name of ["m", "v"]) state[name] = float32(new Float32Array(size), size);
  const losses: number[] = [];
  let session = await openSession(model, { threads: 2 });
  for (let step = 1; step <= steps; step++) {
    if (resume && step === steps / 2) {
      await session.close();
      session = await openSession(model, { threads: 2 });
    }
    const scalar = (x: number): TensorData => float32(Float32Array.of(x));
    const out = await session.run({
      ...state,
      decay: float32(params.decayMask(), size),
      tokens: int64(BigInt64Array.from({ length: batch * tokens }, () => BigInt(rng.int(rows))), batch, tokens),
      target: float32(Float32Array.from({ length: batch }, () => rng.normal()), batch, 1),
      rate: scalar(1e-2),
      c1: scalar(1 / (1 - 0.9 ** step)),
      c2: scalar(1 / (1 - 0.98 ** step)),
      keep: scalar(0.95),
    });
    losses.push((out.loss.data as Float32Array)[0]);
    state = Object.fromEntries(optimiserState.map((name) => [name, out[`next_${name}`]]));
  }
  await session.close();
  return { losses, state };
}

test("100 training steps on two threads end bit for bit in the same place, also in a new session", async () => {
  const first = await train(100, false);
  expect(first.losses.every(Number.isFinite)).toBe(true);
  for (const resume of [false, true]) {
    const again = await train(100, resume);
    expect(again.losses).toEqual(first.losses);
    for (const name of optimiserState) {
      expect(Buffer.compare(bytes(again.state[name]), bytes(first.state[name])), name).toBe(0);
    }
  }
});

const bytes = ({ data }: TensorData): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
