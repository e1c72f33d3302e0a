import type { ErrorCode } from "../../base/errors.js";
import type { SessionOptions, TensorData } from "../session.js";

/** What a session asks of its worker thread; the worker answers each request by its id, one after the other. */
export type Request = { readonly id: number } & (
  | { readonly kind: "open"; readonly model: Uint8Array; readonly options: SessionOptions }
  | { readonly kind: "run"; readonly feeds: Readonly<Record<string, TensorData>> }
  | { readonly kind: "close" }
);

export type Reply = { readonly id: number } & (
  | { readonly kind: "opened"; readonly inputNames: readonly string[]; readonly outputNames: readonly string[] }
  | { readonly kind: "results"; readonly results: Readonly<Record<string, TensorData>> }
  | { readonly kind: "closed" }
  | { readonly kind: "failed"; readonly code: ErrorCode; readonly message: string }
);

/** The buffers of some tensors, each once: what a message hands over instead of copying. */
export const buffersOf = (tensors: Readonly<Record<string, TensorData>>): ArrayBuffer[] => [
  ...new Set(Object.values(tensors).map((t) => t.data.buffer as ArrayBuffer)),
];
