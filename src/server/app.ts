import { OpenAPIHono, type z } from "@hono/zod-openapi";
import type { HttpBindings } from "@hono/node-server";
import type { Context, Handler } from "hono";
import { problemResponse, Refusal, refusalOf } from "./api/problem.js";
import { routes, type RouteName } from "./api/routes.js";
import * as wire from "./api/schemas.js";
import type { Keys, RateLimit } from "./access.js";
import { checked, mediaType, otherType, parseJson, readBody, readJson } from "./body.js";
import type { ServedModel } from "./catalogue.js";
import { exampleBodies } from "./examples.js";
import type { StaticFile } from "./files.js";
import { crossOrigin, knownHost, secure } from "./headers.js";
import type { Metrics } from "./metrics.js";
import { docsPage, welcomePage } from "./pages.js";
import type { Job } from "./pool/messages.js";
import type { Pieces, Pool } from "./pool/pool.js";

export interface Limits {
  /** Bytes of a JSON body. */
  readonly body: number;
  /** Bytes of a CSV body. */
  readonly table: number;
  /** Rows of a table, and people invented at once. */
  readonly rows: number;
  /** Tables that are completed or invented at the same time, those that wait included. */
  readonly tables: number;
  /** Milliseconds for a body to come. */
  readonly bodyTime: number;
  /** Milliseconds for an answer about one person. */
  readonly time: number;
  /** Milliseconds for a table. */
  readonly tableTime: number;
}

export interface AppParts {
  readonly version: string;
  /** The first one is the default. */
  readonly models: readonly ServedModel[];
  readonly pool: Pool;
  readonly metrics: Metrics;
  readonly limits: Limits;
  readonly keys?: Keys;
  readonly rate?: RateLimit;
  readonly cors: readonly string[];
  /** Names that the server answers under; any if absent. */
  readonly hosts?: readonly string[];
  readonly files: ReadonlyMap<string, StaticFile>;
  /** True while the server shuts down. */
  closing(): boolean;
  /** Takes the request log: never what was asked. */
  log?(line: string): void;
}

type Env = { Bindings: HttpBindings; Variables: { route?: string } };
type C = Context<Env>;

/** The whole API as a function from request to response. */
export function createApp(parts: AppParts): OpenAPIHono<Env> {
  const { models, pool, metrics, limits, keys, rate, files } = parts;
  const app = new OpenAPIHono<Env>();
  for (const route of Object.values(routes)) app.openAPIRegistry.registerPath(route);
  const bearer = app.openAPIRegistry.registerComponent("securitySchemes", "key", { type: "http", scheme: "bearer", description: "A key of --api-key-file; the header X-API-Key takes it too." });
  const security = keys ? [{ [bearer.name]: [] }] : [];

  app.use(async (c, next) => {
    const start = performance.now();
    await next();
    if (parts.closing()) c.res.headers.set("connection", "close");
    const ms = performance.now() - start;
    const route = c.get("route") ?? "other";
    const method = ["GET", "HEAD", "POST", "OPTIONS"].includes(c.req.method) ? c.req.method : "other";
    metrics.observe(method, route, c.res.status, ms);
    parts.log?.(`${method} ${route} ${c.res.status} ${Math.round(ms)} ms`);
  });
  app.use(secure(parts.cors));
  app.use(knownHost(parts.hosts));
  app.use(crossOrigin(parts.cors));
  const guard: Handler<Env> = async (c, next) => {
    const address = c.env?.incoming?.socket?.remoteAddress ?? "local";
    const key = keys ? keys.find(keyOf(c)) : -1;
    const wait = rate?.take(key < 0 ? address : `key ${key}`) ?? 0;
    if (wait > 0) throw new Refusal(429, "too-often", `This client has asked too often; ask again in ${wait} s.`, { headers: { "retry-after": String(wait) } });
    if (keys && key < 0) throw new Refusal(401, "unauthorized", "The key is missing or wrong; send it as Authorization: Bearer KEY or X-API-Key: KEY.", { headers: { "www-authenticate": "Bearer" } });
    await next();
  };
  app.use("/v1/*", guard);
  app.use("/metrics", guard);
  app.onError((error, c) => {
    const refusal = refusalOf(error);
    if (refusal.status === 500 && process.env.VHGM_DEBUG === "1") console.error(error);
    const response = problemResponse(refusal);
    return c.newResponse(response.body, response);
  });
  app.notFound((c) => {
    const methods = Object.values(routes).filter(({ path }) => matches(path, c.req.path)).map(({ method }) => method.toUpperCase());
    const refusal = methods.length > 0
      ? new Refusal(405, "method", `${c.req.method} is not allowed here; ${methods.join(", ")} is.`, { headers: { allow: methods.includes("GET") ? [...methods, "HEAD"].join(", ") : methods.join(", ") } })
      : new Refusal(404, "no-route", "There is nothing at this address; the API is described at /docs.");
    const response = problemResponse(refusal);
    return c.newResponse(response.body, response);
  });

  const on = (name: RouteName, handler: (c: C) => Promise<Response> | Response): void => {
    const { method, path } = routes[name];
    app.on(method.toUpperCase(), path.replaceAll(/\{(\w+)\}/g, ":$1"), (c) => {
      c.set("route", path);
      return handler(c);
    });
  };
  const query = <T extends z.ZodType>(c: C, schema: T): z.output<T> => {
    const rest = { ...c.req.query() };
    delete rest.model; // read by modelOf
    return checked(rest, schema, (path) => `?${String(path[0])}`);
  };
  const modelOf = (c: C): ServedModel => {
    const name = c.req.query("model");
    const found = name === undefined ? models[0] : models.find((m) => m.name === name);
    if (!found) throw new Refusal(404, "unknown-model", `There is no model '${name}'; the server has ${models.map((m) => m.name).join(", ")}.`, { field: "?model" });
    return found;
  };
  const nothing = wire.modelsSchema.pick({}).strict();
  const json = { most: limits.body, within: limits.bodyTime };

  /** Answers a job in one piece, or not at all. */
  async function whole(caller: AbortSignal | undefined, job: Job, time = limits.time): Promise<Uint8Array<ArrayBuffer>> {
    const clock = startClock(caller, time);
    try {
      const parts: Uint8Array[] = [];
      for await (const piece of await pool.ask(job, clock.signal)) parts.push(piece);
      return (parts.length === 1 ? parts[0] : Buffer.concat(parts)) as Uint8Array<ArrayBuffer>;
    } finally {
      clock.stop();
    }
  }
  const jsonResponse = (bytes: Uint8Array<ArrayBuffer>): Response => new Response(bytes, { headers: { "content-type": "application/json" } });

  let tables = 0;
  /** Holds one of the few places for tables while a response is made and read. */
  async function asTable(work: (done: () => void) => Promise<Response>): Promise<Response> {
    if (tables >= limits.tables) throw new Refusal(503, "busy", `${limits.tables} tables are being completed, which is the most that this server takes at once; ask again later.`, { headers: { "retry-after": "5" } });
    tables++;
    let held = true;
    const done = (): void => {
      if (held) tables--;
      held = false;
    };
    try {
      return await work(done);
    } catch (cause) {
      done();
      throw cause;
    }
  }
  async function streamed(c: C, job: Job, type: string, done: () => void): Promise<Response> {
    const clock = startClock(c.req.raw.signal, limits.tableTime);
    const end = (): void => {
      clock.stop();
      done();
    };
    try {
      const broken = (): void => void c.env?.outgoing?.destroy();
      return new Response(streamOf(await pool.ask(job, clock.signal), end, broken), { headers: { "content-type": type } });
    } catch (cause) {
      end();
      throw cause;
    }
  }

  on("models", (c) => {
    query(c, nothing);
    return c.json({ models: models.map(({ name, summary }, k) => ({ name, default: k === 0, attributes: summary.attributes, rows: Number(summary.card.rows) })) });
  });
  on("model", (c) => {
    query(c, nothing);
    return c.json(modelOf(c).summary);
  });
  on("bundle", (c) => {
    query(c, nothing);
    const { name, bytes, summary } = modelOf(c);
    if (!summary.downloadable) throw new Refusal(403, "not-given", "The model holds cells of real people, so its file is not given away.");
    return new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { "content-type": "application/octet-stream", "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}.vhgm` } });
  });
  on("attributes", (c) => c.json(modelOf(c).search(query(c, wire.attributesQuery))));
  const marginals = new Map<string, Promise<unknown>>();
  on("attribute", async (c) => {
    query(c, nothing);
    const model = modelOf(c);
    const name = c.req.param("name")!;
    const entry = model.find(name);
    if (!entry) throw new Refusal(404, "unknown-attribute", `The model has no attribute '${name}'; /v1/attributes?search=… finds those that it has.`);
    const place = JSON.stringify([model.name, entry.name]);
    if (!marginals.has(place)) {
      const job: Job = { model: model.name, kind: "predict", given: {}, options: { ask: [entry.name] } };
      const found = entry.learned ? whole(undefined, job).then((bytes) => (JSON.parse(Buffer.from(bytes).toString()) as z.infer<typeof wire.predictionSchema>).answers[0]) : Promise.resolve(null);
      marginals.set(place, found);
      found.catch(() => marginals.delete(place));
    }
    return c.json({ ...entry, marginal: await marginals.get(place) });
  });
  on("marginals", (c) => {
    query(c, nothing);
    return c.json(modelOf(c).marginals ?? null);
  });
  on("predict", async (c) => {
    query(c, nothing);
    const model = modelOf(c).name;
    const { given = {}, ...options } = await readJson(c, wire.predictRequest, json);
    return jsonResponse(await whole(c.req.raw.signal, { model, kind: "predict", given, options }));
  });
  on("compare", async (c) => {
    query(c, nothing);
    const model = modelOf(c).name;
    const { given = {}, scenarios, ...options } = await readJson(c, wire.compareRequest, json);
    return jsonResponse(await whole(c.req.raw.signal, { model, kind: "compare", given, scenarios, options }));
  });
  on("next", async (c) => {
    query(c, nothing);
    const model = modelOf(c).name;
    const { given = {}, ...options } = await readJson(c, wire.nextRequest, json);
    return jsonResponse(await whole(c.req.raw.signal, { model, kind: "next", given, options }));
  });
  on("impute", (c) => {
    const model = modelOf(c).name;
    const type = mediaType(c);
    if (type === "text/csv") {
      const { table, ...options } = query(c, wire.imputeQuery);
      return asTable(async (done) => {
        const csv = await readBody(c, { most: limits.table, within: limits.tableTime });
        return streamed(c, { model, kind: "imputeCsv", csv, table, options, mostRows: limits.rows }, "text/csv; charset=utf-8", done);
      });
    }
    if (type !== "application/json") throw otherType(c, "application/json or text/csv");
    query(c, nothing);
    return asTable(async (done) => {
      const { rows, table, ...options } = parseJson(await readBody(c, json), wire.imputeRequest);
      requireRows(rows.length);
      const bytes = await whole(c.req.raw.signal, { model, kind: "imputeRows", rows, table, options }, limits.tableTime);
      done();
      return jsonResponse(bytes);
    });
  });
  on("generate", async (c) => {
    query(c, nothing);
    const model = modelOf(c).name;
    const { rows, format, ...options } = await readJson(c, wire.generateRequest, json);
    requireRows(rows);
    const type = format === "csv" ? "text/csv; charset=utf-8" : "application/json";
    return asTable((done) => streamed(c, { model, kind: "generate", rows, options, format }, type, done));
  });
  const requireRows = (rows: number): void => {
    if (rows > limits.rows) throw new Refusal(413, "too-many-rows", `${rows} rows were asked for, but this server takes ${limits.rows} at once at most.`, { field: "/rows" });
  };

  on("health", (c) => c.json({ status: "ok" }));
  on("ready", (c) => {
    const { ready, waiting } = pool.stats();
    if (parts.closing() || ready === 0) throw new Refusal(503, "not-ready", parts.closing() ? "The server is shutting down." : "No worker is ready.", { headers: { "retry-after": "1" } });
    return c.json({ status: "ready", workers: ready, waiting });
  });
  on("metrics", async (c) => c.body(await metrics.text(), 200, { "content-type": metrics.contentType }));

  const description = () =>
    app.getOpenAPI31Document({
      openapi: "3.1.0",
      info: { title: "VHGM", version: parts.version, description: "Questions to a model of people: given these attributes, how are those distributed? Nothing that is sent is stored or logged." },
      ...(security.length > 0 ? { security } : {}),
    });
  let document: ReturnType<typeof description> | undefined;
  app.get("/openapi.json", (c) => {
    c.set("route", "/openapi.json");
    return c.json((document ??= description()));
  });
  app.get("/docs", (c) => {
    c.set("route", "/docs");
    return c.html(docsPage((document ??= description()), new URL(c.req.url).origin, exampleBodies(models[0].entries)));
  });
  app.get("*", async (c, next) => {
    const file = files.get(c.req.path === "/" ? "/index.html" : c.req.path);
    if (!file && c.req.path !== "/") return next();
    c.set("route", "/*");
    if (!file) return c.html(welcomePage(models.map(({ name }) => name)));
    const headers = { etag: file.etag, "cache-control": file.immutable ? "public, max-age=31536000, immutable" : "no-cache" };
    if (c.req.header("if-none-match") === file.etag) return c.body(null, 304, headers);
    return c.body(file.bytes, 200, { ...headers, "content-type": file.type });
  });
  return app;
}

/** The key that a request carries, or "". */
function keyOf(c: C): string {
  const [, bearer] = /^Bearer +(.+)$/i.exec(c.req.header("authorization") ?? "") ?? [];
  return bearer ?? c.req.header("x-api-key") ?? "";
}

/** A signal that is aborted when the time is up, with a refusal, or when the caller has gone. */
function startClock(caller: AbortSignal | undefined, time: number): { signal: AbortSignal; stop(): void } {
  const control = new AbortController();
  const gone = (): void => control.abort(new Refusal(408, "gone", "The caller has gone."));
  const timer = setTimeout(() => control.abort(new Refusal(504, "too-slow", `The answer took longer than ${time / 1000} s, which is the most that this server allows.`)), time);
  if (caller?.aborted) gone();
  caller?.addEventListener("abort", gone, { once: true });
  return {
    signal: control.signal,
    stop() {
      clearTimeout(timer);
      caller?.removeEventListener("abort", gone);
    },
  };
}

/** Pieces as a response's body; a failure breaks the connection off, so that no reader takes a part for the whole. */
function streamOf(pieces: Pieces, end: () => void, broken: () => void): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await pieces.next();
        if (!done) return controller.enqueue(value);
      } catch {
        broken();
      }
      controller.close();
      end();
    },
    async cancel() {
      await pieces.return?.();
      end();
    },
  }, { highWaterMark: 0 });
}

/** Whether a path fits a route's pattern. */
function matches(pattern: string, path: string): boolean {
  const [a, b] = [pattern.split("/"), path.split("/")];
  return a.length === b.length && a.every((part, k) => part === b[k] || (part.startsWith("{") && b[k] !== ""));
}
