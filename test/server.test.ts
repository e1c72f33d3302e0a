import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import type { Running } from "../src/server/serve.js";
import { csv, smallTable, trainSmall, vhgm, workFolder } from "./support/cli.js";
import { ask, post, postCsv, startServer } from "./support/server.js";

const folder = workFolder();
const at = (name: string): string => join(folder, name);
const fresh = smallTable(30, 2).table;
const lines: string[] = [];
let server: Running;
let url: string;

beforeAll(async () => {
  await trainSmall(folder);
  writeFileSync(at("fresh.csv"), csv(fresh));
  mkdirSync(at("web/assets"), { recursive: true });
  writeFileSync(at("web/index.html"), "<!doctype html><title>app</title>");
  writeFileSync(at("web/assets/main-a1B2c3D4.js"), "export {};");
  writeFileSync(at("web/secret.key"), "not a type that is served");
  server = await startServer({ models: [at("model.vhgm"), `other=${at("model.vhgm")}`], web: at("web"), log: (line) => lines.push(line) });
  ({ url } = server);
});

describe("what there is", () => {
  it("lists the models, the first as the default, and gives one's card without scores", async () => {
    const { json } = await ask(`${url}/v1/models`);
    expect(json.models).toEqual([
      { name: "model", default: true, attributes: 10, rows: 160 },
      { name: "other", default: false, attributes: 10, rows: 160 },
    ]);
    const { json: model } = await ask(`${url}/v1/model?model=other`);
    expect(model).toMatchObject({ name: "other", attributes: 10, learned: 10, types: { binary: 2, categorical: 1, count: 4, date: 1, positive: 2 }, card: { tables: ["people.csv"], memory: "prototypes" } });
    expect(model.card.scores).toBeUndefined();
  });

  it("gives the model's file byte for byte", async () => {
    const response = await fetch(`${url}/v1/bundle`);
    expect(Buffer.from(await response.arrayBuffer()).equals(readFileSync(at("model.vhgm")))).toBe(true);
  });

  it("finds attributes by words, type and pages, the best match first", async () => {
    const all = (await ask(`${url}/v1/attributes`)).json;
    expect(all).toMatchObject({ total: 10, offset: 0, limit: 50 });
    const page = (await ask(`${url}/v1/attributes?limit=2&offset=3`)).json;
    expect(page.attributes).toEqual(all.attributes.slice(3, 5));
    const found = (await ask(`${url}/v1/attributes?search=WEIGHT`)).json;
    expect(found.attributes.map((a: { name: string }) => a.name)).toEqual(["weight"]);
    const dates = (await ask(`${url}/v1/attributes?type=date`)).json;
    expect(dates.attributes).toMatchObject([{ name: "exam_date", learned: true, range: { low: expect.any(Number) } }]);
    expect((await ask(`${url}/v1/attributes?search=no%20such`)).json).toMatchObject({ total: 0, attributes: [] });
  });

  it("gives an attribute with its distribution where nothing is given", async () => {
    const { json } = await ask(`${url}/v1/attributes/systolic`);
    const { answers } = (await post(`${url}/v1/predict`, { ask: ["systolic"] })).json;
    expect(json).toMatchObject({ name: "systolic", score: { cells: expect.any(Number) } });
    expect(json.marginal).toEqual(answers[0]);
    expect((await ask(`${url}/v1/attributes/systolic`)).json).toEqual(json);
    const levels = (await ask(`${url}/v1/attributes/smoking`)).json.marginal.levels;
    expect(levels.reduce((sum: number, { probability }: { probability: number }) => sum + probability, 0)).toBeCloseTo(1, 6);
  });

  it("tells health, readiness and figures that name no question", async () => {
    expect((await ask(`${url}/healthz`)).json).toEqual({ status: "ok" });
    expect((await ask(`${url}/readyz`)).json).toEqual({ status: "ready", workers: 1, waiting: 0 });
    await ask(`${url}/v1/attributes/systolic`);
    const { text } = await ask(`${url}/metrics`);
    expect(text).toMatch(/vhgm_request_seconds_count\{method="GET",route="\/v1\/attributes\/\{name\}",status="200"\} \d/);
    expect(text).toMatch(/vhgm_workers 1/);
    expect(text).not.toContain("systolic");
  });
});

describe("predict", () => {
  it("answers as the command line does, to the last digit", async () => {
    const given = { age: 60, sex: "F" };
    const { json } = await post(`${url}/v1/predict`, { given, ask: ["systolic", "smoking", "exam_date"], level: 0.8, why: true });
    const run = await vhgm(folder, ["predict", "model.vhgm", "--given", JSON.stringify(given), "--ask", "systolic,smoking,exam_date", "--level", "0.8", "--why", "--json"]);
    expect(json).toEqual(JSON.parse(run.stdout));
    expect(json.answers[0]).toMatchObject({ name: "systolic", interval: { level: 0.8 }, why: { similarPeople: expect.any(Number) } });
  });

  it("takes nothing given as a question, and chosen quantiles", async () => {
    const { json } = await post(`${url}/v1/predict`, { quantiles: [0.1, 0.5] });
    expect(json.answers).toHaveLength(10);
    expect(json.answers[0].quantiles.map((q: { u: number }) => q.u)).toEqual([0.1, 0.5]);
  });

  it.each([
    [{ given: { agee: 60 } }, 422, "/given/agee", /did you mean age/],
    [{ given: { age: "old" } }, 422, "/given/age", /takes a number/],
    [{ given: { smoking: "pipe" } }, 422, "/given/smoking", /takes one of: current, former, never/],
    [{ given: { age: { years: 60 } } }, 422, "/given/age", /number, a text, true, false or null/],
    [{ given: { age: 60 }, ask: ["age"] }, 422, "/ask/age", /both given and asked/],
    [{ ask: ["nothing"] }, 422, "/ask/nothing", /no attribute 'nothing'/],
    [{ level: 1 }, 422, "/level", /is 1, but must be below 1/],
    [{ level: "high" }, 422, "/level", /number/],
    [{ levels: 0.9 }, 422, "/levels", /not known/],
    [[], 422, "", /object/],
  ])("refuses %j with the field at fault", async (body, status, field, words) => {
    const reply = await post(`${url}/v1/predict`, body);
    expect(reply.headers.get("content-type")).toBe("application/problem+json");
    expect(reply.json).toMatchObject({ type: "about:blank", status, field });
    expect(reply.status).toBe(status);
    expect(reply.json.detail).toMatch(words);
  });
});

describe("compare", () => {
  it("ranks differences between scenarios", async () => {
    const body = { given: { age: 60 }, scenarios: [{ name: "smoker", given: { smoking: "current" } }, { name: "never", given: { smoking: "never" } }], ask: ["systolic", "glucose"] };
    const { status, json } = await post(`${url}/v1/compare`, body);
    expect(status).toBe(200);
    expect(json.attributes.map((a: { size: number }) => a.size)).toEqual(json.attributes.map((a: { size: number }) => a.size).sort((a: number, b: number) => b - a));
    expect(json.notes[0]).toMatch(/associations/);
  });

  it("names the scenario whose value is at fault, or what all share", async () => {
    const scenarios = [{ name: "young", given: { age: 30 } }, { name: "old", given: { age: "very" } }];
    const { json } = await post(`${url}/v1/compare`, { scenarios });
    expect(json).toMatchObject({ status: 422, field: "/scenarios/1/given/age", detail: "Scenario 'old': 'very' was given for 'age', which takes a number." });
    expect((await post(`${url}/v1/compare`, { given: { weight: "much" }, scenarios: scenarios.slice(0, 1).concat({ name: "any", given: {} as never }) })).json).toMatchObject({ status: 422, field: "/given/weight" });
  });

  it("refuses one scenario alone", async () => {
    expect((await post(`${url}/v1/compare`, { scenarios: [{ name: "a", given: {} }] })).json).toMatchObject({ status: 422, field: "/scenarios" });
  });
});

describe("next", () => {
  it("ranks what could be measured, the most telling first", async () => {
    const { json } = await post(`${url}/v1/next`, { given: { age: 60 }, targets: ["systolic"], top: 3 });
    expect(json.measurements).toHaveLength(3);
    const gains = json.measurements.map(({ gain }: { gain: number }) => gain);
    expect(gains).toEqual(gains.toSorted((a: number, b: number) => b - a));
  });

  it("says which list names an attribute that the model lacks", async () => {
    expect((await post(`${url}/v1/next`, { targets: ["nothing"] })).json).toMatchObject({ status: 422, field: "/targets/nothing" });
    expect((await post(`${url}/v1/next`, { targets: ["systolic"], candidates: ["nothing"] })).json).toMatchObject({ status: 422, field: "/candidates/nothing" });
  });

  it("refuses a target that is given", async () => {
    expect((await post(`${url}/v1/next`, { given: { age: 60 }, targets: ["age"] })).json).toMatchObject({ status: 422, field: "/targets/age" });
  });
});

describe("impute", () => {
  it("completes a CSV table as the command line does", async () => {
    await vhgm(folder, ["impute", "model.vhgm", "fresh.csv", "-o", "out.csv", "--intervals", "0.9", "--why", "--quiet"]);
    const reply = await postCsv(`${url}/v1/impute?intervals=0.9&why=true`, csv(fresh));
    expect(reply.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(reply.text).toBe(readFileSync(at("out.csv"), "utf8"));
  });

  it("keeps a table's separator, byte order mark and line ends", async () => {
    for (const [before, delimiter] of [["\ufeff", ";"], ["sep=|\r\n", "|"], ["", "\t"]]) {
      const written = (rows: readonly (readonly string[])[]): string => before + rows.map((row) => `${row.join(delimiter)}\r\n`).join("");
      const reply = await fetch(`${url}/v1/impute`, { method: "POST", headers: { "content-type": "text/csv" }, body: written(fresh) });
      const text = Buffer.from(await reply.arrayBuffer()).toString();
      const completed = (await postCsv(`${url}/v1/impute`, csv(fresh))).text.trimEnd().split("\n").map((line) => line.split(","));
      expect(text).toBe(written(completed));
    }
  });

  it("draws the same tables from the same seed as the command line", async () => {
    await vhgm(folder, ["impute", "model.vhgm", "fresh.csv", "-o", "draws.csv", "-m", "2", "--seed", "7", "--key", "person_id", "--quiet"]);
    const { text } = await postCsv(`${url}/v1/impute?draws=2&seed=7&key=person_id`, csv(fresh));
    const [header, ...rows] = text.trimEnd().split("\n");
    expect(header).toBe(`draw,${fresh[0].join(",")}`);
    for (const k of [1, 2]) {
      const own = rows.filter((row) => row.startsWith(`${k},`)).map((row) => row.slice(2));
      expect(own).toEqual(readFileSync(at(`draws-${k}.csv`), "utf8").trimEnd().split("\n").slice(1));
    }
  });

  it("completes rows as JSON, and gives back what was observed as it came", async () => {
    const rows = [{ age: 60, sex: "F", height: null, note: "x" }, { age: "55.0", sex: null, height: 170.5 }];
    const { json } = await post(`${url}/v1/impute`, { rows });
    expect(json.columns).toEqual(["age", "sex", "height", "note"]);
    expect(json.tables).toMatchObject([[{ age: 60, sex: "F", height: expect.any(Number), note: "x" }, { age: "55.0", sex: expect.stringMatching(/^[FM]$/), height: 170.5, note: null }]]);
    expect(json.report).toMatchObject({ rows: 2, filled: 2, extra: ["note"] });
    const drawn = (await post(`${url}/v1/impute`, { rows, draws: 3, seed: 4 })).json.tables;
    expect(drawn).toHaveLength(3);
    expect((await post(`${url}/v1/impute`, { rows, draws: 3, seed: 4 })).json.tables).toEqual(drawn);
  });

  it.each([
    ["age,sex\n60,F\nold,M\n", 422, /'old' is not a number, in column 'age', row 2 of the table/],
    ["nothing,known\n1,2\n", 422, /No column of the table is an attribute/],
    ["age,age\n1,2\n", 422, /two columns named/],
    ["age,sex\n1,F,3\n", 422, /line 2: the row has 3 cells/],
    ["", 422, /empty/],
    ["age\n\u0000\n", 422, /./],
  ])("tells in a problem, not in half a table, what is wrong with %j", async (body, status, words) => {
    const reply = await postCsv(`${url}/v1/impute`, body);
    expect(reply).toMatchObject({ status, json: { status } });
    expect(reply.json.detail).toMatch(words);
  });

  it.each([["draws=-1", "?draws"], ["draws=many", "?draws"], ["intervals=2", "?intervals"], ["colour=red", "?colour"]])("refuses the parameter %s", async (query, field) => {
    expect((await postCsv(`${url}/v1/impute?${query}`, "age\n1\n")).json).toMatchObject({ status: 422, field });
  });
});

describe("generate", () => {
  it("invents as many people as asked, as JSON and CSV alike, who meet the condition", async () => {
    const body = { rows: 20, where: "sex = 'F' and age >= 50", seed: 3 };
    const { json } = await post(`${url}/v1/generate`, body);
    expect(json.rows).toHaveLength(20);
    for (const { sex, age } of json.rows) expect([sex, age >= 50]).toEqual(["F", true]);
    const { text } = await post(`${url}/v1/generate`, { ...body, format: "csv" });
    const [header, ...rows] = text.trimEnd().split("\n").map((line) => line.split(","));
    expect(header).toEqual(json.columns);
    expect(rows).toEqual(json.rows.map((row: Record<string, unknown>) => json.columns.map((name: string) => String(row[name] ?? ""))));
  });

  it("gives the cells of its CSV as texts too, with the report, each row on a line", async () => {
    const body = { rows: 300, where: "age >= 50 and weight >= 70", seed: 3 };
    const { text, json } = await post(`${url}/v1/generate`, { ...body, format: "texts" });
    expect(json.rows).toEqual((await post(`${url}/v1/generate`, { ...body, format: "csv" })).text.trimEnd().split("\n").slice(1).map((line) => line.split(",")));
    expect(json.report).toEqual((await post(`${url}/v1/generate`, body)).json.report);
    expect(text.split("\n")).toHaveLength(301);
  });

  it("refuses a condition that can't be read", async () => {
    expect((await post(`${url}/v1/generate`, { rows: 1, where: "sex = F" })).json.detail).toBe("The people asked for can't be found: in sex = F: F is a level of sex; levels are written in quotes, as 'F'.");
    expect((await post(`${url}/v1/generate`, { rows: 1, where: "age > agee" })).json.detail).toContain("in age > agee: no attribute has the name agee; near to it is age");
    for (const where of ["age >", "agee > 3", "age >= 1000"]) expect(await post(`${url}/v1/generate`, { rows: 1, where })).toMatchObject({ status: 422, json: { code: "usage", field: "/where" } });
  });
});

describe("addresses", () => {
  it.each([
    ["GET", "/v1/nothing", 404, "no-route"],
    ["GET", "/v1/predict", 405, "method"],
    ["DELETE", "/v1/model", 405, "method"],
    ["GET", "/v1/attributes/nobody", 404, "unknown-attribute"],
    ["GET", "/v1/model?model=nobody", 404, "unknown-model"],
    ["GET", "/v1/model?colour=red", 422, "invalid-field"],
    ["GET", "/v1/attributes?limit=0", 422, "invalid-field"],
  ])("%s %s is answered by %i", async (method, path, status, code) => {
    expect((await ask(url + path, { method })).json).toMatchObject({ status, code });
  });

  it("refuses a compressed body as what it is", async () => {
    const body = gzipSync("age,weight\n40,\n");
    expect((await ask(`${url}/v1/impute`, { method: "POST", headers: { "content-type": "text/csv", "content-encoding": "gzip" }, body })).json).toMatchObject({ status: 415, code: "content-coding", detail: "The body has the content coding 'gzip'; send it uncompressed." });
  });

  it("asks for the media type that it reads", async () => {
    expect((await ask(`${url}/v1/predict`, { method: "POST", headers: { "content-type": "text/html" }, body: "{}" })).json).toMatchObject({ status: 415, detail: "The body has the media type 'text/html'; send application/json, and say so in the header Content-Type." });
    expect((await ask(`${url}/v1/impute`, { method: "POST", body: new Uint8Array(2) })).json).toMatchObject({ status: 415, detail: "The body has no media type; send application/json or text/csv, and say so in the header Content-Type." });
  });

  it("has pages for people, and security headers on every answer", async () => {
    const docs = await ask(`${url}/docs`);
    expect(docs.text).toContain(`${url}/v1/predict`);
    const examples = [...docs.text.matchAll(/-d '(.*?)' (http[^ <]+)<\/pre>/g)].map(([, body, address]) => [body.replaceAll("&quot;", '"').replaceAll("&gt;", ">").replaceAll("&#39;", "'").replaceAll("'\\''", "'"), address]);
    expect(examples.map(([, address]) => new URL(address).pathname)).toEqual(["/v1/predict", "/v1/compare", "/v1/next", "/v1/impute", "/v1/generate"]);
    for (const [body, address] of examples) expect(await post(address, JSON.parse(body))).toMatchObject({ status: 200 });
    for (const [, target] of docs.text.matchAll(/href="#([^"]+)"/g)) expect(docs.text).toContain(`id="${target}"`);
    expect(docs.text).toContain("number, above 0, below 1");
    const options = (await ask(`${url}/openapi.json`)).json.paths["/v1/impute"].post.parameters as { name: string; description?: string; schema: { description?: string } }[];
    expect(options.filter(({ description, schema }) => !description && !schema.description).map(({ name }) => name)).toEqual([]);
    for (const reply of [docs, await ask(`${url}/v1/nothing`), await ask(`${url}/healthz`)]) {
      expect(reply.headers.get("content-security-policy")).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(reply.headers.get("x-content-type-options")).toBe("nosniff");
      expect(reply.headers.get("access-control-allow-origin")).toBeNull();
    }
  });
});

describe("the web app", () => {
  it("is served with its types, and again only when it has changed", async () => {
    const page = await ask(`${url}/`);
    expect(page).toMatchObject({ status: 200, text: "<!doctype html><title>app</title>" });
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect((await ask(`${url}/`, { headers: { "if-none-match": page.headers.get("etag")! } })).status).toBe(304);
    const script = await ask(`${url}/assets/main-a1B2c3D4.js`);
    expect(script.headers.get("cache-control")).toMatch(/immutable/);
    expect(script.headers.get("content-type")).toMatch(/javascript/);
  });

  it("leaves out files of other types", async () => {
    expect((await ask(`${url}/secret.key`)).status).toBe(404);
  });

  it("is explained where it is not built", async () => {
    const bare = await startServer({ models: [at("model.vhgm")], web: at("nowhere") });
    expect((await ask(bare.url)).text).toMatch(/without it/);
  });
});

describe("the log", () => {
  it("names method, route, status and milliseconds, and nothing that was asked", async () => {
    lines.length = 0;
    await ask(`${url}/v1/attributes/systolic?model=other`);
    await post(`${url}/v1/predict`, { given: { age: 61 } });
    await ask(`${url}/a/secret/path`);
    expect(lines.map((line) => line.replace(/\d+ ms/, "N ms"))).toEqual(["GET /v1/attributes/{name} 200 N ms", "POST /v1/predict 200 N ms", "GET other 404 N ms"]);
  });
});

describe("starting", () => {
  it.each([
    [["nowhere.vhgm"], /^There is no file "nowhere.vhgm"; a model is written by vhgm train\.$/m],
    [["model.vhgm", "--api-key-file", "nowhere.txt"], /^There is no file of keys "nowhere.txt"\.$/m],
    [["model.vhgm", "model.vhgm"], /Two models are called 'model'/],
    [["fresh.csv"], /not a VHGM model/],
  ])("refuses %j in a sentence", async (files, words) => {
    const run = await vhgm(folder, ["serve", ...files, "--port", "0"]);
    expect(run.code).not.toBe(0);
    expect(run.stderr).toMatch(words);
  });

  it("refuses a port that is taken, before it opens a model", async () => {
    for (const model of ["model.vhgm", "fresh.csv"]) {
      const run = await vhgm(folder, ["serve", model, "--port", new URL(url).port]);
      expect(run).toMatchObject({ code: 2, stderr: expect.stringMatching(/another program listens there/) });
    }
  });
});
