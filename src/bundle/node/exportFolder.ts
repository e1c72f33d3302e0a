import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { VhgmError } from "../../base/errors.js";
import { diskError } from "../../data/node/atomic.js";

/**
 * Writes files into a new folder, which appears with all of them or not at all.
 * @throws VhgmError "usage" if something stands under that name already (an empty folder may), or the folder above is none;
 *   "disk" if it can't be written, and nothing is left behind
 */
export async function writeFolder(path: string, files: Readonly<Record<string, Uint8Array>>): Promise<void> {
  await checkFolder(path);
  const target = resolve(path);
  let temporary: string | undefined;
  try {
    temporary = await mkdtemp(join(dirname(target), `.${basename(target)}.`));
    const folder = join(temporary, "folder");
    await mkdir(folder);
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
    await rename(folder, target);
  } catch (cause) {
    throw diskError(path, cause);
  } finally {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  }
}

/** @throws VhgmError "usage" as `writeFolder` */
export async function checkFolder(path: string): Promise<void> {
  const above = dirname(resolve(path));
  await readdir(above).catch((cause: unknown) => {
    throw new VhgmError("usage", `There is no folder "${above}" for "${path}"; create it first.`, { cause });
  });
  const there = await readdir(resolve(path)).catch((cause: unknown) => ((cause as NodeJS.ErrnoException).code === "ENOENT" ? undefined : null));
  if (there === null) throw new VhgmError("usage", `"${path}" is something other than a folder; name a folder to write.`);
  if (there && there.length > 0) throw new VhgmError("usage", `The folder "${path}" is not empty; name a new one, or remove what it holds.`);
}
