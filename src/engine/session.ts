/** Data of one tensor on its way into or out of a session. */
export interface TensorData {
  readonly dims: readonly number[];
  readonly data: Float32Array | Float64Array | BigInt64Array | Uint8Array;
}

export type Device = "cpu" | "webgpu" | "cuda";

export interface SessionOptions {
  /** Where the graph runs; `cpu` by default. */
  readonly device?: Device;
  /** Threads of one run; all cores by default. */
  readonly threads?: number;
}

/**
 * A compiled graph. Runs one after the other; results do not depend on earlier runs.
 * A row's result does not depend, bit for bit, on the other rows or its place among them if the session has one thread
 * and every batch is filled up to a multiple of `rowBlock` rows: then the same kernels run for every row. (One row alone
 * takes a matrix-vector kernel, the last rows of an odd batch take scalar code, and several threads cut long products
 * differently for each batch size; all of that rounds differently.)
 */
export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /**
   * Runs the graph. Results are written into `outputs` where those are given, which saves an allocation and a copy
   * each: a training loop keeps two sets of state buffers and swaps them at every step. A buffer must have the result's
   * element type and shape, and must not be fed in the same run.
   * @throws VhgmError code 'device' when an input is missing or has a wrong type or shape, when the session is closed,
   * or when the runtime fails
   */
  run(
    feeds: Readonly<Record<string, TensorData>>,
    outputs?: Readonly<Record<string, TensorData>>,
  ): Promise<Record<string, TensorData>>;
  /** Frees the runtime's memory; waits for a run in progress. Closing twice is harmless. */
  close(): Promise<void>;
}

/**
 * Batches that are filled up to a multiple of this many rows give every row the same result (see `Session`). Multiples
 * of 4 are enough on x64, where the scalar code takes what is left of four rows.
 */
export const rowBlock = 8;

/** Opens sessions: onnxruntime-node in Node, onnxruntime-web in the page. */
export type SessionFactory = (model: Uint8Array, options?: SessionOptions) => Promise<Session>;

export const float32 = (data: Float32Array, ...dims: number[]): TensorData => ({ dims, data });
export const float64 = (data: Float64Array, ...dims: number[]): TensorData => ({ dims, data });
export const int64 = (data: BigInt64Array, ...dims: number[]): TensorData => ({ dims, data });
