/** Data of one tensor on its way into or out of a session. */
export interface TensorData {
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array | Uint8Array;
}

export type Device = "cpu" | "webgpu" | "cuda";

export interface SessionOptions {
  /** Where the graph runs; `cpu` by default. */
  readonly device?: Device;
  /** Threads of one run; all cores by default. */
  readonly threads?: number;
}

/** A compiled graph. Runs one after the other; results do not depend on earlier runs. */
export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Runs the graph. @throws VhgmError code 'device' when the runtime fails */
  run(feeds: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorData>>;
  close(): Promise<void>;
}

/** Opens sessions: onnxruntime-node in Node, onnxruntime-web in the page. */
export type SessionFactory = (model: Uint8Array, options?: SessionOptions) => Promise<Session>;

export const float32 = (data: Float32Array, ...dims: number[]): TensorData => ({ dims, data });
export const int64 = (data: BigInt64Array, ...dims: number[]): TensorData => ({ dims, data });
