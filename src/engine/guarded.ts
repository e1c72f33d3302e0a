import { VhgmError } from "../base/errors.js";
import type { Session, TensorData } from "./session.js";

type Tensors = Readonly<Record<string, TensorData>>;

/** What a build of ONNX Runtime brings to a session. */
export interface Runtime<Inputs> {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** @throws VhgmError code 'device' for inputs that the graph does not take */
  inputs(feeds: Tensors): Inputs;
  run(inputs: Inputs, outputs: Tensors): Promise<Record<string, TensorData>>;
  /** What went wrong, from what the runtime threw, without a closing dot. */
  reason(cause: unknown): string;
  release(): Promise<void>;
}

/** A session that tells of failures in a sentence, and that closes after the run in progress, once. */
export function guardedSession<Inputs>({ inputNames, outputNames, ...runtime }: Runtime<Inputs>): Session {
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();
  return {
    inputNames,
    outputNames,
    async run(feeds, outputs = {}) {
      if (closed) throw new VhgmError("device", "The session is closed; open a new one to run the model.");
      const inputs = runtime.inputs(feeds);
      try {
        const running = runtime.run(inputs, outputs);
        last = running.catch(() => undefined);
        return await running;
      } catch (cause) {
        throw new VhgmError("device", `The model's run failed: ${runtime.reason(cause)}.`, { cause });
      }
    },
    async close() {
      if (closed) return;
      closed = true;
      await last;
      await runtime.release();
    },
  };
}

/** ONNX Runtime's name of an element type. */
export const elementType = (data: TensorData["data"]): "float32" | "float64" | "int64" | "bool" =>
  data instanceof Float32Array ? "float32" : data instanceof Float64Array ? "float64" : data instanceof BigInt64Array ? "int64" : "bool";
