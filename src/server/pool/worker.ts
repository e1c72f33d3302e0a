/* A thread that holds the models and answers jobs; many at a time, as they wait for each other's runs. */
import { parentPort } from "node:worker_threads";
import { isVhgmError, VhgmError } from "../../base/errors.js";
import { unpackBundle, type Bundle } from "../../bundle/bundle.js";
import { openSession } from "../../engine/node/session.js";
import { openPredictor, type Predictor } from "../../inference/predictor.js";
import { Refusal } from "../api/problem.js";
import { batchRuns } from "./batching.js";
import { answer } from "./jobs.js";
import type { Job, Reply, Request } from "./messages.js";

interface Model {
  readonly bundle: Bundle;
  readonly predictor: Predictor;
  readonly view: (signal: AbortSignal) => Predictor;
}

const port = parentPort!;
const models = new Map<string, Model>();
const running = new Map<number, { readonly stop: AbortController; more(): void }>();
const encoder = new TextEncoder();
const send = (reply: Reply, transfer: ArrayBuffer[] = []): void => port.postMessage(reply, transfer);

port.on("message", (request: Request) => {
  switch (request.kind) {
    case "open":
      return void open(request);
    case "job":
      return void run(request.id, request.job);
    case "more":
      return running.get(request.id)?.more();
    case "cancel": {
      const job = running.get(request.id);
      job?.stop.abort(new VhgmError("cancelled", "The request was given up."));
      return job?.more();
    }
    case "close":
      return void close();
  }
});

async function open({ models: given, device }: Extract<Request, { kind: "open" }>): Promise<void> {
  try {
    for (const { name, bytes } of given) {
      const bundle = await unpackBundle(bytes, name);
      const predictor = await openPredictor(bundle.model, openSession, { device });
      models.set(name, { bundle, predictor, view: batchRuns(predictor) });
    }
    send({ kind: "ready" });
  } catch (error) {
    send({ kind: "unfit", code: isVhgmError(error) ? error.code : "device", message: messageOf(error) });
  }
}

async function run(id: number, job: Job): Promise<void> {
  const stop = new AbortController();
  let wanted = 1; // pieces that the reader has asked for
  let wake = (): void => undefined;
  running.set(id, { stop, more: () => (wanted++, wake()) });
  try {
    const { bundle, view } = models.get(job.model)!;
    for await (const text of answer(job, bundle, view(stop.signal))) {
      while (wanted === 0 && !stop.signal.aborted) await new Promise<void>((resolve) => (wake = resolve));
      stop.signal.throwIfAborted();
      wanted--;
      const bytes = encoder.encode(text);
      send({ kind: "piece", id, bytes }, [bytes.buffer as ArrayBuffer]);
    }
    send({ kind: "done", id });
  } catch (error) {
    const told = isVhgmError(error) ? { code: error.code, field: error.field } : error instanceof Refusal ? { refusal: { status: error.status, code: error.code } } : {};
    send({ kind: "failed", id, message: messageOf(error), ...told });
  } finally {
    running.delete(id);
  }
}

/** With its port closed and no session left the thread ends by itself, never in the middle of a native run. */
async function close(): Promise<void> {
  for (const { predictor } of models.values()) await predictor.close();
  port.close();
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
