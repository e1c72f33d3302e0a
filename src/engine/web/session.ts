import * as ort from "onnxruntime-web/wasm";
import { VhgmError } from "../../base/errors.js";
import { elementType, guardedSession } from "../guarded.js";
import type { Session, SessionFactory, TensorData } from "../session.js";

ort.env.logLevel = "fatal";
// One thread: rows then keep their bits whatever the batch, and the page needs no cross-origin isolation.
ort.env.wasm.numThreads = 1;

/**
 * Sessions on ONNX Runtime's WebAssembly build: in a page, in its workers, and in Node. `run` holds the calling thread, so a
 * page opens them in a worker.
 * @throws VhgmError code 'device' for another device than the CPU, or when the model cannot be loaded
 */
export const openSession: SessionFactory = async (model, { device = "cpu" } = {}) => {
  if (device !== "cpu") throw new VhgmError("device", `The device '${device}' was asked for; a page runs models on the CPU only.`);
  try {
    return wrap(await ort.InferenceSession.create(model, { executionProviders: ["wasm"], graphOptimizationLevel: "all", logSeverityLevel: 4 }));
  } catch (cause) {
    throw new VhgmError("device", `This browser cannot run the model (${reason(cause)}).`, { cause });
  }
};

function wrap(session: ort.InferenceSession): Session {
  let last: Promise<unknown> = Promise.resolve();
  return guardedSession({
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    inputs(feeds) {
      const missing = session.inputNames.find((name) => !feeds[name]);
      if (missing !== undefined) throw new VhgmError("device", `An input is missing: '${missing}'.`);
      return feeds;
    },
    async run(feeds, outputs) {
      const inputs = Object.fromEntries(session.inputNames.map((name) => [name, toOrt(feeds[name])]));
      // The runtime takes one run at a time; calls wait for each other.
      const running = last.then(() => session.run(inputs));
      last = running.catch(() => undefined);
      const results = await running;
      return Object.fromEntries(session.outputNames.map((name) => [name, intoBuffer(fromOrt(results[name]), outputs[name])]));
    },
    reason,
    release: () => session.release(),
  });
}

const toOrt = ({ data, dims }: TensorData): ort.Tensor => new ort.Tensor(elementType(data), data as Float32Array, dims);

const fromOrt = ({ dims, data }: ort.Tensor): TensorData => ({ dims, data: data as Float32Array });

function intoBuffer(result: TensorData, buffer: TensorData | undefined): TensorData {
  if (!buffer) return result;
  (buffer.data as Float32Array).set(result.data as Float32Array);
  return buffer;
}

/** The runtime's message in one line, without its closing dot. */
const reason = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause)).replace(/\s+/g, " ").replace(/[.\s]+$/, "");
