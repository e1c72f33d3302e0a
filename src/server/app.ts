import { OpenAPIHono } from "@hono/zod-openapi";
import type { ErrorHandler, MiddlewareHandler, NotFoundHandler } from "hono";
import { problemResponse, Refusal, refusalOf } from "./api/problem.js";
import { routes } from "./api/routes.js";
import { guard, type Keys, type RateLimit } from "./access.js";
import { createAnswers } from "./answers.js";
import type { ServedModel } from "./catalogue.js";
import { addDescription } from "./description.js";
import type { StaticFile } from "./files.js";
import { addHandlers, type C, type Env, type Handlers } from "./handlers.js";
import { crossOrigin, knownHost, secure } from "./headers.js";
import type { Limits } from "./limits.js";
import type { Metrics } from "./metrics.js";
import { modelHandlers } from "./modelHandlers.js";
import { welcomePage } from "./pages.js";
import type { Pool } from "./pool/pool.js";
import { questionHandlers } from "./questionHandlers.js";

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

/** The whole API as a function from request to response. */
export function createApp(parts: AppParts): OpenAPIHono<Env> {
  const { version, models, pool, limits, keys, rate, cors, hosts } = parts;
  const app = new OpenAPIHono<Env>();
  app.use(observe(parts));
  app.use(secure(cors));
  app.use(knownHost(hosts));
  app.use(crossOrigin(cors));
  const guarded = guard(keys, rate);
  app.use("/v1/*", guarded);
  app.use("/metrics", guarded);
  app.onError(refuse);
  app.notFound(refuseUnknown);
  const answers = createAnswers(pool, limits);
  addHandlers(app, { ...modelHandlers(models, answers), ...questionHandlers(models, answers, limits), ...stateHandlers(parts) });
  addDescription(app, { version, model: models[0], keys: keys !== undefined });
  app.get("*", webApp(parts));
  return app;
}

/** Counts and logs what was answered, by route. */
function observe({ metrics, closing, log }: AppParts): MiddlewareHandler<Env> {
  return async (c, next) => {
    const start = performance.now();
    await next();
    if (closing()) c.res.headers.set("connection", "close");
    const ms = performance.now() - start;
    const route = c.get("route") ?? "other";
    const method = ["GET", "HEAD", "POST", "OPTIONS"].includes(c.req.method) ? c.req.method : "other";
    metrics.observe(method, route, c.res.status, ms);
    log?.(`${method} ${route} ${c.res.status} ${Math.round(ms)} ms`);
  };
}

const refuse: ErrorHandler<Env> = (error, c) => {
  const refusal = refusalOf(error);
  if (refusal.status === 500 && process.env.VHGM_DEBUG === "1") console.error(error);
  return refusedBy(c, refusal);
};

/** Refuses what no route takes, and tells which methods would be taken at this address. */
const refuseUnknown: NotFoundHandler<Env> = (c) => {
  const methods = Object.values(routes).filter(({ path }) => matches(path, c.req.path)).map(({ method }) => method.toUpperCase());
  return refusedBy(c, methods.length > 0
    ? new Refusal(405, "method", `${c.req.method} is not allowed here; ${methods.join(", ")} is.`, { headers: { allow: methods.includes("GET") ? [...methods, "HEAD"].join(", ") : methods.join(", ") } })
    : new Refusal(404, "no-route", "There is nothing at this address; the API is described at /docs."));
};

function refusedBy(c: C, refusal: Refusal): Response {
  const response = problemResponse(refusal);
  return c.newResponse(response.body, response);
}

/** Routes that tell how the server is. */
function stateHandlers({ pool, metrics, closing }: AppParts): Handlers<"health" | "ready" | "metrics"> {
  return {
    health: (c) => c.json({ status: "ok" }),
    ready(c) {
      const { ready, waiting } = pool.stats();
      if (closing() || ready === 0) throw new Refusal(503, "not-ready", closing() ? "The server is shutting down." : "No worker is ready.", { headers: { "retry-after": "1" } });
      return c.json({ status: "ready", workers: ready, waiting });
    },
    metrics: async (c) => c.body(await metrics.text(), 200, { "content-type": metrics.contentType }),
  };
}

/** The web app's files; a page of its own where the web app was not built. */
function webApp({ files, models }: AppParts): MiddlewareHandler<Env> {
  return async (c, next) => {
    const file = files.get(c.req.path === "/" ? "/index.html" : c.req.path);
    if (!file && c.req.path !== "/") return next();
    c.set("route", "/*");
    if (!file) return c.html(welcomePage(models.map(({ name }) => name)));
    const headers = { etag: file.etag, "cache-control": file.immutable ? "public, max-age=31536000, immutable" : "no-cache" };
    if (c.req.header("if-none-match") === file.etag) return c.body(null, 304, headers);
    return c.body(file.bytes, 200, { ...headers, "content-type": file.type });
  };
}

/** Whether a path fits a route's pattern. */
function matches(pattern: string, path: string): boolean {
  const [a, b] = [pattern.split("/"), path.split("/")];
  return a.length === b.length && a.every((part, k) => part === b[k] || (part.startsWith("{") && b[k] !== ""));
}
