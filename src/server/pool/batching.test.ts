import { describe, expect, it } from "vitest";
import type { Encoded } from "../../data/encode.js";
import type { Predictor } from "../../inference/predictor.js";
import type { MemberPaths } from "../../model/predictive.js";
import { batchRuns } from "./batching.js";

/** Answers each row with its first feature, its first bit and its place; notes how many rows came together. */
function echo(): { predictor: Predictor; runs: number[] } {
  const runs: number[] = [];
  const run = async ({ rows, features, observed }: Encoded, own?: BigInt64Array): Promise<MemberPaths[]> => {
    runs.push(rows);
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (features[0] < 0) throw new Error("a run failed");
    const d = features.length / rows;
    const linear = Float32Array.from({ length: 2 * rows }, (_, k) => (k % 2 === 0 ? features[(k / 2) * d] : observed[((k - 1) / 2) * (observed.length / rows)]));
    return [{ linear, net: Float32Array.from(own!, Number) }];
  };
  const find = ({ rows }: Encoded): BigInt64Array => new BigInt64Array(rows).fill(-1n);
  return { predictor: { model: {} as Predictor["model"], find, run, runMember: async (member, rows, own) => (await run(rows, own ?? find(rows)))[member], close: async () => undefined }, runs };
}

const rowsOf = (first: number, rows: number): Encoded => ({
  rows,
  features: Float32Array.from({ length: 3 * rows }, (_, k) => (k % 3 === 0 ? first + k / 3 : 0)),
  observed: Uint8Array.from({ length: 2 * rows }, (_, k) => k % 2 ^ 1),
});
const signal = new AbortController().signal;

describe("batchRuns", () => {
  it("sends what waits together and gives each caller its own rows", async () => {
    const { predictor, runs } = echo();
    const view = batchRuns(predictor)(signal);
    const calls = [view.run(rowsOf(0, 1)), view.run(rowsOf(10, 2)), view.run(rowsOf(20, 3), BigInt64Array.of(7n, 8n, 9n))];
    const answers = (await Promise.all(calls)).map(([{ linear, net }]) => [[...linear], [...net]]);
    expect(answers).toEqual([[[0, 1], [-1]], [[10, 1, 11, 1], [-1, -1]], [[20, 1, 21, 1, 22, 1], [7, 8, 9]]]);
    expect(runs).toEqual([6]);
  });

  it("takes what comes during a run into the next one, up to 128 rows", async () => {
    const { predictor, runs } = echo();
    const view = batchRuns(predictor)(signal);
    const first = view.run(rowsOf(0, 200));
    await new Promise((resolve) => setTimeout(resolve, 3));
    const others = [view.run(rowsOf(0, 100)), view.run(rowsOf(0, 28)), view.run(rowsOf(0, 1))];
    await Promise.all([first, ...others]);
    expect(runs).toEqual([200, 128, 1]);
  });

  it("passes a failure on to its callers, and goes on", async () => {
    const { predictor } = echo();
    const view = batchRuns(predictor)(signal);
    await expect(view.run(rowsOf(-5, 1))).rejects.toThrow("a run failed");
    expect((await view.run(rowsOf(4, 1)))[0].linear[0]).toBe(4);
  });

  it("hands a member's run on by itself, but not of a caller that has gone", async () => {
    const { predictor, runs } = echo();
    const control = new AbortController();
    const view = batchRuns(predictor)(control.signal);
    expect([...(await view.runMember(0, rowsOf(3, 1))).linear]).toEqual([3, 1]);
    control.abort(new Error("gone"));
    await expect(view.runMember(0, rowsOf(3, 1))).rejects.toThrow("gone");
    expect(runs).toEqual([1]);
  });

  it("leaves out callers that have gone", async () => {
    const { predictor, runs } = echo();
    const batch = batchRuns(predictor);
    const control = new AbortController();
    const gone = batch(control.signal).run(rowsOf(0, 5));
    const kept = batch(signal).run(rowsOf(1, 2));
    control.abort(new Error("gone"));
    await expect(gone).rejects.toThrow("gone");
    await kept;
    expect(runs).toEqual([2]);
  });
});
