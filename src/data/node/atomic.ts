import { randomUUID } from "node:crypto";
import { unlinkSync } from "node:fs";
import { access, constants, open, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { VhgmError } from "../../base/errors.js";

/** Temporary files of outputs that are under way. */
const pending = new Set<string>();

/** A file that is written under a temporary name beside `path` and takes that name when it is complete. */
export interface PendingFile {
  /** Where the file will stand; links are followed. */
  readonly path: string;
  readonly temporary: string;
  /** Brings the temporary file's content to the disk. */
  sync(): Promise<void>;
  /** The same, then renames it. */
  commit(): Promise<void>;
  /** Removes the temporary file, if there is one. */
  discard(): Promise<void>;
}

/**
 * Chooses a temporary name for an output; creates nothing yet.
 * @throws VhgmError "usage" if the folder doesn't exist or `path` is something other than a file, "disk" if the folder takes no files
 */
export async function pendingFile(path: string): Promise<PendingFile> {
  const target = await targetOf(path);
  await access(dirname(target), constants.W_OK).catch((cause: unknown) => {
    throw diskError(path, cause);
  });
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID().slice(0, 8)}.tmp`);
  pending.add(temporary);
  const discard = async (): Promise<void> => {
    await rm(temporary, { force: true });
    pending.delete(temporary);
  };
  const sync = async (): Promise<void> => {
    const handle = await open(temporary, "r+");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  };
  const commit = async (): Promise<void> => {
    try {
      await sync();
      await rename(temporary, target);
      pending.delete(temporary);
    } catch (cause) {
      await discard();
      throw diskError(path, cause);
    }
  };
  return { path: target, temporary, sync, commit, discard };
}

/**
 * Writes a whole file, which appears under its name complete or not at all.
 * @throws VhgmError "usage" as `pendingFile`, "disk" if it can't be written; nothing is left behind
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  const file = await pendingFile(path);
  try {
    await writeFile(file.temporary, data, { flag: "wx" });
  } catch (cause) {
    await file.discard();
    throw diskError(path, cause);
  }
  await file.commit();
}

/** Removes every temporary file of this process at once: for signal handlers, before the process ends. */
export function abortAll(): void {
  for (const temporary of pending) {
    try {
      unlinkSync(temporary);
    } catch {
      // It was not created yet, or it just took its name.
    }
  }
  pending.clear();
}

/** Says in one sentence why an output could not be written. */
export function diskError(path: string, cause: unknown): VhgmError {
  if (cause instanceof VhgmError) return cause;
  const { code = "", message = String(cause) } = cause as Partial<NodeJS.ErrnoException>;
  if (code === "ENOSPC" || code === "EDQUOT" || /No space left|quota exceeded/i.test(message)) {
    return new VhgmError("disk", `There is no space left to write "${path}"; nothing was left behind.`, { cause });
  }
  if (["EACCES", "EPERM", "EROFS"].includes(code)) {
    return new VhgmError("disk", `"${path}" can't be written: permission denied.`, { cause });
  }
  return new VhgmError("disk", `"${path}" can't be written: ${message}.`, { cause });
}

async function targetOf(path: string): Promise<string> {
  const info = await stat(path).catch(() => undefined);
  // Renaming over a device or a pipe would replace it by a file.
  if (info && !info.isFile()) {
    throw new VhgmError("usage", `"${path}" is ${info.isDirectory() ? "a folder" : "not a regular file"}; name a file to write.`);
  }
  if (info) return realpath(path);
  const folder = dirname(resolve(path));
  if (!(await stat(folder).catch(() => undefined))?.isDirectory()) {
    throw new VhgmError("usage", `"${path}" can't be written: there is no folder "${folder}".`);
  }
  return resolve(path);
}
