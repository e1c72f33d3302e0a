/** The routes as the OpenAPI document describes them. */
import { createRoute, z } from "@hono/zod-openapi";
import { attributeTypes } from "../../schema/schema.js";
import { problemSchema, type ProblemStatus } from "./problem.js";
import * as wire from "./schemas.js";

const meanings: Partial<Record<ProblemStatus, string>> = {
  400: "The body can't be read.",
  401: "The key is missing or wrong.",
  403: "The server does not give this away.",
  404: "There is no such model or attribute.",
  408: "The body did not come in time.",
  413: "The body, or the work it asks for, is larger than this server takes.",
  415: "The body has another media type, or is compressed.",
  422: "A field is not allowed as it is.",
  429: "This client has asked too often.",
  503: "Too many requests wait, or a worker ended; ask again.",
  504: "The answer took longer than this server allows.",
};

const problems = (...statuses: (keyof typeof meanings)[]) =>
  Object.fromEntries(statuses.map((status) => [status, { description: meanings[status]!, content: { "application/problem+json": { schema: problemSchema } } }]));

const json = <T extends z.ZodType>(schema: T, description: string) => ({ description, content: { "application/json": { schema } } });
const csv = { "text/csv": { schema: z.string() } };

const parameter = (schema: z.ZodType, type: "string" | "integer" | "number" | "boolean", more: object = {}) => schema.openapi({ type, param: { required: false }, ...more });
const model = parameter(z.string().optional(), "string", { description: "Name of the model, where several are served; the first by default." });
const search = {
  search: parameter(z.string().optional(), "string", { maxLength: 200, description: "Words that the name, label, unit or an alias holds, all of them." }),
  type: z.enum(attributeTypes).optional(),
  unit: parameter(z.string().optional(), "string", { maxLength: 100, description: "The exact unit." }),
  limit: parameter(z.string().optional(), "integer", { minimum: 1, maximum: 500, default: 50 }),
  offset: parameter(z.string().optional(), "integer", { minimum: 0, maximum: 1_000_000, default: 0 }),
};
const tableOptions = {
  draws: parameter(z.string().optional(), "integer", { minimum: 0, maximum: 100, description: `${wire.imputeAbout.draws} A first column 'draw' tells them apart.` }),
  intervals: parameter(z.string().optional(), "number", { exclusiveMinimum: 0, exclusiveMaximum: 1, description: wire.imputeAbout.intervals }),
  why: parameter(z.string().optional(), "boolean", { description: wire.imputeAbout.why }),
  seed: parameter(z.string().optional(), "integer", { minimum: 0, maximum: 4_294_967_295, description: wire.imputeAbout.seed }),
  key: parameter(z.string().optional(), "string", { maxLength: 1000, description: wire.imputeAbout.key }),
  rounds: parameter(z.string().optional(), "integer", { minimum: 1, maximum: 1000, description: wire.imputeAbout.rounds }),
  support: parameter(z.string().optional(), "boolean", { description: wire.imputeAbout.support }),
  strict: parameter(z.string().optional(), "boolean", { description: wire.imputeAbout.strict }),
  fewest: parameter(z.string().optional(), "integer", { minimum: 1, maximum: 100, description: wire.imputeAbout.fewest }),
  table: parameter(z.string().optional(), "string", { minLength: 1, maxLength: 300, description: wire.imputeAbout.table }),
};

const open = problems(401, 404, 422, 429, 503);
const asked = problems(400, 401, 404, 408, 413, 415, 422, 429, 503, 504);

export const routes = {
  models: createRoute({ method: "get", path: "/v1/models", summary: "The models that are served", responses: { 200: json(wire.modelsSchema, "Their names"), ...problems(401, 422, 429) } }),
  model: createRoute({
    method: "get",
    path: "/v1/model",
    summary: "What a model has learned from, and how well",
    request: { query: z.object({ model }) },
    responses: { 200: json(wire.modelSchema, "The model's card"), ...open },
  }),
  bundle: createRoute({
    method: "get",
    path: "/v1/bundle",
    summary: "The model's file, to run it elsewhere",
    description: "Not for models that hold cells of real people.",
    request: { query: z.object({ model }) },
    responses: { 200: { description: "The file", content: { "application/octet-stream": { schema: z.string().openapi({ format: "binary" }) } } }, ...problems(401, 403, 404, 422, 429) },
  }),
  attributes: createRoute({
    method: "get",
    path: "/v1/attributes",
    summary: "Attributes of a model, by search",
    request: { query: z.object({ model, ...search }) },
    responses: { 200: json(wire.attributesSchema, "A page of attributes, the best match first"), ...open },
  }),
  attribute: createRoute({
    method: "get",
    path: "/v1/attributes/{name}",
    summary: "One attribute with its distribution where nothing is given",
    request: { params: z.object({ name: z.string().openapi({ param: { name: "name", in: "path", required: true } }) }), query: z.object({ model }) },
    responses: { 200: json(wire.attributeDetailSchema, "The attribute"), ...open, ...problems(504) },
  }),
  marginals: createRoute({
    method: "get",
    path: "/v1/marginals",
    summary: "What a model remembers of its training table's columns, without any row",
    description: "Null for models of older programs, which remember nothing.",
    request: { query: z.object({ model }) },
    responses: { 200: json(z.union([wire.marginalsSchema, z.null()]), "Quantiles and shares of columns, and the strongest relations"), ...open },
  }),
  predict: createRoute({
    method: "post",
    path: "/v1/predict",
    summary: "Given some attributes of a person, how are the others distributed?",
    request: { query: z.object({ model }), body: { required: true, content: { "application/json": { schema: wire.predictRequest } } } },
    responses: { 200: json(wire.predictionSchema, "One predictive distribution per attribute"), ...asked },
  }),
  compare: createRoute({
    method: "post",
    path: "/v1/compare",
    summary: "How do scenarios of one person differ?",
    description: "Associations in the training data: how people who live like this differ, not what a change would do.",
    request: { query: z.object({ model }), body: { required: true, content: { "application/json": { schema: wire.compareRequest } } } },
    responses: { 200: json(wire.comparisonSchema, "Differences, the largest first"), ...asked },
  }),
  next: createRoute({
    method: "post",
    path: "/v1/next",
    summary: "Which measurement of a person would tell most next?",
    request: { query: z.object({ model }), body: { required: true, content: { "application/json": { schema: wire.nextRequest } } } },
    responses: { 200: json(wire.measurementsSchema, "Measurements, the most telling first"), ...asked },
  }),
  impute: createRoute({
    method: "post",
    path: "/v1/impute",
    summary: "Fill the holes of a table",
    description: "Rows as JSON, or a whole table as CSV, which comes back as CSV with its own separator, byte order mark and line ends; options of a CSV table are query parameters, those of JSON rows are fields. The report of levels that the model does not know, values beyond its range and cells left empty comes with JSON only.",
    request: { query: z.object({ model, ...tableOptions }), body: { required: true, content: { "application/json": { schema: wire.imputeRequest }, ...csv } } },
    responses: { 200: { description: "The completed table", content: { "application/json": { schema: wire.imputationSchema }, ...csv } }, ...asked },
  }),
  generate: createRoute({
    method: "post",
    path: "/v1/generate",
    summary: "Invent people with the learned relations",
    request: { query: z.object({ model }), body: { required: true, content: { "application/json": { schema: wire.generateRequest } } } },
    responses: { 200: { description: "Invented people", content: { "application/json": { schema: z.union([wire.generatedSchema, wire.generatedTextsSchema]) }, ...csv } }, ...asked },
  }),
  health: createRoute({ method: "get", path: "/healthz", summary: "Whether the server lives", responses: { 200: json(wire.healthSchema, "It does") } }),
  ready: createRoute({ method: "get", path: "/readyz", summary: "Whether a model is ready to answer", responses: { 200: json(wire.readySchema, "It is"), ...problems(503) } }),
  metrics: createRoute({ method: "get", path: "/metrics", summary: "Figures for Prometheus", responses: { 200: { description: "Text exposition format", content: { "text/plain": { schema: z.string() } } }, ...problems(401, 429) } }),
} as const;

export type RouteName = keyof typeof routes;
