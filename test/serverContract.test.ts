import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { trainSmall, workFolder } from "./support/cli.js";
import { ask, startServer, type Reply } from "./support/server.js";

interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
}
interface Operation {
  parameters?: { name: string; in: string; required: boolean; schema: JsonSchema }[];
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: JsonSchema }> }>;
}
interface Document {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema> };
}

const folder = workFolder();
let url: string;
let document: Document;
let names: string[];

beforeAll(async () => {
  await trainSmall(folder);
  ({ url } = await startServer({ models: [join(folder, "model.vhgm")], limits: { rows: 200 } }));
  document = (await ask(`${url}/openapi.json`)).json;
  names = (await ask(`${url}/v1/attributes`)).json.attributes.map((a: { name: string }) => a.name);
});

/** A schema of the document that stands by itself. */
function standalone(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify({ ...schema, $defs: document.components.schemas }).replaceAll("#/components/schemas/", "#/$defs/"));
}
const readers = new Map<string, z.ZodType>();
function reader(schema: JsonSchema): z.ZodType {
  const key = JSON.stringify(schema);
  if (!readers.has(key)) readers.set(key, z.fromJSONSchema(standalone(schema) as Parameters<typeof z.fromJSONSchema>[0]));
  return readers.get(key)!;
}

/** The answer is one that the document names for the operation, and it fits its schema. */
function expectConforming(operation: Operation, reply: Reply): void {
  expect(reply.status).toBeLessThan(500);
  const described = operation.responses[reply.status];
  expect(described, `status ${reply.status} is described; it came with ${reply.text.slice(0, 300)}`).toBeDefined();
  const type = (reply.headers.get("content-type") ?? "").split(";")[0];
  const content = described.content?.[type];
  expect(content, `${type} is described for status ${reply.status}`).toBeDefined();
  if (/json/.test(type)) {
    const result = reader(content!.schema).safeParse(reply.json);
    expect(result.success ? [] : result.error.issues.slice(0, 3)).toEqual([]);
  }
}

/** Values that a schema describes. Names of attributes are sprinkled in where any text is allowed. */
function arbitrary(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.$ref) return arbitrary(document.components.schemas[schema.$ref.split("/").at(-1)!]);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(arbitrary));
  const [type] = [schema.type ?? "object"].flat();
  const text = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...names) }, fc.constantFrom("F", "M", "never", "60", "2021-05-05", "-1e29", "NA", "yes"), fc.string({ maxLength: 12 }), fc.string({ unit: "grapheme", maxLength: 8 }));
  switch (type) {
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "integer":
      return fc.integer({ min: schema.minimum ?? -5, max: Math.min(schema.maximum ?? 12, (schema.minimum ?? 0) + 12) });
    case "number":
      return fc.oneof(
        fc.double({ min: schema.minimum ?? schema.exclusiveMinimum ?? -1e300, max: schema.maximum ?? schema.exclusiveMaximum ?? 1e300, noNaN: true, minExcluded: schema.exclusiveMinimum !== undefined, maxExcluded: schema.exclusiveMaximum !== undefined }),
        ...(schema.exclusiveMinimum === undefined && schema.minimum === undefined ? [fc.integer({ min: 0, max: 200 })] : []),
      );
    case "string":
      return text.filter((t) => t.length >= (schema.minLength ?? 0));
    case "array":
      return fc.array(arbitrary(schema.items ?? {}), { minLength: schema.minItems ?? 0, maxLength: Math.min(schema.maxItems ?? 4, 4) });
    default:
      if (schema.properties) {
        const fields = Object.fromEntries(Object.entries(schema.properties).map(([name, field]) => [name, arbitrary(field)]));
        return fc.record(fields, { requiredKeys: schema.required ?? [] });
      }
      return fc.dictionary(fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: text }), typeof schema.additionalProperties === "object" ? arbitrary(schema.additionalProperties) : fc.jsonValue(), { maxKeys: 6 });
  }
}

describe("the OpenAPI document", () => {
  it("is one of OpenAPI 3.1 whose references lead somewhere", () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.info.title).not.toBe("");
    for (const [ref] of JSON.stringify(document).matchAll(/(?<="\$ref":")[^"]+/g)) {
      expect(ref).toMatch(/^#\/components\/schemas\//);
      expect(document.components.schemas).toHaveProperty([ref.split("/").at(-1)!]);
    }
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const { parameters = [], responses } of Object.values(methods)) {
        const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
        expect(parameters.filter((p) => p.in === "path" && p.required).map((p) => p.name)).toEqual(inPath);
        expect(new Set(parameters.map((p) => p.name)).size).toBe(parameters.length);
        expect(Object.keys(responses)).toContain("200");
        for (const { content = {} } of Object.values(responses)) for (const { schema } of Object.values(content)) expect(() => reader(schema)).not.toThrow();
      }
    }
  });

  it("names every route of the API", () => {
    expect(Object.keys(document.paths).sort()).toEqual(
      ["/v1/models", "/v1/model", "/v1/bundle", "/v1/attributes", "/v1/attributes/{name}", "/v1/marginals", "/v1/predict", "/v1/compare", "/v1/next", "/v1/impute", "/v1/generate", "/healthz", "/readyz", "/metrics"].sort(),
    );
  });
});

describe("answers are what the document says, and never a failure of the server", () => {
  it.each(["/v1/models", "/v1/model", "/v1/attributes?limit=3", "/v1/attributes/{name}", "/v1/marginals", "/healthz", "/readyz", "/metrics", "/v1/bundle"])("of %s", async (path) => {
    const operation = document.paths[path.split("?")[0]].get;
    for (const name of path.includes("{") ? names : [""]) expectConforming(operation, await ask(url + path.replace("{name}", name)));
    if (operation.parameters) expectConforming(operation, await ask(`${url}${path.replace("{name}", "%F0%9F%90%81")}${path.includes("?") ? "&" : "?"}model=nobody`));
  });

  it.each(["/v1/predict", "/v1/compare", "/v1/next", "/v1/impute", "/v1/generate"])("of %s to bodies that the document describes", async (path) => {
    const operation = document.paths[path].post;
    const body = arbitrary(operation.requestBody!.content["application/json"].schema);
    let good = 0;
    await fc.assert(
      fc.asyncProperty(body, async (value) => {
        const reply = await ask(url + path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(value) });
        expectConforming(operation, reply);
        if (reply.status === 200) good++;
      }),
      { numRuns: 60 },
    );
    expect(good).toBeGreaterThan(0);
  });

  it.each(["/v1/predict", "/v1/compare", "/v1/next", "/v1/impute", "/v1/generate"])("of %s to any JSON", async (path) => {
    const operation = document.paths[path].post;
    await fc.assert(
      fc.asyncProperty(fc.json(), async (body) => expectConforming(operation, await ask(url + path, { method: "POST", headers: { "content-type": "application/json" }, body }))),
      { numRuns: 30 },
    );
  });

  it("of /v1/impute to any text as CSV", async () => {
    const operation = document.paths["/v1/impute"].post;
    const cell = fc.oneof(fc.constantFrom(...names, "", "60", "F", '"', ";", "\t", "1e400"), fc.string({ maxLength: 6 }));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(cell, { maxLength: 4 }), { maxLength: 5 }), async (rows) => {
        const body = rows.map((row) => row.join(",")).join("\n");
        expectConforming(operation, await ask(`${url}/v1/impute`, { method: "POST", headers: { "content-type": "text/csv" }, body }));
      }),
      { numRuns: 60 },
    );
  });

  it("of /v1/attributes to any search", async () => {
    const operation = document.paths["/v1/attributes"].get;
    await fc.assert(
      fc.asyncProperty(fc.record({ search: fc.string(), limit: fc.oneof(fc.nat(600).map(String), fc.string()), offset: fc.oneof(fc.nat(20).map(String), fc.string()), unit: fc.string(), type: fc.oneof(fc.constant("date"), fc.string()) }, { requiredKeys: [] }), async (query) => {
        expectConforming(operation, await ask(`${url}/v1/attributes?${new URLSearchParams(query)}`));
      }),
      { numRuns: 60 },
    );
  });
});
