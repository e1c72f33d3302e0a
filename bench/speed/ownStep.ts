/** VHGM's training step, as the product runs it: loss and gradients in one session, then the optimiser. */
import { createAdamW } from "../../src/engine/index.js";
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

export async function openOwnStep({ graph, theta, params, options, batches, fixed }: StepSetup, threads: number): Promise<OwnStep> {
  const session = await openSession(graph, { threads });
  const optimiser = createAdamW(theta, params.decayMask(), { weightDecay: options.weightDecay });
  const current = params.feeds(optimiser.theta);
  const gradients = params.gradientOutputs(optimiser.gradient);
  let taken = 0;
  return {
    async run(steps) {
      const seconds: number[] = [];
      const before = process.cpuUsage();
      let loss = NaN;
      for (let k = 0; k < steps; k++) {
        const begun = performance.now();
        const out = await session.run({ ...current, ...fixed, ...batches[taken % batches.length] }, gradients);
        loss = (out.loss.data as Float32Array)[0];
        optimiser.step({ rate, taken: taken++, keep });
        seconds.push((performance.now() - begun) / 1000);
      }
      const { user, system } = process.cpuUsage(before);
      return { seconds, cpu: (user + system) / 1e6, loss };
    },
    close: () => session.close(),
  };
}
