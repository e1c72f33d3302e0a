/** The same training step in PyTorch, in a process of its own (bench/peers/twin.py). */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ballOf } from "../../src/model/heavyBall.js";
import { columnOfFeatures, logVarianceRange } from "../../src/model/blocks.js";
import { degrees, priorWeight, smallest } from "../../src/model/network.js";
import { float32, type TensorData } from "../../src/engine/index.js";
import type { StepSetup } from "./cases.js";
import { rate, keep } from "./ownStep.js";

export interface Steps {
  /** Seconds of each step, by the clock. */
  readonly seconds: readonly number[];
  /** Processor seconds of all. */
  readonly cpu: number;
  /** Loss at the last step. */
  readonly loss: number;
}

export interface Twin {
  readonly torch: string;
  /** Loss and norm of the gradient at the starting weights. */
  check(): Promise<{ loss: number; gradient: number }>;
  run(steps: number): Promise<Steps>;
  close(): void;
}

/** Whether this Python can run the twin. */
export const hasTorch = (python: string): boolean => spawnSync(python, ["-c", "import torch"], { stdio: "ignore" }).status === 0;

/** @param script path of twin.py */
export async function startTwin(setup: StepSetup, { python, script, threads, compile }: { python: string; script: string; threads: number; compile: boolean }): Promise<Twin> {
  const folder = mkdtempSync(join(tmpdir(), "vhgm-twin-"));
  writeTwin(setup, folder, threads);
  const child: ChildProcess = spawn(python, [script, folder, ...(compile ? ["--compile"] : [])], { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, OMP_NUM_THREADS: String(threads) } });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const next = async <T>(): Promise<T> => {
    const { value, done } = (await lines.next()) as { value: string; done?: boolean };
    if (done) throw new Error(`${python} ${script} ended without an answer.`);
    return JSON.parse(value) as T;
  };
  const ask = <T>(command: string): Promise<T> => {
    child.stdin!.write(`${command}\n`);
    return next<T>();
  };
  const { torch } = await next<{ torch: string }>();
  return {
    torch,
    check: () => ask("check"),
    run: (steps) => ask(`run ${steps}`),
    close() {
      child.stdin!.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function writeTwin({ layout, config, params, options, linear, theta, fixed, batches }: StepSetup, folder: string, threads: number): void {
  const pieces: Uint8Array[] = [];
  const arrays: Record<string, { offset: number; bytes: number; dims: readonly number[]; type: string }> = {};
  let offset = 0;
  const add = (name: string, { data, dims }: TensorData): void => {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    arrays[name] = { offset, bytes: bytes.length, dims, type: data instanceof BigInt64Array ? "int64" : "float32" };
    pieces.push(bytes);
    offset += bytes.length;
  };
  const { center, weights, relaxation } = linear;
  const d = center.length;
  const constants = { center: float32(center, d), weights: float32(weights, d, d), relaxation: float32(Float32Array.of(relaxation)), ...fixed };
  add("theta", { data: theta, dims: [theta.length] });
  for (const [name, data] of Object.entries(constants)) add(name, data);
  batches.forEach((feeds, b) => Object.entries(feeds).forEach(([name, data]) => add(`${b}/${name}`, data)));
  const spec = {
    threads, arrays, config, momentum: ballOf(config.linearRounds).momentum, smallest, priorWeight, degrees, logVarianceRange,
    groups: layout.groups, features: layout.features, columns: layout.columns.length, numbers: layout.numbers,
    columnOf: [...columnOfFeatures(layout)],
    params: params.declared.map(({ name, shape, offset: at, size, decay }) => ({ name, shape, offset: at, size, decay })),
    fixed: Object.keys(constants), feeds: Object.keys(batches[0]), batches: batches.length,
    memoryLoss: options.memoryLoss,
    adam: { rate, keep, beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: options.weightDecay, clip: 1 },
  };
  writeFileSync(join(folder, "spec.json"), JSON.stringify(spec));
  writeFileSync(join(folder, "data.bin"), Buffer.concat(pieces));
}
