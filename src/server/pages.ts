/** Two small pages without scripts: what is here, and the API for people to read. */

interface OpenApi {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string };
  readonly paths?: Readonly<Record<string, unknown>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> };
}

interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}
interface Content {
  readonly [type: string]: { readonly schema?: JsonSchema };
}
interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema?: JsonSchema; readonly description?: string }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
const code = (text: string): string => `<code>${escaped(text)}</code>`;

const style = `:root{color-scheme:light dark;--line:#8884}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.15rem;margin:2.2rem 0 .3rem;padding-top:1rem;border-top:1px solid var(--line)}code,pre{font:.9em ui-monospace,monospace}
pre{white-space:pre-wrap;overflow-wrap:anywhere;padding:.8rem;border:1px solid var(--line);border-radius:.4rem}table{border-collapse:collapse;width:100%;display:block;overflow-x:auto}
td,th{text-align:left;vertical-align:top;padding:.25rem .8rem .25rem 0;border-bottom:1px solid var(--line)}.method{font-weight:600}nav ul{padding:0;list-style:none;columns:22rem 2}nav li{break-inside:avoid;margin:.15rem 0}a{color:inherit}`;

const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escaped(title)}</title><link rel="icon" href="data:,"><style>${style}</style></head><body><main>${body}</main></body></html>`;

/** What stands at / where the web app is not built. */
export function welcomePage(models: readonly string[]): string {
  return page(
    "VHGM",
    `<h1>VHGM serves ${models.map(code).join(", ")}</h1>
<p>The API is at work: <a href="/docs">/docs</a> describes it, <a href="/openapi.json">/openapi.json</a> is for programs.</p>
<pre>curl -H 'content-type: application/json' -d '{"given": {}}' ${escaped("http://THIS-SERVER/v1/predict")}</pre>
<p>The web app would stand here, but this package was built without it.</p>`,
  );
}

/**
 * The OpenAPI document as a page.
 * @param origin the server's address, for examples that can be run as they stand
 * @param bodies examples of what routes take
 */
export function docsPage(document: OpenApi, origin: string, bodies: Readonly<Record<string, object>>): string {
  const { info, paths = {}, components } = document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Operation>).map(([method, operation]) => describeOperation(method, path, operation, bodies[path] && curl(origin + path, bodies[path]))),
  );
  const index = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Operation>).map(([method, { summary = "" }]) => `<li><a href="#${anchor(method, path)}">${method.toUpperCase()} ${code(path)}</a> ${escaped(summary)}</li>`),
  );
  const schemas = Object.entries(components?.schemas ?? {}).map(
    ([name, schema]) => `<h2 id="${escaped(name)}">${escaped(name)}</h2>${describeSchema(schema as JsonSchema)}`,
  );
  return page(
    `${info.title} API`,
    `<h1>${escaped(info.title)} API ${escaped(info.version)}</h1><p>${escaped(info.description ?? "")}</p><p>For programs: <a href="/openapi.json">/openapi.json</a>.
Failures are <a href="#Problem">problem details</a> (RFC 9457).</p>
<p>A table is completed by</p><pre>curl -H 'content-type: text/csv' --data-binary @table.csv -o completed.csv '${escaped(origin)}/v1/impute?intervals=0.9'</pre>
<nav aria-label="Routes"><ul>${index.join("")}</ul></nav>
${operations.join("")}${schemas.join("")}`,
  );
}

const anchor = (method: string, path: string): string => escaped(`${method}${path}`);
const curl = (address: string, body: object): string => `curl -H 'content-type: application/json' -d '${JSON.stringify(body).replaceAll("'", "'\\''")}' ${address}`;

function describeOperation(method: string, path: string, { summary = "", description = "", parameters = [], requestBody, responses }: Operation, example = ""): string {
  const bodies = (content: Content = {}): string => Object.entries(content).map(([type, { schema }]) => `${code(type)} ${schema ? typeOf(schema) : ""}`).join("<br>");
  const rows = [
    ...parameters.map((p) => [`${code(p.name)} (${escaped(p.in)})`, `${p.schema ? typeOf(p.schema) : ""}${remark(p.description ?? p.schema?.description)}`]),
    ...(requestBody ? [["body", bodies(requestBody.content)]] : []),
    ...Object.entries(responses).map(([status, { description, content }]) => [escaped(status), `${escaped(description)}${status.startsWith("2") && content ? `<br>${bodies(content)}` : ""}`]),
  ];
  return `<h2 id="${anchor(method, path)}"><span class="method">${method.toUpperCase()}</span> ${code(path)}</h2><p>${escaped(summary)}</p>${description === "" ? "" : `<p>${escaped(description)}</p>`}${example === "" ? "" : `<pre>${escaped(example)}</pre>`}${table(rows)}`;
}

function describeSchema(schema: JsonSchema): string {
  const own = schema.allOf?.find((part) => part.properties) ?? schema;
  const about = schema.description ? `<p>${escaped(schema.description)}</p>` : "";
  const rows = Object.entries(own.properties ?? {}).map(([name, field]) => [
    `${code(name)}${own.required?.includes(name) ? "" : " (optional)"}`,
    `${typeOf(field)}${remark(field.description)}${field.default === undefined ? "" : ` Default: ${code(JSON.stringify(field.default))}.`}`,
  ]);
  return about + (rows.length > 0 ? table(rows) : `<p>${typeOf(schema)}</p>`);
}

const remark = (description = ""): string => (description === "" ? "" : `<br>${escaped(description)}`);

/** A schema in a few words, with links to those that have a name. */
function typeOf(schema: JsonSchema): string {
  if (schema.$ref) {
    const name = schema.$ref.split("/").at(-1)!;
    return `<a href="#${escaped(name)}">${escaped(name)}</a>`;
  }
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.enum) return schema.enum.map((value) => code(JSON.stringify(value))).join(" or ");
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(" or ");
  if (schema.allOf) return schema.allOf.map(typeOf).join(" with ");
  if (schema.items) return `list of ${typeOf(schema.items)}`;
  if (schema.properties) return `object of ${Object.keys(schema.properties).map(code).join(", ")}`;
  if (typeof schema.additionalProperties === "object") return `object of ${typeOf(schema.additionalProperties)}`;
  const type = [schema.type ?? "anything"].flat().join(" or ");
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  // Whole numbers are bounded by what a double holds exactly where nothing else is said.
  const bounds = [
    minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? "" : `at least ${minimum}`,
    exclusiveMinimum === undefined ? "" : `above ${exclusiveMinimum}`,
    maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? "" : `at most ${maximum}`,
    exclusiveMaximum === undefined ? "" : `below ${exclusiveMaximum}`,
  ].filter((bound) => bound !== "");
  return escaped([type, ...bounds].join(", "));
}

const table = (rows: readonly (readonly string[])[]): string =>
  rows.length === 0 ? "" : `<table>${rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join("")}</tr>`).join("")}</table>`;
