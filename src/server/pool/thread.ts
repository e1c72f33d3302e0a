import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { VhgmError } from "../../base/errors.js";
import type { Device } from "../../engine/index.js";
import { compiledFile } from "../../engine/node/compiledFile.js";
import { Refusal } from "../api/problem.js";
import type { Job, Reply, Request } from "./messages.js";

export interface ThreadOptions {
  readonly models: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  readonly device?: Device;
  /** Another program for the thread. */
  readonly workerFile?: string;
}

/** One worker thread as the pool sees it. */
export interface Thread {
  /** Resolves when the models are open. @throws VhgmError if they can't be opened */
  readonly opened: Promise<void>;
  readonly ready: boolean;
  /** Begins a job; what comes of it is told of `owner`. @returns the job's number */
  begin(job: Job, owner: object): number;
  more(id: number): void;
  cancel(id: number): void;
  /** Ends the thread once it is idle. */
  close(): Promise<void>;
}

export interface ThreadHooks {
  onPiece(owner: object, bytes: Uint8Array): void;
  /** The job has ended, by itself or with a cause. */
  onEnd(owner: object, cause?: unknown): void;
  /** The thread has ended, or could not open the models. */
  onDeath(message: string): void;
}

/** Milliseconds that an idle thread gets to end. */
const patience = 10_000;

const ownFile = compiledFile("./worker.js", import.meta.url);

/** Starts a thread that opens the models. @throws VhgmError "device" if the worker's file is missing */
export function startThread({ models, device = "cpu", workerFile = ownFile }: ThreadOptions, hooks: ThreadHooks): Thread {
  if (!existsSync(workerFile)) throw new VhgmError("device", `The worker's file ${workerFile} is missing; build the package first.`);
  // Answers make much that lasts for milliseconds: with more room for it less is looked through, a twentieth of the time.
  const worker = new Worker(workerFile, { resourceLimits: { maxYoungGenerationSizeMb: 64 } });
  const owners = new Map<number, object>();
  let counter = 0;
  let ready = false;
  const send = (request: Request): void => worker.postMessage(request);
  let settle: { resolve(): void; reject(cause: unknown): void };
  const opened = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  opened.catch(() => undefined); // whoever waits for it gets it too
  const exited = new Promise<void>((resolve) => worker.once("exit", () => resolve()));

  let reason = "it ended";
  const finish = (id: number, cause?: unknown): void => {
    const owner = owners.get(id);
    owners.delete(id);
    if (owner) hooks.onEnd(owner, cause);
  };
  worker.on("error", (cause) => (reason = cause.message));
  worker.on("exit", () => {
    settle.reject(new VhgmError("device", `A worker could not start: ${reason}.`));
    hooks.onDeath(reason);
    ready = false;
  });
  worker.on("message", (reply: Reply) => {
    switch (reply.kind) {
      case "ready":
        ready = true;
        return settle.resolve();
      case "unfit":
        settle.reject(new VhgmError(reply.code, reply.message));
        return send({ kind: "close" });
      case "piece": {
        const owner = owners.get(reply.id);
        return owner && hooks.onPiece(owner, reply.bytes);
      }
      case "done":
        return finish(reply.id);
      case "failed":
        return finish(reply.id, causeOf(reply));
    }
  });
  send({ kind: "open", models: models.map(({ name, bytes }) => ({ name, bytes })), device });

  return {
    opened,
    get ready() {
      return ready;
    },
    begin(job, owner) {
      const id = counter++;
      owners.set(id, owner);
      send({ kind: "job", id, job });
      return id;
    },
    more: (id) => send({ kind: "more", id }),
    cancel: (id) => send({ kind: "cancel", id }),
    async close() {
      send({ kind: "close" });
      // A thread that does not end must not keep the process.
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(() => {
          worker.unref();
          resolve();
        }, patience);
      });
      await Promise.race([exited, late]);
      clearTimeout(timer);
    },
  };
}

function causeOf({ code, message, field, refusal }: Extract<Reply, { kind: "failed" }>): Error {
  if (refusal) return new Refusal(refusal.status, refusal.code, message);
  return code ? new VhgmError(code, message, { field }) : new Error(message);
}
