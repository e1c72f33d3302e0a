import { AppError, attributeAt, type Backend, type ModelFacts } from "./backend.js";
import type { OpenedModel, QuestionKind, Questions, Reply } from "./messages.js";

interface Waiting {
  resolve(value: unknown): void;
  reject(cause: unknown): void;
  onRows?(rows: number): void;
}

/** Opens a model in a worker of the page. Afterwards nothing that is asked leaves the page. */
export async function openDevice(bytes: Uint8Array, name: string): Promise<{ backend: Backend; facts: Omit<ModelFacts, "downloadable"> }> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const waiting = new Map<number, Waiting>();
  let last = 0;

  worker.onmessage = ({ data }: MessageEvent<Reply>) => {
    const call = waiting.get(data.id);
    if (!call) return;
    if (data.kind === "rows") return call.onRows?.(data.rows);
    waiting.delete(data.id);
    if (data.kind === "answer") call.resolve(data.value);
    else call.reject(new AppError(data.message, { attribute: attributeAt(data.field) }));
  };
  worker.onerror = (event) => {
    for (const { reject } of waiting.values()) reject(new AppError(event.message || "The model's worker stopped."));
    waiting.clear();
  };

  function ask<K extends QuestionKind>(kind: K, question: Questions[K], signal?: AbortSignal, onRows?: (rows: number) => void, transfer: Transferable[] = []): Promise<unknown> {
    const id = ++last;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      signal?.addEventListener("abort", () => {
        if (!waiting.delete(id)) return;
        worker.postMessage({ id, kind: "cancel" });
        reject(signal.reason);
      }, { once: true });
      waiting.set(id, { resolve, reject, onRows });
      worker.postMessage({ id, kind, question }, transfer);
    });
  }

  try {
    const facts = (await ask("open", { bytes, name }, undefined, undefined, [bytes.buffer as ArrayBuffer])) as OpenedModel;
    const backend: Backend = {
      place: "device",
      predict: (question, signal) => ask("predict", question, signal) as ReturnType<Backend["predict"]>,
      compare: (question, signal) => ask("compare", question, signal) as ReturnType<Backend["compare"]>,
      next: (question, signal) => ask("next", question, signal) as ReturnType<Backend["next"]>,
      impute: (question, signal) => ask("impute", question, signal) as ReturnType<Backend["impute"]>,
      generate: (question, signal, onRows) => ask("generate", question, signal, onRows) as ReturnType<Backend["generate"]>,
      marginals: (signal) => ask("marginals", null, signal) as ReturnType<Backend["marginals"]>,
      close: () => worker.terminate(),
    };
    return { backend, facts };
  } catch (cause) {
    worker.terminate();
    throw cause;
  }
}
