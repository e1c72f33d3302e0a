import { expect, test } from "vitest";
import { pipelined } from "./pipelined.js";

test("results come in order, each while the next task is under way", async () => {
  const events: string[] = [];
  const begin = async (k: number): Promise<number> => {
    events.push(`begin ${k}`);
    // Later tasks end sooner.
    await new Promise((resolve) => setTimeout(resolve, 12 - 4 * k));
    return 10 * k;
  };
  for await (const result of pipelined([0, 1, 2], begin)) events.push(`result ${result}`);
  expect(events).toEqual(["begin 0", "begin 1", "result 0", "begin 2", "result 10", "result 20"]);
});

test("nothing gives nothing", async () => {
  for await (const result of pipelined([], () => Promise.resolve(1))) expect.unreachable(`${result}`);
});

test("a failure comes in its turn, and the items are closed after it", async () => {
  let closed = false;
  async function* items(): AsyncGenerator<number, void, undefined> {
    try {
      for (let k = 0; ; k++) yield k;
    } finally {
      closed = true;
    }
  }
  const results: number[] = [];
  const run = async (): Promise<void> => {
    for await (const result of pipelined(items(), (k) => (k < 2 ? Promise.resolve(k) : Promise.reject(new Error(`task ${k}`))))) results.push(result);
  };
  await expect(run()).rejects.toThrow("task 2");
  expect(results).toEqual([0, 1]);
  expect(closed).toBe(true);
});
