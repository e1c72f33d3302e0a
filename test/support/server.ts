import { join } from "node:path";
import { afterAll } from "vitest";
import { serve, type Running, type ServeOptions } from "../../src/server/serve.js";
import { mainFile } from "./cli.js";

const workerFile = join(mainFile, "../../server/pool/worker.js");

/** Starts a server on a free port, which ends with the file's tests. */
export async function startServer(options: ServeOptions): Promise<Running> {
  const server = await serve({ port: 0, workers: 1, workerFile, ...options });
  afterAll(() => server.close());
  return server;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined where it is none. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look at parts of many shapes
  readonly json: any;
}

export async function ask(url: string, init?: RequestInit): Promise<Reply> {
  const response = await fetch(url, init);
  const text = await response.text();
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
}

export const post = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> =>
  ask(url, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) });

export const postCsv = (url: string, body: string, headers: Record<string, string> = {}): Promise<Reply> =>
  ask(url, { method: "POST", headers: { "content-type": "text/csv", ...headers }, body });
