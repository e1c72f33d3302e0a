// A worker of the server that ends in the middle of some questions: at a level of 0.321 always, at 0.123 while a file is there,
// and behind the first piece of a table with intervals of 0.321.
import { existsSync, unlinkSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { parentPort } from "node:worker_threads";

await import(pathToFileURL(process.env.VHGM_TEST_WORKER).href);

const { postMessage } = parentPort;
let table;
parentPort.postMessage = function (reply, transfer) {
  postMessage.call(this, reply, transfer);
  if (reply.kind === "piece" && reply.id === table) setTimeout(() => process.exit(1), 5);
};

parentPort.on("message", ({ kind, id, job }) => {
  if (kind !== "job") return;
  const flag = process.env.VHGM_TEST_FLAG;
  const once = job.options.level === 0.123 && existsSync(flag);
  if (once) unlinkSync(flag);
  if (once || job.options.level === 0.321) process.exit(1);
  if (job.options.intervals === 0.321) table = id;
});
