/** VHGM's training step, as the product runs it: one session, whose results are the next step's inputs. */
import { float32, type TensorData } from "../../src/engine/index.js";
import { openSession } from "../../src/engine/node/session.js";
import type { StepSetup } from "./cases.js";
import type { Steps } from "./twin.js";

/** Learning rate, and how much of the weights' average is kept. */
export const rate = 1e-3;
export const keep = 0.99;

export interface OwnStep {
  run(steps: number): Promise<Steps>;
  close(): Promise<void>;
}

export async function openOwnStep({ graph, theta, params, batches, fixed }: StepSetup, threads: number): Promise<OwnStep> {
  const session = await openSession(graph, { threads });
  const n = params.size;
  const scalar = (x: number): TensorData => float32(Float32Array.of(x));
  const names = ["theta", "m", "v", "average"] as const;
  const buffers = (): Record<string, TensorData> => Object.fromEntries(names.map((name) => [name, float32(new Float32Array(n), n)]));
  let state: Record<string, TensorData> = { ...buffers(), theta: float32(theta.slice(), n), average: float32(theta.slice(), n) };
  let taken = 0;
  return {
    async run(steps) {
      const seconds: number[] = [];
      const before = process.cpuUsage();
      let loss = NaN;
      for (let k = 0; k < steps; k++) {
        const begun = performance.now();
        const t = taken + 1;
        const bias = { rate: scalar(rate), c1: scalar(1 / (1 - 0.9 ** t)), c2: scalar(1 / (1 - 0.98 ** t)), keep: scalar(keep) };
        const out = await session.run({ ...fixed, ...batches[taken++ % batches.length], ...state, ...bias });
        state = Object.fromEntries(names.map((name) => [name, out[`next_${name}`]]));
        loss = (out.loss.data as Float32Array)[0];
        seconds.push((performance.now() - begun) / 1000);
      }
      const { user, system } = process.cpuUsage(before);
      return { seconds, cpu: (user + system) / 1e6, loss };
    },
    close: () => session.close(),
  };
}
