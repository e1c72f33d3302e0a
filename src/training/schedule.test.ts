import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { epochsFrom, isOver, isScored, scheduleOf, stepAt } from "./schedule.js";

const options = { batch: 64, epochs: 100, steps: 1500, extension: 2, patience: 0.35, learningRate: 0.002, average: 0.995 };

/** Trains in mind: `score` of each epoch, lower is better. @returns the epoch in which training ended and the best one */
function simulate(rows: number, score: (epoch: number) => number, given = options): { ended: number; best: number } {
  const schedule = scheduleOf(given, rows, true);
  const state = { epoch: 0, bestEpoch: 0, epochs: schedule.planned };
  let least = Infinity;
  while (!isOver(state, given)) {
    state.epoch++;
    if (!isScored(state)) continue;
    if (score(state.epoch) < least || state.bestEpoch === 0) [least, state.bestEpoch] = [score(state.epoch), state.epoch];
    state.epochs = epochsFrom(schedule, state);
  }
  return { ended: state.epoch, best: state.bestEpoch };
}

describe("a schedule", () => {
  test("has as many epochs as the options or their steps allow, whichever are fewer", () => {
    expect(scheduleOf(options, 640, true)).toMatchObject({ perEpoch: 10, planned: 100, extended: 200 });
    expect(scheduleOf(options, 6400, true)).toMatchObject({ perEpoch: 100, planned: 15, extended: 30 });
    // One pass over a very large table takes more steps than were meant, and is not repeated for that.
    expect(scheduleOf(options, 128_000, true)).toMatchObject({ perEpoch: 2000, planned: 1, extended: 2 });
    expect(scheduleOf(options, 1_280_000, true)).toMatchObject({ planned: 1, extended: 1 });
    expect(scheduleOf(options, 3, false)).toMatchObject({ perEpoch: 1, planned: 20, extended: 20 });
  });

  test("is extended while held-out cells are told better and better, and not after a best epoch that came early", () => {
    expect(simulate(640, (epoch) => -epoch)).toEqual({ ended: 200, best: 200 });
    expect(simulate(640, (epoch) => Math.abs(epoch - 40))).toEqual({ ended: 76, best: 40 });
    expect(simulate(640, (epoch) => Math.abs(epoch - 60)).ended).toBeGreaterThan(100);
    expect(simulate(640, (epoch) => -epoch, { ...options, extension: 1 })).toEqual({ ended: 100, best: 100 });
  });

  test("keeps the best epoch, waits as long as its patience and ends in time, whatever the scores", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20_000 }), fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 300 }), (rows, scores) => {
        const { planned, extended } = scheduleOf(options, rows, true);
        const { ended, best } = simulate(rows, (epoch) => scores[epoch % scores.length]);
        expect(best).toBeGreaterThan(0);
        expect(ended).toBeLessThanOrEqual(extended);
        if (ended !== planned && ended !== extended) expect(ended - best).toBeGreaterThan(planned * options.patience - 1);
      }),
    );
  });
});

test("the learning rate rises, then falls to nothing", () => {
  const rates = Array.from({ length: 1500 }, (_, t) => stepAt(t, 1500, options).rate);
  expect(Math.max(...rates)).toBeLessThanOrEqual(options.learningRate);
  expect(rates.indexOf(Math.max(...rates))).toBe(49);
  expect(rates[1499]).toBeCloseTo(0, 12);
  expect(stepAt(1e6, 2e6, options).keep).toBe(options.average);
  expect(stepAt(0, 10, options).keep).toBeLessThan(0.2);
});
