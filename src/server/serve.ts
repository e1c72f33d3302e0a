import type { AddressInfo } from "node:net";
import type { Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { isIP } from "node:net";
import { basename } from "node:path";
import { availableParallelism } from "node:os";
import { createAdaptorServer } from "@hono/node-server";
import { VhgmError } from "../base/errors.js";
import { unpackBundle } from "../bundle/bundle.js";
import { readModelFile } from "../bundle/node/files.js";
import type { Device } from "../engine/index.js";
import { packageVersion } from "../training/node/versions.js";
import { createRateLimit, readKeys } from "./access.js";
import { problemOf, problemResponse, Refusal } from "./api/problem.js";
import { createApp } from "./app.js";
import { serveModel, type ServedModel } from "./catalogue.js";
import { readFiles } from "./files.js";
import { defaultLimits, type Limits } from "./limits.js";
import { createMetrics } from "./metrics.js";
import { openPool, type Pool } from "./pool/pool.js";

export interface ServeOptions {
  /** Models as NAME=FILE, or FILE, whose name without folder and extension is the model's; the first is the default. */
  readonly models: readonly string[];
  readonly host?: string;
  /** 0 takes any free port. */
  readonly port?: number;
  readonly workers?: number;
  /** Requests that may wait for a worker. */
  readonly queue?: number;
  readonly device?: Device;
  readonly limits?: Partial<Limits>;
  /** Requests per client and minute. */
  readonly rate?: number;
  readonly keyFile?: string;
  /** Origins whose pages may ask. */
  readonly cors?: readonly string[];
  /** Further names that the server answers under. */
  readonly allowHosts?: readonly string[];
  /** Folder of the web app. */
  readonly web?: string;
  /** Milliseconds that requests in progress get at the end. */
  readonly grace?: number;
  readonly workerFile?: string;
  log?(line: string): void;
}

export interface Running {
  readonly url: string;
  readonly models: readonly ServedModel[];
  readonly workers: number;
  /** Takes no more requests, finishes those in progress as far as the grace time goes, then ends. */
  close(): Promise<void>;
}

const loopback = ["localhost", "127.0.0.1", "[::1]"];
const isLoopback = (host: string): boolean => host === "localhost" || host === "::1" || /^127\./.test(host);

/**
 * Serves models over HTTP.
 * @throws VhgmError "usage" for models of one name, a file that is not there, keys that can't be used or a port that is taken;
 *   "bundle" and "device" from opening a model
 */
export async function serve(options: ServeOptions): Promise<Running> {
  const { host = "127.0.0.1", port = 8080, workers = Math.max(1, availableParallelism() - 1), queue = 128, device, rate, keyFile, cors = [], allowHosts = [], web, grace = 30_000, workerFile, log } = options;
  const limits: Limits = { ...defaultLimits, ...options.limits };
  let closing = false;
  let app: ReturnType<typeof createApp> | undefined;
  const server = createAdaptorServer({
    fetch: (request, bindings) => app?.fetch(request, bindings) ?? problemResponse(new Refusal(503, "not-ready", "The models are being loaded.", { headers: { "retry-after": "1" } })),
    // Bodies have limits of their own, which know what is read; here stands what comes before.
    serverOptions: { headersTimeout: 15_000, requestTimeout: 0, connectionsCheckingInterval: 2000, keepAliveTimeout: 10_000, maxHeaderSize: 16_384 },
  }) as Server;
  server.on("clientError", refuseBadRequest);
  // A connection that is kept for a next request would hold up the end.
  server.on("request", (_, response) => response.on("close", () => closing && setImmediate(() => server.closeIdleConnections())));
  // Models take long to load: a port that is taken is told of before.
  await listen(server, host, port);
  let models: ServedModel[];
  let pool: Pool;
  const metrics = createMetrics(() => pool.stats());
  try {
    const keys = keyFile === undefined ? undefined : await readKeys(keyFile);
    models = await openModels(options.models);
    const files = web === undefined ? new Map() : await readFiles(web);
    pool = await openPool({ models, workers, queue, device, workerFile, onDeath: () => metrics.workerDied() });
    app = createApp({
      version: packageVersion,
      models,
      pool,
      metrics,
      limits,
      keys,
      rate: rate === undefined ? undefined : createRateLimit(rate),
      cors,
      hosts: isLoopback(host) ? [...loopback, host, ...allowHosts] : undefined,
      files,
      closing: () => closing,
      log,
    });
  } catch (cause) {
    metrics.close();
    server.close();
    server.closeAllConnections();
    throw cause;
  }
  const address = server.address() as AddressInfo;
  return {
    url: `http://${isIP(host) === 6 ? `[${host}]` : host}:${address.port}`,
    models,
    workers,
    async close() {
      if (closing) return;
      closing = true;
      const ended = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, grace)));
      await Promise.race([ended, late]);
      clearTimeout(timer);
      server.closeAllConnections();
      await pool.close();
      metrics.close();
    },
  };
}

/** @throws VhgmError "usage" for two models of one name or a file that is not there, "bundle" for one that can't be read or is no model */
async function openModels(texts: readonly string[]): Promise<ServedModel[]> {
  const models: ServedModel[] = [];
  for (const text of texts) {
    const [, own, path] = /^(?:([^=/\\]+)=)?(.+)$/s.exec(text) ?? [];
    const name = own ?? basename(path).replace(/\.vhgm$/i, "");
    if (models.some((model) => model.name === name)) throw new VhgmError("usage", `Two models are called '${name}'; name them apart, as in ${name}2=${path}.`);
    const bytes = await readModelFile(path);
    models.push(serveModel(name, bytes, await unpackBundle(bytes, basename(path))));
  }
  if (models.length === 0) throw new VhgmError("usage", "No model was given; name at least one file, as vhgm train writes it.");
  return models;
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const why = cause.code === "EADDRINUSE" ? "another program listens there" : cause.code === "EACCES" ? "this user may not listen there" : cause.message;
      reject(new VhgmError("usage", `The server can't listen on ${host}, port ${port}: ${why}; choose with --host and --port.`, { cause }));
    });
    server.listen(port, host, resolve);
  });
}

/** What is no HTTP, or comes too slowly to be one. */
function refuseBadRequest(cause: NodeJS.ErrnoException, socket: Duplex & { _httpMessage?: ServerResponse }): void {
  if (!socket.writable || socket._httpMessage?.headersSent) return void socket.destroy();
  const refusal =
    cause.code === "ERR_HTTP_REQUEST_TIMEOUT"
      ? new Refusal(408, "slow", "The request did not come in time.")
      : cause.code === "HPE_HEADER_OVERFLOW"
        ? new Refusal(431, "large-headers", "The request's headers are larger than this server takes.")
        : new Refusal(400, "not-http", "The request can't be read as HTTP.");
  const problem = problemOf(refusal);
  const body = JSON.stringify(problem);
  socket.end(`HTTP/1.1 ${problem.status} ${problem.title}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`);
}
