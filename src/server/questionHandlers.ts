/** Routes that ask a model: of one person, of a table, or for invented people. */
import * as wire from "./api/schemas.js";
import { Refusal } from "./api/problem.js";
import { jsonResponse, type Answers } from "./answers.js";
import { mediaType, otherType, parseJson, readBody, readJson } from "./body.js";
import { chosenModel, type ServedModel } from "./catalogue.js";
import type { C, Handlers } from "./handlers.js";
import type { Limits } from "./limits.js";
import { readQuery, refuseQuery } from "./query.js";

const csv = "text/csv; charset=utf-8";

/** @param models the first one is the default */
export function questionHandlers(models: readonly ServedModel[], answers: Answers, limits: Limits): Handlers<"predict" | "compare" | "next" | "impute" | "generate"> {
  const { whole, streamed, asTable } = answers;
  const json = { most: limits.body, within: limits.bodyTime };
  const modelOf = (c: C): string => chosenModel(models, c).name;
  const requireRows = (rows: number): void => {
    if (rows > limits.rows) throw new Refusal(413, "too-many-rows", `${rows} rows were asked for, but this server takes ${limits.rows} at once at most.`, { field: "/rows" });
  };

  function imputeCsv(c: C, model: string): Promise<Response> {
    const { table, ...options } = readQuery(c, wire.imputeQuery);
    return asTable(async (done) => {
      const given = await readBody(c, { most: limits.table, within: limits.tableTime });
      return streamed(c, { model, kind: "imputeCsv", csv: given, table, options, mostRows: limits.rows }, csv, done);
    });
  }

  function imputeRows(c: C, model: string): Promise<Response> {
    refuseQuery(c);
    return asTable(async (done) => {
      const { rows, table, ...options } = parseJson(await readBody(c, json), wire.imputeRequest);
      requireRows(rows.length);
      const bytes = await whole(c.req.raw.signal, { model, kind: "imputeRows", rows, table, options }, limits.tableTime);
      done();
      return jsonResponse(bytes);
    });
  }

  return {
    async predict(c) {
      refuseQuery(c);
      const model = modelOf(c);
      const { given = {}, ...options } = await readJson(c, wire.predictRequest, json);
      return jsonResponse(await whole(c.req.raw.signal, { model, kind: "predict", given, options }));
    },
    async compare(c) {
      refuseQuery(c);
      const model = modelOf(c);
      const { given = {}, scenarios, ...options } = await readJson(c, wire.compareRequest, json);
      return jsonResponse(await whole(c.req.raw.signal, { model, kind: "compare", given, scenarios, options }));
    },
    async next(c) {
      refuseQuery(c);
      const model = modelOf(c);
      const { given = {}, ...options } = await readJson(c, wire.nextRequest, json);
      return jsonResponse(await whole(c.req.raw.signal, { model, kind: "next", given, options }));
    },
    impute(c) {
      const model = modelOf(c);
      const type = mediaType(c);
      if (type === "text/csv") return imputeCsv(c, model);
      if (type === "application/json") return imputeRows(c, model);
      throw otherType(c, "application/json or text/csv");
    },
    async generate(c) {
      refuseQuery(c);
      const model = modelOf(c);
      const { rows, format, ...options } = await readJson(c, wire.generateRequest, json);
      requireRows(rows);
      return asTable((done) => streamed(c, { model, kind: "generate", rows, options, format }, format === "csv" ? csv : "application/json", done));
    },
  };
}
