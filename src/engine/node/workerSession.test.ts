import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Graph, float32, ops, toOnnx, type Device } from "../index.js";
import { openSession } from "./session.js";
import { openWorkerSession, workerFile } from "./workerSession.js";

function model(width: number): Uint8Array {
  const g = new Graph();
  const x = g.input("x", ["B", width]);
  const w = g.constant(Float32Array.from({ length: width * width }, (_, i) => Math.sin(i)), [width, width]);
  g.output("y", ops.matmul(ops.silu(ops.matmul(x, w)), w));
  return toOnnx(g);
}
const input = (rows: number, width: number) =>
  float32(Float32Array.from({ length: rows * width }, (_, i) => Math.cos(i)), rows, width);

const built = existsSync(workerFile);
if (!built) console.warn("worker sessions are not tested: dist/ is absent; run the build first");

describe.skipIf(!built)("a session in a worker", () => {
  test("gives what a session in this thread gives, and leaves its inputs usable", async () => {
    const bytes = model(4);
    const [here, there] = [await openSession(bytes), await openWorkerSession(bytes)];
    expect(bytes.byteLength).toBeGreaterThan(0);
    expect([there.inputNames, there.outputNames]).toEqual([["x"], ["y"]]);
    const x = input(3, 4);
    const expected = await here.run({ x });
    expect(await Promise.all([there.run({ x }), there.run({ x }), there.run({ x })])).toEqual([expected, expected, expected]);
    expect(x).toEqual(input(3, 4));
    const part = float32((input(9, 4).data as Float32Array).subarray(4, 16), 3, 4);
    expect((await there.run({ x: part })).y).toEqual((await here.run({ x: part })).y);
    await Promise.all([here.close(), there.close()]);
  });

  test("writes results into given buffers", async () => {
    const session = await openWorkerSession(model(4));
    const buffer = float32(new Float32Array(12), 3, 4);
    const out = await session.run({ x: input(3, 4) }, { y: buffer });
    expect(out.y).toBe(buffer);
    expect(buffer).toEqual((await session.run({ x: input(3, 4) })).y);
    await expect(session.run({ x: input(3, 4) }, { y: float32(new Float32Array(12), 4, 3) })).rejects.toThrow(
      "The output 'y' is [3, 4], but a buffer of [4, 3] was given.",
    );
    await session.close();
  });

  test("does not hold up the event loop", async () => {
    const width = 512;
    const session = await openWorkerSession(model(width), { threads: 1 });
    const running = session.run({ x: input(4096, width) });
    let [turns, done] = [0, false];
    void running.then(() => (done = true));
    while (!done) {
      turns++;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect((await running).y.dims).toEqual([4096, width]);
    expect(turns).toBeGreaterThan(3);
    await session.close();
  });

  test("passes errors on as they are, and goes on", async () => {
    const session = await openWorkerSession(model(4));
    await expect(session.run({ x: input(2, 3) })).rejects.toMatchObject({
      name: "VhgmError",
      code: "device",
      message: "float32 [2, 3] was given, but the graph's input 'x' is float32 [B, 4].",
    });
    await expect(session.run({})).rejects.toMatchObject({ code: "device" });
    expect((await session.run({ x: input(1, 4) })).y.dims).toEqual([1, 4]);
    await session.close();
  });

  test("closes after the run in progress, and once closed says so", async () => {
    const session = await openWorkerSession(model(256), { threads: 1 });
    const running = session.run({ x: input(2048, 256) });
    await Promise.all([session.close(), session.close()]);
    expect((await running).y.dims).toEqual([2048, 256]);
    await session.close();
    const late = session.run({ x: input(1, 256) });
    await expect(late).rejects.toMatchObject({ code: "device", message: expect.stringContaining("closed") as string });
  });

  test("is refused for unknown devices and damaged models", async () => {
    const unknown = openWorkerSession(model(4), { device: "tpu" as Device });
    await expect(unknown).rejects.toMatchObject({ code: "device", message: expect.stringContaining("'tpu' is unknown") as string });
    await expect(openWorkerSession(new Uint8Array(10))).rejects.toMatchObject({ code: "device" });
  });
});
