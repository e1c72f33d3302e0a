/** VHGM's training step, as the product runs it: loss and gradients (a transformer's in pieces), then the optimiser. */
import { createAdamW } from "../../src/engine/index.js";
import { openSession } from "../../src/engine/node/session.js";
import { openWorkerSession } from "../../src/engine/node/workerSession.js";
import { roomBeside } from "../../src/training/lanes.js";
import { openTrainer, piecesOf } from "../../src/training/trainer.js";
import type { StepSetup } from "./cases.js";
import type { Steps } from "./twin.js";

/** Learning rate, and how much of the weights' average is kept. */
export const rate = 1e-3;
export const keep = 0.99;

export interface OwnStep {
  run(steps: number): Promise<Steps>;
  close(): Promise<void>;
}

export async function openOwnStep({ graphOf, layout, config, theta, params, options, batches, fixed }: StepSetup, threads: number): Promise<OwnStep> {
  const optimiser = createAdamW(theta, params.decayMask(), { weightDecay: options.weightDecay });
  const trainer = await openTrainer({
    params,
    gradient: optimiser.gradient,
    graphOf,
    batch: options.batch,
    pieces: config.residual.kind === "transformer" ? piecesOf(options.batch, layout.columns.length) : 1,
    open: (graph, own) => openSession(graph, { threads, ...own }),
    beside: roomBeside({ threads, open: openWorkerSession }),
  });
  const current = params.feeds(optimiser.theta);
  let taken = 0;
  return {
    async run(steps) {
      const seconds: number[] = [];
      const before = process.cpuUsage();
      let loss = NaN;
      for (let k = 0; k < steps; k++) {
        const begun = performance.now();
        ({ loss } = await trainer.step(current, { ...fixed, ...batches[taken % batches.length] }));
        optimiser.step({ rate, taken: taken++, keep });
        seconds.push((performance.now() - begun) / 1000);
      }
      const { user, system } = process.cpuUsage(before);
      return { seconds, cpu: (user + system) / 1e6, loss };
    },
    close: () => trainer.close(),
  };
}
