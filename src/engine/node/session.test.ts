import { expect, test } from "vitest";
import { VhgmError } from "../../base/errors.js";
import { Graph, float32, int64, ops, toOnnx, type Device } from "../index.js";
import { openSession } from "./session.js";

function model(): Uint8Array {
  const g = new Graph();
  const x = g.input("x", ["B", 3]);
  g.output("y", ops.scale(x, 2));
  g.output("rows", ops.sum(x, [1]));
  return toOnnx(g);
}
const x = float32(Float32Array.of(1, 2, 3, 4, 5, 6), 2, 3);

/** The error that a promise ends with; it must be the project's own, one sentence of it. */
async function failure(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(() => undefined, (e: unknown) => e);
  expect(error).toBeInstanceOf(VhgmError);
  const { code, message } = error as VhgmError;
  expect(code).toBe("device");
  expect(message).not.toContain("\n");
  expect(message).not.toContain("onnxruntime_src");
  expect(message.endsWith(".")).toBe(true);
  return message;
}

test("a session names its inputs and outputs and runs at any batch size", async () => {
  const session = await openSession(model());
  expect([session.inputNames, session.outputNames]).toEqual([["x"], ["y", "rows"]]);
  const out = await session.run({ x });
  expect(out.y).toEqual(float32(Float32Array.of(2, 4, 6, 8, 10, 12), 2, 3));
  expect(out.rows).toEqual(float32(Float32Array.of(6, 15), 2));
  expect((await session.run({ x: float32(new Float32Array(9), 3, 3), other: x })).y.dims).toEqual([3, 3]);
  await session.close();
});

test("inputs that are missing or of another type, rank, shape or size are named", async () => {
  const session = await openSession(model());
  const run = (feed: typeof x) => failure(session.run({ x: feed }));
  expect(await failure(session.run({}))).toBe("An input is missing: the graph's input 'x' is float32 [B, 3].");
  expect(await run(float32(new Float32Array(8), 2, 4))).toBe("float32 [2, 4] was given, but the graph's input 'x' is float32 [B, 3].");
  expect(await run(float32(new Float32Array(3), 3))).toContain("float32 [3] was given");
  expect(await run(int64(new BigInt64Array(6), 2, 3))).toContain("int64 [2, 3] was given");
  expect(await run(float32(new Float32Array(5), 2, 3))).toBe("The input 'x' has 5 values, but its shape [2, 3] needs 6.");
  expect((await session.run({ x })).rows.data[0]).toBe(6);
  await session.close();
});

test("shapes that only the runtime can compare fail with its reason", async () => {
  const g = new Graph();
  g.output("y", ops.add(g.input("a", ["B", 2]), g.input("b", ["B", 2])));
  const session = await openSession(toOnnx(g));
  const run = session.run({ a: float32(new Float32Array(4), 2, 2), b: float32(new Float32Array(6), 3, 2) });
  expect(await failure(run)).toContain("The model's run failed: ");
  await session.close();
});

test("results are written into given buffers, bit for bit what they are without", async () => {
  const session = await openSession(model());
  const buffer = float32(new Float32Array(6), 2, 3);
  const out = await session.run({ x }, { y: buffer });
  expect(out.y).toBe(buffer);
  expect(out.rows.data).toEqual(Float32Array.of(6, 15));
  expect(buffer.data).toEqual((await session.run({ x })).y.data);
  const shapes = [[3, 2], [2, 4], [6]].map((dims) => float32(new Float32Array(dims.reduce((a, b) => a * b)), ...dims));
  for (const wrong of [...shapes, int64(new BigInt64Array(6), 2, 3), float32(new Float32Array(5), 2, 3)]) {
    expect(await failure(session.run({ x }, { y: wrong }))).toContain("The model's run failed: ");
  }
  await session.close();
});

test("two sets of state buffers that are swapped at every step end where fresh ones do", async () => {
  const g = new Graph();
  const state = g.input("state", [1000]);
  g.output("next", ops.add(ops.scale(state, 0.9), ops.clamp(state, -1, 1)));
  const session = await openSession(toOnnx(g));
  let fresh = float32(new Float32Array(1000).map((_, i) => i / 100), 1000);
  let [current, spare] = [float32((fresh.data as Float32Array).slice(), 1000), float32(new Float32Array(1000), 1000)];
  for (let step = 0; step < 50; step++) {
    fresh = (await session.run({ state: fresh })).next;
    await session.run({ state: current }, { next: spare });
    [current, spare] = [spare, current];
  }
  expect(current).toEqual(fresh);
  await session.close();
});

test("a closed session says so; closing waits for a run and may be repeated", async () => {
  const session = await openSession(model());
  const running = session.run({ x });
  await session.close();
  await session.close();
  expect((await running).rows.data).toEqual(Float32Array.of(6, 15));
  expect(await failure(session.run({ x }))).toBe("The session is closed; open a new one to run the model.");
});

test("devices and models that cannot be used are refused in one sentence", async () => {
  const unknown = await failure(openSession(model(), { device: "tpu" as Device }));
  expect(unknown).toBe("The device 'tpu' is unknown; allowed are cpu, webgpu, cuda.");
  const threads = await failure(openSession(model(), { threads: 0 }));
  expect(threads).toBe("A session takes a whole number of threads, 1 or more; 0 was given.");
  expect(await failure(openSession(new Uint8Array(10)))).toContain("The device 'cpu' cannot run the model here (");
});

// Whether a GPU is there depends on the machine: without one the device must be refused, and never replaced silently.
test.each<Device>(["webgpu", "cuda"])("%s runs the model or is refused with advice", async (device) => {
  const opened = await openSession(model(), { device }).catch((error: unknown) => error);
  if (opened instanceof Error) {
    expect(await failure(Promise.reject(opened))).toContain(`The device '${device}' cannot run the model here (`);
    expect(opened.message).toContain("use the device cpu");
    return;
  }
  const session = opened as Awaited<ReturnType<typeof openSession>>;
  expect((await session.run({ x })).y.data).toEqual(Float32Array.of(2, 4, 6, 8, 10, 12));
  await session.close();
});
