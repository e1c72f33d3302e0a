/** The API's description: the OpenAPI document, and the same as a page. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { routes } from "./api/routes.js";
import type { ServedModel } from "./catalogue.js";
import { exampleBodies } from "./examples.js";
import type { Env } from "./handlers.js";
import { docsPage } from "./pages.js";

export interface DescriptionInput {
  readonly version: string;
  /** The model that examples are about. */
  readonly model: ServedModel;
  /** Whether a key is asked for. */
  readonly keys: boolean;
}

/** Adds /openapi.json and /docs; the document is made when it is asked for the first time. */
export function addDescription(app: OpenAPIHono<Env>, { version, model, keys }: DescriptionInput): void {
  for (const route of Object.values(routes)) app.openAPIRegistry.registerPath(route);
  const bearer = app.openAPIRegistry.registerComponent("securitySchemes", "key", { type: "http", scheme: "bearer", description: "A key of --api-key-file; the header X-API-Key takes it too." });
  const make = () =>
    app.getOpenAPI31Document({
      openapi: "3.1.0",
      info: { title: "VHGM", version, description: "Questions to a model of people: given these attributes, how are those distributed? Nothing that is sent is stored or logged." },
      ...(keys ? { security: [{ [bearer.name]: [] }] } : {}),
    });
  let document: ReturnType<typeof make> | undefined;
  app.get("/openapi.json", (c) => {
    c.set("route", "/openapi.json");
    return c.json((document ??= make()));
  });
  app.get("/docs", (c) => {
    c.set("route", "/docs");
    return c.html(docsPage((document ??= make()), new URL(c.req.url).origin, exampleBodies(model.entries)));
  });
}
