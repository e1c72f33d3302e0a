import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { VhgmError } from "../../base/errors.js";
import type { Session, SessionFactory, TensorData } from "../session.js";
import { compiledFile } from "./compiledFile.js";
import { buffersOf, type Reply, type Request } from "./messages.js";

type Unnumbered<T> = T extends unknown ? Omit<T, "id"> : never;

export const workerFile = compiledFile("./worker.js", import.meta.url);

/**
 * Sessions that run in a worker thread of their own, so that `run` does not hold up the event loop. Inputs are copied on
 * the way in, results handed over on the way out. An idle session does not keep the process alive. Close it before the
 * process exits: to stop a thread in the middle of a run aborts the process.
 * @throws VhgmError code 'device' as `openSession` does, and when the worker's file is missing
 */
export const openWorkerSession: SessionFactory = async (model, options = {}) => {
  if (!existsSync(workerFile)) {
    throw new VhgmError("device", `The worker's file ${workerFile} is missing; build the package first.`);
  }
  const ask = startWorker();
  const copy = model.slice();
  try {
    const opened = await ask({ kind: "open", model: copy, options }, [copy.buffer]);
    if (opened.kind !== "opened") throw unexpected(opened);
    return wrap(opened.inputNames, opened.outputNames, ask);
  } catch (error) {
    await ask({ kind: "close" }).catch(() => undefined); // the first error is the one that counts
    throw error;
  }
};

type Ask = (request: Unnumbered<Request>, transfer?: ArrayBuffer[]) => Promise<Reply>;

/** Starts a thread and returns the function that sends it a request and waits for the reply. */
function startWorker(): Ask {
  const worker = new Worker(workerFile);
  const waiting = new Map<number, { resolve: (reply: Reply) => void; reject: (error: VhgmError) => void }>();
  let dead: VhgmError | undefined;
  let counter = 0;

  const die = (error: VhgmError): void => {
    dead ??= error;
    for (const { reject } of waiting.values()) reject(dead);
    waiting.clear();
  };
  worker.on("error", (cause) => die(new VhgmError("device", `The session's worker thread failed: ${cause.message}.`, { cause })));
  worker.on("exit", () => die(new VhgmError("device", "The session is closed; open a new one to run the model.")));
  worker.on("message", (reply: Reply) => {
    const asked = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (waiting.size === 0) worker.unref();
    if (reply.kind === "failed") asked?.reject(new VhgmError(reply.code, reply.message));
    else asked?.resolve(reply);
  });

  return (request, transfer = []) =>
    new Promise((resolve, reject) => {
      if (dead) return reject(dead);
      const id = counter++;
      waiting.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ id, ...request }, transfer);
    });
}

function wrap(inputNames: readonly string[], outputNames: readonly string[], ask: Ask): Session {
  let closing: Promise<unknown> | undefined;
  return {
    inputNames,
    outputNames,
    async run(given, outputs = {}) {
      if (closing) throw new VhgmError("device", "The session is closed; open a new one to run the model.");
      const feeds: Record<string, TensorData> = {};
      for (const name of inputNames) if (given[name]) feeds[name] = { dims: given[name].dims, data: given[name].data.slice() };
      const reply = await ask({ kind: "run", feeds }, buffersOf(feeds));
      if (reply.kind !== "results") throw unexpected(reply);
      const results = { ...reply.results };
      for (const name of outputNames) if (outputs[name]) results[name] = fill(name, outputs[name], results[name]);
      return results;
    },
    async close() {
      closing ??= ask({ kind: "close" });
      await closing;
    },
  };
}

/** Writes a result into the caller's buffer. */
function fill(name: string, buffer: TensorData, result: TensorData): TensorData {
  if (buffer.dims.join() !== result.dims.join() || buffer.data.constructor !== result.data.constructor) {
    const given = `a buffer of [${buffer.dims.join(", ")}] was given`;
    throw new VhgmError("device", `The output '${name}' is [${result.dims.join(", ")}], but ${given}.`);
  }
  (buffer.data as Float32Array).set(result.data as Float32Array);
  return buffer;
}

const unexpected = (reply: Reply): VhgmError =>
  new VhgmError("device", `The session's worker thread answered '${reply.kind}' out of turn.`);
