import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { difference } from "../../test/support/checkOp.js";
import { createRng } from "../base/random.js";
import { createAdamW, optimiserState, Parameters, type AdamWOptions, type Optimiser } from "./index.js";

// Not a multiple of the four values that are worked on at once.
const size = 13;
const decay = Float32Array.from({ length: size }, (_, i) => (i % 3 === 0 ? 0 : 1));

/** Some steps on given gradients. */
function inKernel(start: Float32Array, gradients: readonly Float32Array[], schedule: readonly Schedule[], options?: AdamWOptions): Optimiser {
  const optimiser = createAdamW(start, decay, options);
  for (const [taken, gradient] of gradients.entries()) {
    optimiser.gradient.set(gradient);
    optimiser.step({ ...schedule[taken], taken });
  }
  return optimiser;
}

interface Schedule {
  readonly rate: number;
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
    const { rate, keep } = schedule[step];
    const [c1, c2] = [beta1, beta2].map((beta) => 1 / (1 - beta ** (step + 1)));
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
])("20 steps of AdamW with %s follow the formulas", (_, options) => {
  const rng = createRng(5);
  const start = Float32Array.from({ length: size }, () => rng.normal());
  // Short and long gradients in turn: some are clipped, some are not.
  const gradients = Array.from({ length: 20 }, (_, step) =>
    Float32Array.from({ length: size }, () => rng.normal() * (step % 2 === 0 ? 0.05 : 2)),
  );
  const schedule = gradients.map((_, i) => ({
    rate: 0.02 * (1 - i / 30),
    keep: Math.min(0.99, (1 + i) / (10 + i)),
  }));
  const got = inKernel(start, gradients, schedule, options);
  const expected = plainly(start, gradients, schedule, options);
  for (const name of optimiserState) expect(difference(got[name], expected[name]), name).toBeLessThan(1e-5);
});

test("a gradient of zero moves nothing but what decays", () => {
  const start = new Float32Array(size).fill(2);
  const { theta, m } = inKernel(start, [new Float32Array(size)], [{ rate: 0.1, keep: 0 }]);
  expect([...m]).toEqual([...new Float32Array(size)]);
  expect(difference(theta, Array.from(decay, (d) => 2 * (1 - 0.1 * 0.05 * d)))).toBeLessThan(1e-6);
});

test("a value does not depend on where it stands, nor on how many others there are", () => {
  const values = Array.from({ length: 9 }, (_, i) => Math.sin(i + 1));
  const after = (before: number, behind: number): number[] => {
    const padded = (of: readonly number[]): Float32Array => Float32Array.from([...new Array<number>(before).fill(0), ...of, ...new Array<number>(behind).fill(0)]);
    const optimiser = createAdamW(padded(values), padded(values.map(() => 1)), { clip: Infinity });
    for (let taken = 0; taken < 3; taken++) {
      optimiser.gradient.set(padded(values.map((x) => x * x - 0.3)));
      optimiser.step({ rate: 0.01, taken, keep: 0.5 });
    }
    return [...optimiser.average.subarray(before, before + values.length)];
  };
  const alone = after(0, 0);
  for (const [before, behind] of [[1, 0], [2, 70_000], [3, 5]]) expect(after(before, behind)).toEqual(alone);
});

test("the kernel that is loaded is the one whose source stands beside it", () => {
  const { status, stderr } = spawnSync(process.execPath, ["scripts/kernel.mjs", "--check"], { cwd: join(import.meta.dirname, "..", ".."), encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
});

test("the decay mask covers matrices and leaves vectors alone", () => {
  const p = new Parameters();
  p.declare("w", [2, 2], { fill: 1 });
  p.declare("b", [2], { fill: 0 });
  p.declare("table", [1, 3], { fill: 0 }, false);
  expect([...p.decayMask()]).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 0]);
});
