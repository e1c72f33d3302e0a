import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { VhgmError } from "../../base/errors.js";
import { compiledFile } from "../../engine/node/compiledFile.js";
import type { Trees } from "../../model/trees/forest.js";
import type { GrowerFactory } from "../../model/trees/grower.js";

export const threadFile = compiledFile("./treeWorker.js", import.meta.url);

/** Grows trees in a thread of its own. A job throws VhgmError "device" where the thread ends: for want of memory, say. */
export const openTreeThread: GrowerFactory = (table) => {
  const worker = new Worker(threadFile, { workerData: table });
  return {
    async grow(job) {
      worker.postMessage(job);
      try {
        const [trees] = (await once(worker, "message")) as [Trees];
        return trees;
      } catch (cause) {
        throw new VhgmError("device", `The thread that grows trees ended: ${cause instanceof Error ? cause.message : String(cause)}.`, { cause });
      }
    },
    async close() {
      await worker.terminate();
    },
  };
};

/** So many threads; the calling one alone where there is but one. */
export const treeThreads = (threads: number): readonly GrowerFactory[] | undefined => (threads > 1 ? Array.from({ length: threads }, () => openTreeThread) : undefined);
