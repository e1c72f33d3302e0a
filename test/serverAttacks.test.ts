import { mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Running } from "../src/server/serve.js";
import { trainSmall, vhgm, workFolder } from "./support/cli.js";
import { ask, post, postCsv, startServer } from "./support/server.js";

const folder = workFolder();
const at = (name: string): string => join(folder, name);
let server: Running;
let url: string;
const limits = { body: 20_000, table: 60_000, rows: 500, bodyTime: 700, time: 20_000, tableTime: 20_000 };

beforeAll(async () => {
  await trainSmall(folder);
  mkdirSync(at("web"));
  writeFileSync(at("web/index.html"), "app");
  writeFileSync(at("outside.txt"), "outside of the web app");
  server = await startServer({ models: [at("model.vhgm")], limits, web: at("web") });
  ({ url } = server);
});

/** Sends bytes as they stand and gives all that comes back until the connection ends. */
function raw(text: string, { pause = 0, rest = "" } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    let got = "";
    socket.setEncoding("utf8").on("data", (piece) => (got += piece)).on("close", () => resolve(got)).on("error", (error) => (got === "" ? reject(error) : undefined));
    socket.write(text);
    if (rest !== "") setTimeout(() => socket.write(rest), pause);
  });
}

const head = (length: number | string, type = "application/json"): string =>
  `POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`;

const alive = async (): Promise<void> => expect(await post(`${url}/v1/predict`, { given: { age: 60 }, ask: ["systolic"] })).toMatchObject({ status: 200 });

describe("bodies", () => {
  it("refuses one that says it is huge before it comes, and one that is huge without saying so", async () => {
    const told = await raw(head(10_000_000_000));
    expect(told).toMatch(/^HTTP\/1\.1 413 /);
    expect(told).toMatch(/more than 20000 bytes/);
    const body = async function* () {
      for (let k = 0; k < 100; k++) yield new TextEncoder().encode(" ".repeat(1000));
    };
    const streamed = fetch(`${url}/v1/predict`, { method: "POST", headers: { "content-type": "application/json" }, body: ReadableStream.from(body()), duplex: "half" } as RequestInit);
    expect((await streamed).status).toBe(413);
    await alive();
  });

  it("refuses deep nesting, which does not grow the stack", async () => {
    for (const body of ['{"given":'.repeat(2000), `{"given": ${"[".repeat(9000)}${"]".repeat(9000)}}`]) {
      const reply = await ask(`${url}/v1/predict`, { method: "POST", headers: { "content-type": "application/json" }, body });
      expect(reply).toMatchObject({ status: 400, json: { code: "not-json", detail: expect.stringMatching(/nested/) } });
    }
  });

  it.each([
    ['{"given": {"age": NaN}}', 400],
    ['{"given": {"age": Infinity}}', 400],
    ['{"given": {"age": 1e999}}', 422],
    ['{"given": {"age": "-inf"}}', 422],
    ['{"given": {"age": "1e31"}}', 422],
    ['{"given": {"__proto__": 1}}', 422],
    ['{"given": {"constructor": 1}}', 422],
    ['{"given": {"toString": "x"}}', 422],
    ['{"__proto__": {"level": 2}}', 422],
    ['{"given": {"age": 60}', 400],
    ["", 400],
    ["null", 422],
    ["\ud800", 400],
    [Buffer.from([0x7b, 0xff, 0x7d]), 400],
  ])("refuses %s", async (body, status) => {
    const reply = await ask(`${url}/v1/predict`, { method: "POST", headers: { "content-type": "application/json" }, body });
    expect(reply).toMatchObject({ status, json: { status } });
  });

  it("answers far-off values with finite numbers", async () => {
    for (const age of [-1e30, 1e30, 5e-324]) {
      const { status, json } = await post(`${url}/v1/predict`, { given: { age, weight: age } });
      expect(status).toBe(200);
      for (const { mean, levels = [] } of json.answers) {
        expect(mean).not.toBeNull();
        for (const { probability } of levels) expect(probability).not.toBeNull();
      }
    }
  });

  it("refuses very many rows, as JSON by their bytes, as CSV by bytes and by count", async () => {
    expect(await post(`${url}/v1/impute`, { rows: Array.from({ length: 1000 }, () => ({ age: 60, sex: null })) })).toMatchObject({ status: 413 });
    const million = `age,sex\n${"60,\n".repeat(1_000_000)}`;
    expect(await postCsv(`${url}/v1/impute`, million)).toMatchObject({ status: 413 });
    expect(await postCsv(`${url}/v1/impute`, `age,sex\n${"60,\n".repeat(501)}`)).toMatchObject({ status: 413, json: { code: "too-many-rows" } });
    expect(await post(`${url}/v1/generate`, { rows: 1_000_000_000 })).toMatchObject({ status: 413, json: { field: "/rows" } });
    expect(await post(`${url}/v1/generate`, { rows: 1e300 })).toMatchObject({ status: 422 });
    await alive();
  });

  it("gives up a body that does not come", async () => {
    const reply = await raw(head(100) + '{"given"');
    expect(reply).toMatch(/^HTTP\/1\.1 408 /);
    expect(reply).toMatch(/did not come within 0\.7 s/);
  });
});

describe("slow answers", () => {
  it("end at the time limit, and the worker goes on with others", async () => {
    const quick = await startServer({ models: [at("model.vhgm")], limits: { tableTime: 300 } });
    const reply = await post(`${quick.url}/v1/impute`, { rows: Array.from({ length: 400 }, () => ({ age: 60, weight: null, systolic: null, glucose: null, smoking: null })), draws: 100 });
    expect(reply).toMatchObject({ status: 504, json: { code: "too-slow" } });
    expect(await post(`${quick.url}/v1/predict`, { ask: ["age"] })).toMatchObject({ status: 200 });
  });
});

describe("what is no request of ours", () => {
  it("is answered with a problem, or by the end of the connection", async () => {
    expect(await raw("HELLO\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 [\s\S]*application\/problem\+json/);
    expect(await raw(`GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ${"x".repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 [\s\S]*headers are larger/);
    expect(await raw("POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc")).toMatch(/^HTTP\/1\.1 400 /);
    await alive();
  });

  it("finds no way out of the web app's folder", async () => {
    for (const path of ["/../outside.txt", "/%2e%2e/outside.txt", "/..%2foutside.txt", "/..\\outside.txt", "/assets/../../outside.txt", "//outside.txt", "/%00", "/index.html%00.txt", `/${at("outside.txt")}`, "/./index.html/../../outside.txt"]) {
      const text = await raw(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      expect(text).toMatch(/^HTTP\/1\.1 40[04] /);
      expect(text).not.toContain("outside of the web app");
    }
  });

  it("does not answer under names that are not this machine's", async () => {
    const reply = await new Promise<number>((resolve) => request(`${url}/v1/models`, { headers: { host: "evil.example" } }, (res) => resolve(res.statusCode!)).end());
    expect(reply).toBe(421);
    const proxied = await startServer({ models: [at("model.vhgm")], allowHosts: ["good.example"] });
    const allowed = await new Promise<number>((resolve) => request(`${proxied.url}/v1/models`, { headers: { host: "good.example" } }, (res) => resolve(res.statusCode!)).end());
    expect(allowed).toBe(200);
  });
});

describe("keys", () => {
  const key = "a-long-enough-key-1";
  let guarded: Running;

  beforeAll(async () => {
    writeFileSync(at("keys.txt"), `# for the tests\n\n${key}\nanother-long-enough-key\n`);
    guarded = await startServer({ models: [at("model.vhgm")], keyFile: at("keys.txt"), rate: 6 });
  });

  it("let in who has one, and tell others how to send it", async () => {
    const good: Record<string, string>[] = [{ authorization: `Bearer ${key}` }, { "x-api-key": "another-long-enough-key" }];
    for (const headers of good) expect((await ask(`${guarded.url}/v1/models`, { headers })).status).toBe(200);
    for (const headers of [{}, { authorization: "Bearer wrong-key-of-some-length" }, { authorization: `Basic ${key}` }, { "x-api-key": `${key}x` }, { "x-api-key": key.slice(1) }]) {
      const reply = await ask(`${guarded.url}/v1/models`, { headers: headers as Record<string, string> });
      expect(reply).toMatchObject({ status: 401, json: { code: "unauthorized" } });
      expect(reply.headers.get("www-authenticate")).toBe("Bearer");
    }
    expect((await ask(`${guarded.url}/healthz`)).status).toBe(200);
  });

  it("do not help against asking too often, and who guesses keys is slowed down too", async () => {
    expect(await ask(`${guarded.url}/metrics`)).toMatchObject({ status: 401 });
    const guess = await ask(`${guarded.url}/metrics`);
    expect(guess).toMatchObject({ status: 429, json: { code: "too-often" } });
    expect(Number(guess.headers.get("retry-after"))).toBeGreaterThan(0);
    const replies = [];
    for (let k = 0; k < 6; k++) replies.push((await ask(`${guarded.url}/v1/models`, { headers: { "x-api-key": key } })).status);
    expect(replies).toEqual([200, 200, 200, 200, 200, 429]);
  });

  it.each([["", /holds no key/], ["short\n", /line 1: the key has fewer than 16 characters/]])("are refused as %j", async (content, words) => {
    writeFileSync(at("bad.txt"), content);
    expect(await vhgm(folder, ["serve", "model.vhgm", "--port", "0", "--api-key-file", "bad.txt"])).toMatchObject({ code: 2, stderr: expect.stringMatching(words) });
  });
});

describe("other origins", () => {
  it("may ask only where that is allowed", async () => {
    const open = await startServer({ models: [at("model.vhgm")], cors: ["https://good.example"] });
    const preflight = (base: string, origin: string) => ask(`${base}/v1/predict`, { method: "OPTIONS", headers: { origin, "access-control-request-method": "POST" } });
    expect((await preflight(open.url, "https://good.example")).headers.get("access-control-allow-origin")).toBe("https://good.example");
    expect((await preflight(open.url, "https://evil.example")).headers.get("access-control-allow-origin")).toBeNull();
    expect((await preflight(url, "https://good.example")).headers.get("access-control-allow-origin")).toBeNull();
    const reply = await ask(`${open.url}/v1/nothing`, { headers: { origin: "https://good.example" } });
    expect([reply.status, reply.headers.get("access-control-allow-origin")]).toEqual([404, "https://good.example"]);
  });
});
