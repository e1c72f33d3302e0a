import { availableParallelism } from "node:os";
import * as ort from "onnxruntime-node";
import { VhgmError } from "../../base/errors.js";
import { elementType, guardedSession } from "../guarded.js";
import type { Device, Session, SessionFactory, TensorData } from "../session.js";

// What fails comes back as an error; the library's own log would print it a second time.
ort.env.logLevel = "fatal";

const advice: Record<Device, string> = {
  cpu: "the model is damaged or written for a newer runtime",
  webgpu: "use the device cpu, or a machine with a GPU and a driver that WebGPU can use",
  cuda: "use the device cpu, or install CUDA 12, cuDNN 9 and onnxruntime-node's CUDA libraries (README, 'GPU')",
};

/**
 * Sessions on ONNX Runtime's native library. `run` holds the calling thread; `openWorkerSession` does not.
 * @throws VhgmError code 'device' when the device is unknown or absent, or the model cannot be loaded
 */
export const openSession: SessionFactory = async (model, { device = "cpu", threads = availableParallelism() } = {}) => {
  if (!Object.hasOwn(advice, device)) {
    throw new VhgmError("device", `The device '${device}' is unknown; allowed are ${Object.keys(advice).join(", ")}.`);
  }
  if (!Number.isInteger(threads) || threads < 1) {
    throw new VhgmError("device", `A session takes a whole number of threads, 1 or more; ${threads} was given.`);
  }
  try {
    return wrap(await ort.InferenceSession.create(model, {
      executionProviders: [device],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: "all",
      logSeverityLevel: 4,
      // Idle threads that wait for work in a loop (the default, about a millisecond) halve the speed of everything else
      // on a busy machine; ten microseconds bridge the gap between two nodes of a graph.
      extra: { session: { intra_op: { spin_duration_us: "10" } } },
    }));
  } catch (cause) {
    const sentence = `The device '${device}' cannot run the model here (${reason(cause)}); ${advice[device]}.`;
    throw new VhgmError("device", sentence, { cause });
  }
};

function wrap(session: ort.InferenceSession): Session {
  const expected = session.inputMetadata.map((input) => input as ort.InferenceSession.TensorValueMetadata);
  return guardedSession({
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    inputs: (feeds) => Object.fromEntries(expected.map((input) => [input.name, toOrt(feeds[input.name], input)])),
    async run(inputs, outputs) {
      // Names that map to null are allocated by the runtime.
      const fetches = Object.fromEntries(session.outputNames.map((name) => [name, outputs[name] ? tensor(outputs[name]) : null]));
      const results = await session.run(inputs, fetches);
      return Object.fromEntries(session.outputNames.map((name) => [name, outputs[name] ?? fromOrt(results[name])]));
    },
    reason,
    release: () => session.release(),
  });
}

const tensor = ({ data, dims }: TensorData): ort.Tensor => new ort.Tensor(elementType(data), data as Float32Array, dims);

const fromOrt = ({ dims, data }: ort.Tensor): TensorData => ({ dims, data: data as Float32Array });

/** Checks an input against the graph's declaration, which reads better than the runtime's own message. */
function toOrt(feed: TensorData | undefined, { name, type, shape }: ort.InferenceSession.TensorValueMetadata): ort.Tensor {
  const declared = `the graph's input '${name}' is ${type} [${shape.join(", ")}]`;
  if (!feed) throw new VhgmError("device", `An input is missing: ${declared}.`);
  const given = elementType(feed.data);
  const fits = feed.dims.length === shape.length && shape.every((d, i) => typeof d === "string" || d === feed.dims[i]);
  if (given !== type || !fits) throw new VhgmError("device", `${given} [${feed.dims.join(", ")}] was given, but ${declared}.`);
  const size = feed.dims.reduce((a, b) => a * b, 1);
  if (size !== feed.data.length) {
    const shaped = `its shape [${feed.dims.join(", ")}] needs ${size}`;
    throw new VhgmError("device", `The input '${name}' has ${feed.data.length} values, but ${shaped}.`);
  }
  return tensor(feed);
}

/** The part of the runtime's message that says what went wrong, without source files and signatures. */
function reason(cause: unknown): string {
  const message = (cause instanceof Error ? cause.message : String(cause)).replace(/\s+/g, " ");
  return message.replace(/^.*( was false\.|Status Message:) /, "").replace(/ Please fix .*$/, "").replace(/[.\s]+$/, "");
}
