import { availableParallelism } from "node:os";
import * as ort from "onnxruntime-node";
import { VhgmError } from "../../base/errors.js";
import type { Session, SessionFactory, TensorData } from "../session.js";

const advice = {
  cpu: "reinstall the package onnxruntime-node",
  webgpu: "use --device cpu, or a machine with a GPU and a driver that WebGPU can use",
  cuda: "use --device cpu, or install CUDA 12, cuDNN 9 and onnxruntime-node's CUDA libraries (README, 'GPU')",
};

const elementType = (data: TensorData["data"]): "float32" | "int64" | "bool" =>
  data instanceof Float32Array ? "float32" : data instanceof BigInt64Array ? "int64" : "bool";

/** Sessions on ONNX Runtime's native library. @throws VhgmError code 'device' when the provider is not there */
export const openSession: SessionFactory = async (model, { device = "cpu", threads = availableParallelism() } = {}) => {
  let session: ort.InferenceSession;
  try {
    session = await ort.InferenceSession.create(model, {
      executionProviders: [device],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: "all",
      logSeverityLevel: 3,
    });
  } catch (cause) {
    throw new VhgmError("device", `The device '${device}' cannot run the model here (${firstLine(cause)}); ${advice[device]}.`, { cause });
  }
  return wrap(session);
};

function wrap(session: ort.InferenceSession): Session {
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    async run(feeds) {
      const inputs: Record<string, ort.Tensor> = {};
      for (const name of session.inputNames) {
        const feed = feeds[name];
        if (!feed) throw new Error(`the graph needs the input '${name}'`);
        inputs[name] = new ort.Tensor(elementType(feed.data), feed.data as Float32Array, feed.dims);
      }
      const results = await session.run(inputs);
      const out: Record<string, TensorData> = {};
      for (const name of session.outputNames) out[name] = { dims: results[name].dims, data: results[name].data as Float32Array };
      return out;
    },
    close: () => session.release(),
  };
}

const firstLine = (cause: unknown): string => String(cause instanceof Error ? cause.message : cause).split("\n")[0];
