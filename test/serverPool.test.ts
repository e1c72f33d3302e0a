import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { serve, type Running } from "../src/server/serve.js";
import { csv, mainFile, smallTable, trainSmall, workFolder } from "./support/cli.js";
import { ask, post, postCsv, startServer } from "./support/server.js";

const folder = workFolder();
const at = (name: string): string => join(folder, name);
let url: string;
const big = csv([smallTable(40, 3).table[0], ...Array.from({ length: 20 }, () => smallTable(40, 3).table.slice(1)).flat()]);

beforeAll(async () => {
  await trainSmall(folder);
  ({ url } = await startServer({ models: [at("model.vhgm")] }));
});

/** Questions that differ in what is given, asked and drawn. */
const questions = Array.from({ length: 24 }, (_, k) => ({
  given: Object.fromEntries(Object.entries({ age: 30 + k, sex: k % 2 ? "F" : "M", height: 160 + k / 2, smoking: "never" }).slice(0, k % 5)),
  ask: k % 3 ? ["systolic", "glucose", "lipid_drug"] : ["weight"],
  why: k % 4 === 0,
}));

describe("batching", () => {
  it("gives everybody the bits that they would get alone, beside a table that is completed", async () => {
    const alone: string[] = [];
    for (const question of questions) alone.push((await post(`${url}/v1/predict`, question)).text);
    const table = await postCsv(`${url}/v1/impute?draws=1`, big);
    const [tableBeside, ...together] = await Promise.all([postCsv(`${url}/v1/impute?draws=1`, big), ...questions.map((question) => post(`${url}/v1/predict`, question))]);
    expect(together.map(({ text }) => text)).toEqual(alone);
    expect(tableBeside.text).toBe(table.text);
  });

  it("lets short questions in while a table is completed", async () => {
    const order: string[] = [];
    const table = postCsv(`${url}/v1/impute?draws=3`, big).then(() => order.push("table"));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await post(`${url}/v1/predict`, { ask: ["age"] });
    order.push("person");
    await table;
    expect(order).toEqual(["person", "table"]);
  });
});

describe("back-pressure", () => {
  it("answers what is too much by 503 and when to ask again, and the rest in full", async () => {
    const narrow = await startServer({ models: [at("model.vhgm")], queue: 2, limits: { tables: 2 } });
    const long = { scenarios: Array.from({ length: 10 }, (_, k) => ({ name: String(k), given: { age: 30 + k } })) };
    const replies = await Promise.all(Array.from({ length: 60 }, () => post(`${narrow.url}/v1/compare`, long)));
    const statuses = replies.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(18);
    const refused = replies.find(({ status }) => status === 503)!;
    expect(refused.json.code).toBe("busy");
    expect(refused.headers.get("retry-after")).toBe("1");
    const tables = await Promise.all([1, 2, 3].map(() => postCsv(`${narrow.url}/v1/impute?draws=2`, big)));
    expect(tables.map(({ status }) => status).sort()).toEqual([200, 200, 503]);
    expect((await postCsv(`${narrow.url}/v1/impute`, big)).status).toBe(200);
  });

  it("stops a table that nobody reads any more, and gives its place to the next", async () => {
    const narrow = await startServer({ models: [at("model.vhgm")], limits: { tables: 1 } });
    const control = new AbortController();
    const response = await fetch(`${narrow.url}/v1/impute?draws=100&rounds=100`, { method: "POST", headers: { "content-type": "text/csv" }, body: big, signal: control.signal });
    expect(response.status).toBe(200);
    control.abort();
    await expect.poll(async () => (await postCsv(`${narrow.url}/v1/impute`, "age,sex\n60,\n")).status, { timeout: 20_000 }).toBe(200);
  });
});

describe("a worker that dies", () => {
  let mortal: Running;

  beforeAll(async () => {
    process.env.VHGM_TEST_WORKER = join(mainFile, "../../server/pool/worker.js");
    process.env.VHGM_TEST_FLAG = at("flag");
    mortal = await startServer({ models: [at("model.vhgm")], workerFile: join(import.meta.dirname, "support/mortalWorker.mjs") });
  });
  const deaths = async (): Promise<string | undefined> => /vhgm_worker_deaths_total (\d+)/.exec((await ask(`${mortal.url}/metrics`)).text)?.[1];

  it("is replaced, and its questions are asked again", async () => {
    writeFileSync(at("flag"), "");
    const others = questions.slice(0, 6).map((question) => post(`${mortal.url}/v1/predict`, { ...question, level: 0.9 }));
    const reply = await post(`${mortal.url}/v1/predict`, { given: { age: 60 }, ask: ["systolic"], level: 0.123 });
    expect(reply.status).toBe(200);
    for (const other of await Promise.all(others)) expect(other.status).toBe(200);
    expect(existsSync(at("flag"))).toBe(false);
    expect(await deaths()).toBe("1");
  });

  it("is told of to whoever asks what kills workers, and the pool heals", async () => {
    const reply = await post(`${mortal.url}/v1/predict`, { given: { age: 60 }, level: 0.321 });
    expect(reply).toMatchObject({ status: 503, json: { code: "worker-died", detail: expect.stringMatching(/has ended; a new one starts/) } });
    expect(await post(`${mortal.url}/v1/predict`, { ask: ["age"] })).toMatchObject({ status: 200 });
    await expect.poll(async () => (await ask(`${mortal.url}/readyz`)).status).toBe(200);
    expect(await deaths()).toBe("3");
  });

  it("breaks off a table that it has begun, so that no part passes for the whole", async () => {
    await expect(postCsv(`${mortal.url}/v1/impute?intervals=0.321&draws=20&rounds=50`, big).then(({ status }) => expect(status).toBe(200))).rejects.toThrow(/terminated|fetch failed/);
  });
});

describe("the end", () => {
  it("finishes what was taken, refuses what is new, and comes", async () => {
    const ending = await serve({ models: [at("model.vhgm")], port: 0, workers: 1, workerFile: join(mainFile, "../../server/pool/worker.js") });
    const table = postCsv(`${ending.url}/v1/impute?draws=3`, big);
    await new Promise((resolve) => setTimeout(resolve, 150));
    const closed = ending.close();
    await expect(fetch(`${ending.url}/healthz`)).rejects.toThrow();
    const { status, text } = await table;
    expect([status, text.trimEnd().split("\n").length]).toEqual([200, 1 + 3 * 800]);
    await closed;
  });

  it("comes after the grace time even if somebody holds on", async () => {
    const ending = await serve({ models: [at("model.vhgm")], port: 0, workers: 1, grace: 300, workerFile: join(mainFile, "../../server/pool/worker.js") });
    const table = postCsv(`${ending.url}/v1/impute?draws=100&rounds=100`, big).catch(() => "broken off");
    await new Promise((resolve) => setTimeout(resolve, 300));
    await ending.close();
    expect(await table).toBe("broken off");
  });

  it.each(["SIGTERM", "SIGINT"] as const)("of the command comes on %s, with code 0, after what it took", async (signal) => {
    const child = spawn(process.execPath, [mainFile, "serve", "model.vhgm", "--port", "0", "--workers", "1"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const [said] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string];
    const [, base] = /^(http:\/\/\S+) serves model \(10 attributes\)/.exec(said)!;
    const table = postCsv(`${base}/v1/impute?draws=2`, big);
    await new Promise((resolve) => setTimeout(resolve, 150));
    child.kill(signal);
    expect((await table).text.trimEnd().split("\n")).toHaveLength(1 + 2 * 800);
    const [code] = (await once(child, "close")) as [number];
    expect({ code, stderr: stderr.replace(/\d+ ms/, "N ms") }).toEqual({ code: 0, stderr: expect.stringMatching(/POST \/v1\/impute 200 N ms/) });
  });
});
