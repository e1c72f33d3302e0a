import { expect, test } from "vitest";
import { difference } from "../../test/support/checkOp.js";
import { createRng } from "../base/random.js";
import { Graph, Parameters, adamw, float32, optimiserState, toOnnx, type AdamWOptions, type TensorData } from "./index.js";
import { openSession } from "./node/session.js";

const size = 12;
const decay = Float32Array.from({ length: size }, (_, i) => (i % 3 === 0 ? 0 : 1));

/** Runs some steps on given gradients in the graph. */
async function inGraph(start: Float32Array, gradients: Float32Array[], schedule: Schedule[], options?: AdamWOptions) {
  const g = new Graph();
  adamw(g, g.input("theta", [size]), g.input("gradient", [size]), options);
  const session = await openSession(toOnnx(g), { threads: 1 });
  let state: Record<string, TensorData> = { theta: float32(start, size), average: float32(start, size) };
  for (const name of ["m", "v"]) state[name] = float32(new Float32Array(size), size);
  for (const [i, gradient] of gradients.entries()) {
    const scalars = Object.fromEntries(Object.entries(schedule[i]).map(([name, value]) => [name, float32(Float32Array.of(value))]));
    const out = await session.run({ ...state, ...scalars, gradient: float32(gradient, size), decay: float32(decay, size) });
    state = Object.fromEntries(optimiserState.map((name) => [name, out[`next_${name}`]]));
  }
  await session.close();
  return state;
}

interface Schedule {
  readonly rate: number;
  readonly c1: number;
  readonly c2: number;
  readonly keep: number;
}

/** The same as the formulas are written, in double precision. */
function plainly(start: Float32Array, gradients: Float32Array[], schedule: Schedule[], options: Required<AdamWOptions>) {
  const { beta1, beta2, epsilon, weightDecay, clip } = options;
  const theta = Float64Array.from(start);
  const average = Float64Array.from(start);
  const m = new Float64Array(size);
  const v = new Float64Array(size);
  for (const [step, gradient] of gradients.entries()) {
    const { rate, c1, c2, keep } = schedule[step];
    const norm = Math.sqrt(gradient.reduce((sum, x) => sum + x * x, 0));
    const factor = Math.min(1, clip / norm);
    for (let i = 0; i < size; i++) {
      const g = gradient[i] * factor;
      m[i] = beta1 * m[i] + (1 - beta1) * g;
      v[i] = beta2 * v[i] + (1 - beta2) * g * g;
      theta[i] = theta[i] * (1 - rate * weightDecay * decay[i]) - (rate * m[i] * c1) / (Math.sqrt(v[i] * c2) + epsilon);
      average[i] = keep * average[i] + (1 - keep) * theta[i];
    }
  }
  return { theta, m, v, average };
}

test.each<[string, Required<AdamWOptions>]>([
  ["its defaults", { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0.05, clip: 1 }],
  ["a large epsilon and decay", { beta1: 0.8, beta2: 0.999, epsilon: 1e-2, weightDecay: 0.5, clip: 0.3 }],
  ["no clipping", { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0, clip: Infinity }],
])("20 steps of AdamW with %s follow the formulas", async (_, options) => {
  const rng = createRng(5);
  const start = Float32Array.from({ length: size }, () => rng.normal());
  // Short and long gradients in turn: some are clipped, some are not.
  const gradients = Array.from({ length: 20 }, (_, step) =>
    Float32Array.from({ length: size }, () => rng.normal() * (step % 2 === 0 ? 0.05 : 2)),
  );
  const schedule = gradients.map((_, i) => ({
    rate: 0.02 * (1 - i / 30),
    c1: 1 / (1 - options.beta1 ** (i + 1)),
    c2: 1 / (1 - options.beta2 ** (i + 1)),
    keep: Math.min(0.99, (1 + i) / (10 + i)),
  }));
  const got = await inGraph(start, gradients, schedule, options);
  const expected = plainly(start, gradients, schedule, options);
  for (const name of optimiserState) expect(difference(got[name].data as Float32Array, expected[name]), name).toBeLessThan(1e-5);
});

test("a gradient of zero moves nothing but what decays", async () => {
  const start = new Float32Array(size).fill(2);
  const { theta, m } = await inGraph(start, [new Float32Array(size)], [{ rate: 0.1, c1: 10, c2: 50, keep: 0 }]);
  expect([...m.data]).toEqual([...new Float32Array(size)]);
  expect(difference(theta.data as Float32Array, Array.from(decay, (d) => 2 * (1 - 0.1 * 0.05 * d)))).toBeLessThan(1e-6);
});

test("the decay mask covers matrices and leaves vectors alone", () => {
  const p = new Parameters();
  p.declare("w", [2, 2], { fill: 1 });
  p.declare("b", [2], { fill: 0 });
  p.declare("table", [1, 3], { fill: 0 }, false);
  expect([...p.decayMask()]).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 0]);
});
