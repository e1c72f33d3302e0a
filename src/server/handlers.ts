/** What answers the routes of the API. */
import type { HttpBindings } from "@hono/node-server";
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { routes, type RouteName } from "./api/routes.js";

/** `route`: the pattern that a request's path fits, for the log. */
export type Env = { Bindings: HttpBindings; Variables: { route?: string } };
export type C = Context<Env>;
export type RouteHandler = (c: C) => Promise<Response> | Response;

/** A handler for each of some routes. */
export type Handlers<Names extends RouteName> = Readonly<Record<Names, RouteHandler>>;

/** Lets an app answer all routes. */
export function addHandlers(app: OpenAPIHono<Env>, handlers: Handlers<RouteName>): void {
  for (const name of Object.keys(routes) as RouteName[]) {
    const { method, path } = routes[name];
    app.on(method.toUpperCase(), path.replaceAll(/\{(\w+)\}/g, ":$1"), (c) => {
      c.set("route", path);
      return handlers[name](c);
    });
  }
}
