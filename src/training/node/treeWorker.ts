/* The thread behind `openTreeThread`: holds a table and grows the trees of one column after the other. */
import { parentPort, workerData } from "node:worker_threads";
import type { BinnedTable } from "../../model/trees/binned.js";
import { growColumn, type ColumnJob } from "../../model/trees/grower.js";

const port = parentPort!;
port.on("message", (job: ColumnJob) => {
  const trees = growColumn(workerData as BinnedTable, job);
  port.postMessage(trees, Object.values(trees).map(({ buffer }) => buffer as ArrayBuffer));
});
