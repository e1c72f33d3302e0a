import type { MiddlewareHandler } from "hono";
import { Refusal } from "./api/problem.js";

/** The web app's own files and nothing else; Wasm for the model in the page. Styles within marks are what charts are made of. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Headers of every answer. The last two let the page use threads. */
const securityHeaders: Readonly<Record<string, string>> = {
  "content-security-policy": contentSecurityPolicy,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** Adds the security headers, and keeps what is computed for one person out of caches. */
export function secure(cors: readonly string[]): MiddlewareHandler {
  return async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(securityHeaders)) c.res.headers.set(name, value);
    c.res.headers.set("cross-origin-resource-policy", cors.length > 0 ? "cross-origin" : "same-origin");
    if (!c.res.headers.has("cache-control")) c.res.headers.set("cache-control", "no-store");
  };
}

/** Lets pages of some origins ask; without any, browsers keep the answers from pages of other origins. */
export function crossOrigin(origins: readonly string[]): MiddlewareHandler {
  return async (c, next) => {
    const origin = c.req.header("origin");
    const allowed = origin !== undefined && (origins.includes(origin) || origins.includes("*"));
    if (allowed && c.req.method === "OPTIONS") {
      c.res = new Response(null, {
        status: 204,
        headers: { "access-control-allow-methods": "GET, POST", "access-control-allow-headers": "authorization, content-type, x-api-key", "access-control-max-age": "600" },
      });
    } else await next();
    if (allowed) c.res.headers.set("access-control-allow-origin", origin);
    if (origins.length > 0) c.res.headers.append("vary", "origin");
  };
}

/**
 * Refuses requests under other host names: a page that points its own name at this machine (DNS rebinding) could else read
 * answers of a server that listens to this machine only.
 */
export function knownHost(hosts: readonly string[] | undefined): MiddlewareHandler {
  return async (c, next) => {
    const host = (c.req.header("host") ?? "").replace(/:\d+$/, "").toLowerCase();
    if (hosts && !hosts.includes(host)) {
      throw new Refusal(421, "unknown-host", "This server answers under the names of this machine only; start it with --host or --allow-host for others.");
    }
    await next();
  };
}
