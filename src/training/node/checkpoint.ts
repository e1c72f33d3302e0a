import { createHash } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { VhgmError } from "../../base/errors.js";
import { diskError } from "../../data/node/atomic.js";
import type { TrainingCheckpoints, TrainingProgress } from "../progress.js";

type MemberProgress = TrainingProgress["members"][number];

/**
 * What a checkpoint belongs to: hashes or texts of everything that decides a training's result. The keys are the words
 * in which a person is told what differs.
 */
export type Fingerprint = Readonly<Record<string, string>>;

/** Progress of a training in a file. `load` and `save` are for `trainModel`. */
export interface CheckpointFile extends TrainingCheckpoints {
  /** Writes what `save` held back. @returns whether the file exists */
  flush(): Promise<boolean>;
  /** The training is complete: the file goes. */
  remove(): Promise<void>;
}

/*
 * The file: magic, length of the header (4 bytes, little-endian), header in JSON, the float arrays one after the other
 * (member by member: theta of one that has ended; theta, m, v, average and best of one under way), SHA-256 of all that.
 */
const magic = Buffer.from("VHGMCKP2");
const digestBytes = 32;
const arrayNames = ["theta", "m", "v", "average", "best"] as const;

const headerSchema = z.object({
  fingerprint: z.record(z.string(), z.string()),
  size: z.int().nonnegative(),
  members: z.array(
    z
      .union([
        z.object({ done: z.object({ epoch: z.number() }) }),
        z.object({ state: z.object({ epoch: z.int(), epochs: z.int(), step: z.int(), rng: z.array(z.number()).length(4), bestScore: z.number().nullable(), bestEpoch: z.int() }) }),
      ])
      .nullable(),
  ),
});

const endedOf = ({ members }: TrainingProgress): number => members.filter((member) => member && "done" in member).length;

/** At the end of an epoch progress is written if this time has passed since the last writing, and 10 times what that took. */
const shortestPause = 2000;

/** Whether a file is there that begins as a checkpoint does; null if none is, or an empty one. */
export async function isCheckpoint(path: string): Promise<boolean | null> {
  const file = await open(path).catch(() => null);
  if (!file) return null;
  const start = Buffer.alloc(magic.length);
  const { bytesRead } = await file.read(start).finally(() => file.close());
  return bytesRead === 0 ? null : start.equals(magic);
}

/** @throws VhgmError "usage" for a file that is there and is no checkpoint: a training would replace it, and remove it at its end */
export async function refuseForeignFile(path: string): Promise<void> {
  if ((await isCheckpoint(path)) !== false) return;
  throw new VhgmError("usage", `"${path}" is there already and is no checkpoint of a training, which would replace and at last remove it; give --checkpoint another name.`);
}

/**
 * Opens the checkpoint of a training; reads nothing yet.
 * @param resume whether `load` gives what an earlier run saved; else a training starts anew and overwrites it
 */
export function openCheckpoint(path: string, fingerprint: Fingerprint, resume: boolean): CheckpointFile {
  const temporary = join(dirname(path), `.${basename(path)}.tmp`);
  let held: TrainingProgress | null = null;
  let exists = false;
  let pause = shortestPause;
  let lastWrite = performance.now();
  let ended = 0;
  /** Members may end an epoch while another's progress is written. */
  let writing = Promise.resolve();

  const write = async (progress: TrainingProgress): Promise<void> => {
    const start = performance.now();
    try {
      const file = await open(temporary, "w");
      try {
        for (const piece of encodeCheckpoint(fingerprint, progress)) await file.writeFile(piece);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    } catch (cause) {
      await rm(temporary, { force: true });
      throw diskError(path, cause);
    }
    held = null;
    exists = true;
    ended = endedOf(progress);
    lastWrite = performance.now();
    pause = Math.max(shortestPause, 10 * (lastWrite - start));
  };

  return {
    async load() {
      if (!resume) return null;
      const progress = await readCheckpoint(path, fingerprint);
      exists = progress !== null;
      return progress;
    },
    save(progress) {
      const copy = copyProgress(progress);
      writing = writing.then(async () => {
        if (endedOf(copy) > ended || performance.now() - lastWrite >= pause) await write(copy);
        else held = copy;
      });
      return writing;
    },
    async flush() {
      await writing;
      if (held) await write(held);
      return exists;
    },
    async remove() {
      held = null;
      await rm(temporary, { force: true });
      await rm(path, { force: true });
    },
  };
}

/** The training goes on in the arrays that it gave to `save`. */
const copyProgress = ({ members }: TrainingProgress): TrainingProgress => ({
  members: members.map((member): MemberProgress => {
    if (!member || "done" in member) return member;
    const arrays = Object.fromEntries(arrayNames.map((name) => [name, member.state[name].slice()]));
    return { state: { ...member.state, rng: [...member.state.rng], ...arrays } };
  }),
});

const arraysOf = (member: MemberProgress): Float32Array[] => (!member ? [] : "done" in member ? [member.done.theta] : arrayNames.map((name) => member.state[name]));

function headerOf(member: MemberProgress): unknown {
  if (!member) return null;
  if ("done" in member) return { done: { epoch: member.done.epoch } };
  const { epoch, epochs, step, rng, bestScore, bestEpoch } = member.state;
  // Infinity, the score before the first one, does not survive JSON.
  return { state: { epoch, epochs, step, rng, bestScore: Number.isFinite(bestScore) ? bestScore : null, bestEpoch } };
}

/** The file in pieces, which share memory with the progress. */
export function encodeCheckpoint(fingerprint: Fingerprint, { members }: TrainingProgress): Uint8Array[] {
  const arrays = members.flatMap(arraysOf);
  const header = Buffer.from(JSON.stringify({ fingerprint, size: arrays[0]?.length ?? 0, members: members.map(headerOf) }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const pieces = [magic, length, header, ...arrays.map((a) => new Uint8Array(a.buffer, a.byteOffset, a.byteLength))];
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return [...pieces, hash.digest()];
}

/**
 * Progress saved by an earlier run, or null if there is none.
 * @throws VhgmError "bundle" if the file is damaged, "usage" if it belongs to another table or other settings
 */
export async function readCheckpoint(path: string, fingerprint: Fingerprint): Promise<TrainingProgress | null> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new VhgmError("bundle", `The checkpoint "${path}" can't be read: ${(cause as Error).message}.`, { cause });
  }
  return decodeCheckpoint(bytes, fingerprint, path);
}

export function decodeCheckpoint(bytes: Buffer, fingerprint: Fingerprint, path: string): TrainingProgress {
  const damaged = (cause?: unknown): VhgmError =>
    new VhgmError("bundle", `The checkpoint "${path}" is damaged; train without --resume to start anew.`, { cause });
  const end = bytes.length - digestBytes;
  const prefix = magic.length + 4;
  if (end < prefix || !bytes.subarray(0, magic.length).equals(magic)) throw damaged();
  if (!createHash("sha256").update(bytes.subarray(0, end)).digest().equals(bytes.subarray(end))) throw damaged();
  const from = prefix + bytes.readUInt32LE(magic.length);
  let header: z.infer<typeof headerSchema>;
  try {
    header = headerSchema.parse(JSON.parse(bytes.toString("utf8", prefix, from)));
  } catch (cause) {
    throw damaged(cause);
  }
  const { size, members } = header;
  const other = Object.keys(fingerprint).filter((key) => header.fingerprint[key] !== fingerprint[key]);
  if (other.length > 0) {
    throw new VhgmError(
      "usage",
      `The checkpoint "${path}" belongs to a training with another ${other.join(" and another ")}; ` +
        "repeat the command of that training to resume it, or train without --resume to start anew.",
    );
  }
  const arrays = members.reduce((sum, member) => sum + (!member ? 0 : "done" in member ? 1 : arrayNames.length), 0);
  if (end - from !== arrays * size * 4) throw damaged();
  let at = from;
  const next = (): Float32Array => {
    const copy = new Uint8Array(bytes.subarray(at, (at += size * 4)));
    return new Float32Array(copy.buffer);
  };
  return {
    members: members.map((member): MemberProgress => {
      if (!member) return null;
      if ("done" in member) return { done: { theta: next(), epoch: member.done.epoch } };
      const [theta, m, v, average, best] = arrayNames.map(next);
      return { state: { ...member.state, bestScore: member.state.bestScore ?? Infinity, theta, m, v, average, best } };
    }),
  };
}
