import { createHash } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { VhgmError } from "../../base/errors.js";
import { diskError } from "../../data/node/atomic.js";
import type { MemberState } from "../member.js";
import type { TrainingCheckpoints, TrainingProgress } from "../train.js";

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
 * (finished members' theta; then theta, m, v, average and best of the member under way), SHA-256 of all that.
 */
const magic = Buffer.from("VHGMCKP1");
const digestBytes = 32;
const arrayNames = ["theta", "m", "v", "average", "best"] as const;

const headerSchema = z.object({
  fingerprint: z.record(z.string(), z.string()),
  size: z.int().nonnegative(),
  finished: z.array(z.object({ epoch: z.number() })),
  current: z
    .object({ epoch: z.int(), epochs: z.int(), step: z.int(), rng: z.array(z.number()).length(4), bestScore: z.number().nullable(), bestEpoch: z.int() })
    .nullable(),
});

/** At the end of an epoch progress is written if this time has passed since the last writing, and 10 times what that took. */
const shortestPause = 2000;

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
    async save(progress) {
      if (progress.current === null || performance.now() - lastWrite >= pause) await write(progress);
      else held = copyProgress(progress);
    },
    async flush() {
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
function copyProgress({ finished, current }: TrainingProgress): TrainingProgress {
  if (!current) return { finished: [...finished], current };
  const arrays = Object.fromEntries(arrayNames.map((name) => [name, current[name].slice()]));
  return { finished: [...finished], current: { ...current, rng: [...current.rng], ...arrays } };
}

/** The file in pieces, which share memory with the progress. */
export function encodeCheckpoint(fingerprint: Fingerprint, { finished, current }: TrainingProgress): Uint8Array[] {
  const size = current?.theta.length ?? finished[0]?.theta.length ?? 0;
  const { epoch, epochs, step, rng, bestScore, bestEpoch } = current ?? ({} as Partial<MemberState>);
  const header = Buffer.from(
    JSON.stringify({
      fingerprint,
      size,
      finished: finished.map((member) => ({ epoch: member.epoch })),
      // Infinity, the score before the first one, does not survive JSON.
      current: current ? { epoch, epochs, step, rng, bestScore: Number.isFinite(bestScore) ? bestScore : null, bestEpoch } : null,
    }),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const arrays = [...finished.map((member) => member.theta), ...(current ? arrayNames.map((name) => current[name]) : [])];
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
  const { size, finished, current } = header;
  const other = Object.keys(fingerprint).filter((key) => header.fingerprint[key] !== fingerprint[key]);
  if (other.length > 0) {
    throw new VhgmError(
      "usage",
      `The checkpoint "${path}" belongs to a training with another ${other.join(" and another ")}; ` +
        "repeat the command of that training to resume it, or train without --resume to start anew.",
    );
  }
  const arrays = finished.length + (current ? arrayNames.length : 0);
  if (end - from !== arrays * size * 4) throw damaged();
  let at = from;
  const next = (): Float32Array => {
    const copy = new Uint8Array(bytes.subarray(at, (at += size * 4)));
    return new Float32Array(copy.buffer);
  };
  const members = finished.map(({ epoch }) => ({ theta: next(), epoch }));
  if (!current) return { finished: members, current: null };
  const [theta, m, v, average, best] = arrayNames.map(next);
  return { finished: members, current: { ...current, bestScore: current.bestScore ?? Infinity, theta, m, v, average, best } };
}
