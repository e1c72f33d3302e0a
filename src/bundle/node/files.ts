import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { VhgmError } from "../../base/errors.js";
import { pendingFile, writeFileAtomic } from "../../data/node/atomic.js";
import { packBundle, unpackBundle, type Bundle } from "../bundle.js";

/**
 * Reads a model from a file and verifies it.
 * @throws VhgmError "usage" if there is no such file, "bundle" if it is no model, damaged or of a newer format
 */
export const readBundle = async (path: string): Promise<Bundle> => unpackBundle(await readModelFile(path), basename(path));

/**
 * A model's file as it stands, not verified.
 * @throws VhgmError "usage" if there is no such file, "bundle" if it can't be read
 */
export async function readModelFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code = "", message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") throw new VhgmError("usage", `There is no file "${path}"; a model is written by vhgm train.`, { cause });
    if (code === "EISDIR") throw new VhgmError("usage", `"${path}" is a folder; give a model file, as vhgm train writes it.`, { cause });
    throw new VhgmError("bundle", `"${path}" can't be read: ${code === "EACCES" ? "permission denied" : message}.`, { cause });
  }
}

/**
 * Writes a model, which appears under its name complete or not at all. The same bundle gives the same bytes.
 * @throws VhgmError "usage" if the folder doesn't exist, "disk" if it can't be written
 */
export const writeBundle = async (path: string, bundle: Bundle): Promise<void> => writeFileAtomic(path, await packBundle(bundle));

/**
 * Checks, before long work begins, that a file could stand under this name; creates nothing.
 * @throws VhgmError "usage" if the folder doesn't exist or the name belongs to something other than a file, "disk" if the folder
 *   takes no files
 */
export const checkOutput = async (path: string): Promise<void> => (await pendingFile(path)).discard();
