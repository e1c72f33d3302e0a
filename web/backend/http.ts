import type { Marginals } from "../../src/data/marginals.js";
import type { Measurement } from "../../src/inference/next.js";
import { formatCsv, parseCsv, plain } from "../csv.js";
import { AppError, attributeAt, type Backend, type Invented, type KnownAttribute, type ModelFacts, type TextTable } from "./backend.js";

interface Problem {
  readonly detail?: string;
  readonly field?: string;
}

/** What the server says of the model; the attributes come by themselves. */
type ServedModel = Omit<ModelFacts, "attributes" | "never"> & { readonly never?: ModelFacts["never"] };
interface ServedAttributes {
  readonly total: number;
  readonly attributes: readonly (KnownAttribute & { readonly learned: boolean })[];
}

/** Attributes per request: the most that the server gives. */
const page = 500;
/** Longer names of files are cut: the server takes no more. */
const longestName = 300;
/** A busy server is asked again so often. */
const mostTries = 8;

/** The server's API, seen from the page. */
export interface Client {
  readonly backend: Backend;
  /** Names of the models that are served, the default one first. */
  models(): Promise<string[]>;
  model(): Promise<ModelFacts>;
  /** The model's file. */
  bundle(onBytes: (done: number, all: number) => void): Promise<Uint8Array>;
}

/**
 * @param key what the server wants to hear where it asks for a key
 * @param asked name of the model that is asked; the server's default if absent
 */
export function createClient(key?: string, asked?: string): Client {
  const authorized: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };

  async function ask(path: string, { body, type = "application/json", signal }: { body?: string; type?: string; signal?: AbortSignal } = {}): Promise<Response> {
    const address = new URL(path, document.baseURI);
    if (asked !== undefined) address.searchParams.set("model", asked);
    for (let tried = 1; ; tried++) {
      let response: Response;
      try {
        response = await fetch(address, {
          method: body === undefined ? "GET" : "POST",
          headers: { ...(body === undefined ? {} : { "content-type": type }), ...authorized },
          body,
          signal,
          cache: "no-store",
        });
      } catch (cause) {
        if (signal?.aborted) throw signal.reason;
        throw new AppError("", { offline: true, cause });
      }
      if (response.ok) return response;
      const busy = response.status === 503 || response.status === 429;
      if (!busy || tried === mostTries) throw await problem(response);
      await pause(1000 * Math.min(30, Number(response.headers.get("retry-after")) || tried), signal);
    }
  }

  const post = async <T>(path: string, question: unknown, signal: AbortSignal): Promise<T> => {
    const response = await ask(path, { body: JSON.stringify(question), signal });
    return (await response.json()) as T;
  };

  const backend: Backend = {
    place: "server",
    predict: (question, signal) => post("v1/predict", question, signal),
    compare: (question, signal) => post("v1/compare", question, signal),
    next: async (question, signal) => (await post<{ measurements: Measurement[] }>("v1/next", question, signal)).measurements,
    async impute({ level, name, ...table }, signal) {
      const response = await ask(`v1/impute?intervals=${level}&table=${encodeURIComponent(name.slice(0, longestName))}`, { body: formatCsv(table), type: "text/csv", signal });
      return parseCsv(await response.text(), plain);
    },
    async generate(question, signal, onRows) {
      const response = await ask("v1/generate", { body: JSON.stringify({ ...question, format: "texts" }), signal });
      let lines = 0;
      const bytes = await pieces(response, (piece) => {
        for (const byte of piece) if (byte === 10) lines++;
        onRows?.(lines);
      });
      const { columns, rows, report } = JSON.parse(new TextDecoder().decode(bytes)) as TextTable & { readonly report: Pick<Invented, "where"> };
      return { columns, rows, where: report.where };
    },
    marginals: async (signal) => (await (await ask("v1/marginals", { signal })).json()) as Marginals | null,
    close() {},
  };

  async function models(): Promise<string[]> {
    const served = (await (await ask("v1/models")).json()) as { models: { name: string }[] };
    return served.models.map(({ name }) => name);
  }

  async function model(): Promise<ModelFacts> {
    const served = (await (await ask("v1/model")).json()) as ServedModel;
    const attributes: KnownAttribute[] = [];
    for (let offset = 0; ; offset += page) {
      const part = (await (await ask(`v1/attributes?limit=${page}&offset=${offset}`)).json()) as ServedAttributes;
      attributes.push(...part.attributes.filter(({ learned }) => learned));
      if (offset + page >= part.total) break;
    }
    return { ...served, attributes, never: served.never ?? null };
  }

  async function bundle(onBytes: (done: number, all: number) => void): Promise<Uint8Array> {
    const response = await ask("v1/bundle");
    const all = Number(response.headers.get("content-length")) || 0;
    let done = 0;
    return pieces(response, (bytes) => onBytes((done += bytes.length), all));
  }

  return { backend, models, model, bundle };
}

async function pieces(response: Response, onPiece: (bytes: Uint8Array) => void): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const reader = response.body!.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    onPiece(value);
  }
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

async function problem(response: Response): Promise<AppError> {
  const { detail, field } = await response.json().then((json) => json as Problem, (): Problem => ({}));
  return new AppError(detail ?? `${response.status} ${response.statusText}`, { attribute: attributeAt(pathOf(field)), status: response.status });
}

/** The names of a JSON pointer (RFC 6901). */
const pathOf = (pointer = ""): string[] => pointer.split("/").slice(1).map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));

function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}
