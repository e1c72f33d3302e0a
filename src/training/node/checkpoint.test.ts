import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CellsBuilder } from "../../data/cells.js";
import { openSession } from "../../engine/node/session.js";
import { schemaSchema } from "../../schema/schema.js";
import { trainingDefaults } from "../options.js";
import type { MemberState } from "../member.js";
import type { TrainingProgress } from "../progress.js";
import { trainModel } from "../train.js";
import { decodeCheckpoint, encodeCheckpoint, openCheckpoint, readCheckpoint } from "./checkpoint.js";

const fingerprint = { table: "abc", "choice of settings": "{}" };
const floats = (...values: number[]): Float32Array => Float32Array.from(values);
const state: MemberState = {
  epoch: 4, epochs: 9, step: 40, rng: [1, 2, 3, 4294967295], bestScore: 0.1 + 0.2, bestEpoch: 2,
  theta: floats(0.1, -0), m: floats(3, 4), v: floats(1e-38, 5), average: floats(NaN, Infinity), best: floats(6, 7),
};
const done = { theta: floats(1, 2), epoch: 3 };
const progress: TrainingProgress = { members: [{ state: { ...state, epoch: 5 } }, { done }, { state }, null] };
const encode = (p: TrainingProgress): Buffer => Buffer.concat(encodeCheckpoint(fingerprint, p));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vhgm-checkpoint-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("a checkpoint", () => {
  it("comes back bit for bit", () => {
    expect(decodeCheckpoint(encode(progress), fingerprint, "c")).toEqual(progress);
    const fresh: TrainingProgress = { members: [{ state: { ...state, bestScore: Infinity } }, null] };
    expect(decodeCheckpoint(encode(fresh), fingerprint, "c")).toEqual(fresh);
    const between: TrainingProgress = { members: [{ done }, null] };
    expect(decodeCheckpoint(encode(between), fingerprint, "c")).toEqual(between);
  });

  it("is refused when any byte is another or missing", () => {
    const bytes = encode(progress);
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes);
      changed[i] ^= 1;
      expect(() => decodeCheckpoint(changed, fingerprint, "c")).toThrow('The checkpoint "c" is damaged');
      expect(() => decodeCheckpoint(bytes.subarray(0, i), fingerprint, "c")).toThrow("damaged");
    }
  });

  it("says what differs when it belongs to another training", () => {
    expect(() => decodeCheckpoint(encode(progress), { ...fingerprint, table: "x" }, "c")).toThrow("belongs to a training with another table;");
    expect(() => decodeCheckpoint(encode(progress), { table: "x", "choice of settings": "y" }, "c")).toThrow("another table and another choice of settings");
  });

  it("is written at a network's end, held back within an epoch, and kept as it was when the arrays go on", async () => {
    const path = join(folder, "a");
    const file = openCheckpoint(path, fingerprint, false);
    const current = structuredClone(state);
    await file.save({ members: [{ state: current }, null] });
    expect(await readdir(folder)).toEqual([]);
    current.theta[0] = 99;
    expect(await file.flush()).toBe(true);
    expect(await readCheckpoint(path, fingerprint)).toEqual({ members: [{ state }, null] });
    await Promise.all([file.save({ members: [{ done }, { state: current }] }), file.save({ members: [{ done }, { state }] })]);
    expect(await readCheckpoint(path, fingerprint)).toEqual({ members: [{ done }, { state: current }] });
    await file.flush();
    expect(await readCheckpoint(path, fingerprint)).toEqual({ members: [{ done }, { state }] });
    await file.remove();
    expect(await readdir(folder)).toEqual([]);
    expect(await readCheckpoint(path, fingerprint)).toBeNull();
  });

  it("is read only by a training that resumes", async () => {
    const path = join(folder, "b");
    await writeFile(path, encode(progress));
    expect(await openCheckpoint(path, fingerprint, false).load()).toBeNull();
    expect(await openCheckpoint(path, fingerprint, true).load()).toEqual(progress);
    expect((await readFile(path)).equals(encode(progress))).toBe(true);
  });
});

describe("a training", () => {
  it("goes on from the end of any epoch to the same weights, bit for bit", async () => {
    const schema = schemaSchema.parse({ attributes: [{ name: "x", type: "real" }, { name: "y", type: "real" }, { name: "k", type: "binary", levels: ["a", "b"] }] });
    const builder = new CellsBuilder(schema, ["x", "y", "k"], "table");
    builder.add(Array.from({ length: 90 }, (_, i) => [String(Math.sin(i)), i % 5 === 0 ? "" : String(Math.sin(i) + Math.cos(3 * i)), Math.sin(i) > 0 ? "a" : "b"]));
    const cells = builder.finish();
    const options = { ...trainingDefaults, members: 2, epochs: 4, width: 8, batch: 32, patience: 1 };
    const open = (model: Uint8Array) => openSession(model, { threads: 1 });
    const saved: Buffer[] = [];
    const save = async (p: TrainingProgress): Promise<void> => void saved.push(encode(p));
    const whole = await trainModel(cells, options, open, { checkpoints: { load: async () => null, save } });
    expect(saved).toHaveLength(2 * (4 + 1));
    for (const bytes of saved.slice()) {
      const load = async (): Promise<TrainingProgress> => decodeCheckpoint(bytes, fingerprint, "c");
      const resumed = await trainModel(cells, options, open, { checkpoints: { load, save: async () => {} } });
      expect(resumed.epochs).toEqual(whole.epochs);
      resumed.model.members.forEach((member, k) => expect(Buffer.from(member.theta.buffer).equals(Buffer.from(whole.model.members[k].theta.buffer))).toBe(true));
    }
  });
});
