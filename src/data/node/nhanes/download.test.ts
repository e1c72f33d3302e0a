import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startSite, type Answers, type Site } from "../../../../test/support/nhanes.js";
import { download, type ContentCheck } from "./download.js";
import { failureOf } from "./failure.js";

const content = Buffer.from(`GOOD ${"x".repeat(200_000)}`);
const isGood: ContentCheck = (head) => head.toString("latin1", 0, 4) === "GOOD";
const fast = { tries: 3, pause: 1 };

let folder: string;
let site: Site;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "vhgm-download-"));
  path = join(folder, "nhanes", "2017-2018", "A_J.xpt");
});
afterEach(async () => {
  await site?.close();
  await rm(folder, { recursive: true });
});

const serve = async (answers: Answers): Promise<void> => void (site = await startSite(answers));
const files = async (): Promise<string[]> => {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  return names.filter((entry) => entry.isFile()).map((entry) => entry.name);
};
const get = (paths: string[], options = {}): Promise<boolean> => download(paths.map((one) => site.url + one), path, isGood, { ...fast, ...options });

test("a file appears whole, and is not asked for again", async () => {
  await serve({ "/a": content });
  const seen: [number, number | undefined][] = [];
  expect(await get(["/a"], { onBytes: (received: number, total: number | undefined) => seen.push([received, total]) })).toBe(true);
  expect(await readFile(path)).toEqual(content);
  expect(seen.at(-1)).toEqual([content.length, content.length]);
  await site.close();
  expect(await get(["/a"])).toBe(true);
  expect(site.asked).toEqual(["/a"]);
  expect(await files()).toEqual(["A_J.xpt"]);
});

test("an address without the file, or with a page in its place, gives way to the next", async () => {
  await serve({ "/page": "<html>404</html>", "/good": content });
  expect(await get(["/absent", "/page", "/good"])).toBe(true);
  expect(site.asked).toEqual(["/absent", "/page", "/good"]);
});

test("where no address has it, nothing is left", async () => {
  await serve({ "/page": "<html>404</html>" });
  expect(await get(["/absent", "/page"])).toBe(false);
  expect(await files()).toEqual([]);
});

describe("failures", () => {
  test("a transfer that breaks off is tried again and leaves nothing", async () => {
    let calls = 0;
    await serve({
      "/a": (_, response) => {
        calls++;
        response.writeHead(200, { "content-length": content.length });
        response.write(content.subarray(0, 70_000), () => response.destroy());
      },
    });
    await expect(get(["/a"])).rejects.toMatchObject({ code: "network", message: expect.stringMatching(/the transfer broke off: .* after 3 tries/) });
    expect(calls).toBe(3);
    expect(await files()).toEqual([]);
  });

  test("a busy server is waited for", async () => {
    let calls = 0;
    await serve({ "/a": (_, response) => void (++calls < 3 ? response.writeHead(503).end() : response.writeHead(200).end(content)) });
    expect(await get(["/a"])).toBe(true);
    expect(calls).toBe(3);
  });

  test("the pause that the server asks for is kept", async () => {
    let calls = 0;
    await serve({ "/a": (_, response) => void (++calls < 2 ? response.writeHead(429, { "retry-after": "1" }).end() : response.writeHead(200).end(content)) });
    const start = Date.now();
    expect(await get(["/a"])).toBe(true);
    expect(Date.now() - start).toBeGreaterThan(900);
  });

  test("what will not pass is not tried again", async () => {
    let calls = 0;
    await serve({ "/a": (_, response) => void (calls++, response.writeHead(403).end()) });
    await expect(get(["/a"])).rejects.toMatchObject({ code: "network", message: expect.stringMatching(/^127\.0\.0\.1:\d+ refuses .*\(HTTP status 403\)/) });
    expect(calls).toBe(1);
  });

  test("a server that falls silent is given up", async () => {
    await serve({ "/a": (_, response) => void response.writeHead(200).write(content.subarray(0, 10)) });
    await expect(get(["/a"], { idle: 50, tries: 2 })).rejects.toMatchObject({ code: "network", message: expect.stringContaining("no answer in time after 2 tries") });
    expect(await files()).toEqual([]);
  });

  test("no connection: the sentence names the host and says what to do", async () => {
    await serve({});
    await site.close();
    const { host } = new URL(site.url);
    const thrown: unknown = await get(["/a"]).catch((cause: unknown) => cause);
    expect(thrown).toMatchObject({ code: "network" });
    const { message } = thrown as Error;
    expect(message).toContain(`${host} can't be reached`);
    expect(message).toContain("ECONNREFUSED after 3 tries");
    expect(message).toContain("check that this machine is online");
    expect(message).toContain(path);
    expect(message).toContain("VHGM_NHANES_URL");
    expect(message.match(/\.(\s|$)/g)).toHaveLength(1);
  });

  test("aborted: ends at once and leaves nothing", async () => {
    const stop = new AbortController();
    await serve({ "/a": (_, response) => void response.writeHead(200).write(content.subarray(0, 1000)) });
    const running = get(["/a"], { signal: stop.signal, onBytes: () => stop.abort(new Error("stopped")) });
    await expect(running).rejects.toThrow("stopped");
    expect(await files()).toEqual([]);
  });

  test("a cache that can't be written", async () => {
    await serve({ "/a": content });
    await writeFile(join(folder, "nhanes"), "a file where a folder must be");
    await expect(get(["/a"])).rejects.toMatchObject({ code: "disk", message: expect.stringContaining(dirname(path)) });
    expect((await stat(join(folder, "nhanes"))).isFile()).toBe(true);
  });
});

test.each([
  [Object.assign(new TypeError("fetch failed"), { cause: Object.assign(new Error("x"), { code: "SELF_SIGNED_CERT_IN_CHAIN" }) }), { passing: false, hint: expect.stringContaining("NODE_EXTRA_CA_CERTS") }],
  [Object.assign(new TypeError("fetch failed"), { cause: Object.assign(new Error("x"), { code: "UND_ERR_CONNECT_TIMEOUT" }) }), { passing: true, reason: "no answer in time" }],
  [new TypeError("fetch failed", { cause: new AggregateError([Object.assign(new Error("x"), { code: "EHOSTUNREACH" })]) }), { passing: true, reason: "no connection: EHOSTUNREACH" }],
  [new TypeError("terminated", { cause: Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" }) }), { passing: true, reason: "the transfer broke off: UND_ERR_SOCKET" }],
  [new TypeError("fetch failed", { cause: Object.assign(new Error("x"), { code: "ENOTFOUND" }) }), { passing: false, hint: expect.stringContaining("online") }],
  ["nonsense", { passing: true, reason: "the transfer broke off: nonsense" }],
])("failure %#", (thrown, failure) => expect(failureOf(thrown)).toMatchObject(failure));
