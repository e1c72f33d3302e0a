import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { diskError, writeFileAtomic } from "../../data/node/atomic.js";
import type { GridKey, GridStore, MaskResult } from "../grid.js";
import type { Subject } from "../subject.js";

/** Changes when results of an older program must not be taken up again. */
const storeVersion = 2;

/**
 * Keeps finished cells of a grid in a folder, one small JSON file each, which appears whole or not at all. A file says for
 * which table, mask and method it was made; one that was made for others is made anew. It holds scores, no cells of people.
 */
export function createGridStore(folder: string, subject: Subject): GridStore {
  const content = createHash("sha256").update(JSON.stringify(subject.cells.attributes)).update(JSON.stringify(subject.text)).digest("hex");
  const fileOf = ({ method, mechanism, seed }: GridKey): string => join(folder, `${mechanism}-${seed}-${method.name.replace(/[^\w.-]+/g, "_")}.json`);
  const stampOf = ({ method, mechanism, seed, rate }: GridKey): string =>
    createHash("sha256").update(JSON.stringify([storeVersion, content, mechanism, seed, rate, method.name, method.identity])).digest("hex");
  return {
    async load(key) {
      try {
        const { stamp, result } = JSON.parse(await readFile(fileOf(key), "utf8")) as { stamp: string; result: MaskResult };
        return stamp === stampOf(key) ? result : null;
      } catch {
        // Absent, cut off or something else: it is made anew.
        return null;
      }
    },
    async save(key, result) {
      await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
        throw diskError(folder, cause);
      });
      await writeFileAtomic(fileOf(key), JSON.stringify({ stamp: stampOf(key), result }));
    },
  };
}
