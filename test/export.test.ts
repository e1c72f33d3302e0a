import { execFile, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import type { ExportedSchema } from "../src/bundle/exportedSchema.js";
import { float64 } from "../src/engine/index.js";
import { openSession } from "../src/engine/node/session.js";
import type { Answer } from "../src/inference/predict.js";
import { chromiumPath, openBrowser } from "./support/chromium.js";
import { listing, readCsv, smallColumns, trainSmall, vhgm, workFolder } from "./support/cli.js";

const folder = workFolder();
const at = (...names: string[]): string => join(folder, ...names);
const given = { age: 62, sex: "F", height: 158.5, smoking: "current" };
let predicted: Answer[];

/** A Python that has onnxruntime: VHGM_PYTHON, or python3. */
const python = process.env.VHGM_PYTHON ?? "python3";
const hasPython = ((): boolean => {
  try {
    execFileSync(python, ["-c", "import onnxruntime, numpy"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();
if (!hasPython) console.warn(`The Python example is not tested: ${python} has no onnxruntime; install it, or name another Python in VHGM_PYTHON.`);

beforeAll(async () => {
  await trainSmall(folder);
  const run = await vhgm(folder, ["export", "model.vhgm", "-o", "onnx"]);
  expect({ code: run.code, error: run.stderr }).toEqual({ code: 0, error: "" });
  predicted = JSON.parse((await vhgm(folder, ["predict", "model.vhgm", "--given", JSON.stringify(given), "--json"])).stdout).answers;
});

const schemaOf = (): ExportedSchema => JSON.parse(readFileSync(at("onnx", "schema.json"), "utf8"));

type Told = Record<string, Record<string, number>>;
/** An example's answers are those of `vhgm predict`: means to 1e-5 of their size, probabilities to 1e-5. */
function expectSame(told: Told): void {
  expect(Object.keys(told).sort()).toEqual(predicted.map(({ name }) => name).sort());
  for (const { name, mean, levels } of predicted) {
    if (mean !== undefined) expect(Math.abs(told[name].mean / mean - 1), name).toBeLessThan(1e-5);
    for (const { level, probability } of levels ?? []) expect(Math.abs(told[name][level] - probability), `${name} ${level}`).toBeLessThan(1e-5);
  }
}

describe("vhgm export", () => {
  it("writes a graph, its description, a readme and two examples, the same bytes each time", async () => {
    const files = ["README.md", "example.html", "example.py", "model.onnx", "schema.json"];
    expect(listing(at("onnx"))).toEqual(files);
    const again = await vhgm(folder, ["export", "model.vhgm", "-o", "again", "--json"]);
    expect(JSON.parse(again.stdout).files.sort()).toEqual(files.map((name) => join("again", name)));
    for (const name of files) expect(readFileSync(at("again", name)).equals(readFileSync(at("onnx", name))), name).toBe(true);
  });

  it("gives what impute fills in, before it is rounded", async () => {
    await vhgm(folder, ["impute", "model.vhgm", "people.csv", "-o", "imputed.csv", "--quiet"]);
    const { attributes } = schemaOf();
    const [, ...people] = readCsv(at("people.csv"));
    const [, ...imputed] = readCsv(at("imputed.csv"));
    const place = attributes.map(({ name }) => smallColumns.findIndex((column) => column === name));
    const number = (text: string): number => (/^\d{4}-/.test(text) ? Date.parse(text) / 86_400_000 : Number(text));
    const value = (row: readonly string[], k: number): number => {
      const text = row[place[k]];
      const { levels } = attributes[k];
      return text === "" ? NaN : levels ? levels.indexOf(text) : number(text);
    };
    const values = Float64Array.from({ length: people.length * place.length }, (_, q) => value(people[Math.floor(q / place.length)], q % place.length));
    const session = await openSession(readFileSync(at("onnx", "model.onnx")));
    const { completed } = await session.run({ values: float64(values, people.length, place.length) });
    await session.close();
    let holes = 0;
    values.forEach((known, q) => {
      const k = q % place.length;
      const found = Number(completed.data[q]);
      if (!Number.isNaN(known)) return expect(found).toBe(known);
      holes++;
      const { levels, resolution = 0, name } = attributes[k];
      const wanted = value(imputed[Math.floor(q / place.length)], k);
      if (levels) expect(found, name).toBe(wanted);
      else expect(Math.abs(found - wanted), name).toBeLessThanOrEqual(resolution / 2 + 1e-5 * Math.abs(wanted));
    });
    expect(holes).toBeGreaterThan(100);
  });

  it.skipIf(!hasPython)("has a Python example that answers as predict does", async () => {
    const { stdout } = await promisify(execFile)(python, [at("onnx", "example.py"), JSON.stringify(given)]);
    expectSame(JSON.parse(stdout));
  });

  it.skipIf(chromiumPath === undefined)("has an example for the browser that answers as predict does", async () => {
    const types: Record<string, string> = { ".html": "text/html", ".mjs": "text/javascript", ".json": "application/json", ".wasm": "application/wasm" };
    const runtime = join(import.meta.dirname, "../node_modules/onnxruntime-web/dist");
    const server = createServer(({ url = "/" }, response) => {
      const name = url.slice(1);
      if (name === "favicon.ico") return response.writeHead(404).end();
      const bytes = readFileSync(name.startsWith("ort/") ? join(runtime, name.slice(4)) : at("onnx", name));
      response.writeHead(200, { "content-type": types[extname(name)] ?? "application/octet-stream" }).end(bytes);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const browser = await openBrowser();
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as { port: number }).port}/example.html`);
    const answers = async (): Promise<Told> => {
      await page.waitForFunction("document.querySelector('#answers').textContent.startsWith('{')", undefined, { timeout: 60_000 });
      return JSON.parse(await page.locator("#answers").innerText()) as Told;
    };
    expect(Object.keys(await answers())).toContain("age");
    await page.locator("#given").fill(JSON.stringify({ sex: "?" }));
    await page.locator("h1").first().click();
    await page.waitForFunction("document.querySelector('#answers').textContent === 'sex is one of F, M'");
    await page.locator("#given").fill(JSON.stringify(given));
    await page.locator("h1").first().click();
    expectSame(await answers());
    server.close();
  });

  it("refuses a folder that holds something, and a model of the set encoder", async () => {
    const before = listing(folder);
    const full = await vhgm(folder, ["export", "model.vhgm", "-o", "onnx"]);
    expect([full.code, full.stderr]).toEqual([2, 'The folder "onnx" is not empty; name a new one, or remove what it holds.\n']);
    const file = await vhgm(folder, ["export", "model.vhgm", "-o", "people.csv"]);
    expect([file.code, file.stderr]).toEqual([2, '"people.csv" is something other than a folder; name a folder to write.\n']);
    const nowhere = await vhgm(folder, ["export", "model.vhgm", "-o", "no/onnx"]);
    expect(nowhere.code).toBe(2);
    expect(listing(folder)).toEqual(before);
    await trainSmall(folder, 60, "--network", "set");
    const set = await vhgm(folder, ["export", "model.vhgm", "-o", "set"]);
    expect([set.code, set.stderr]).toEqual([2, expect.stringMatching(/^The model's network is the set encoder, which cannot be exported yet/)]);
    expect(listing(folder)).toEqual(before);
  });
});
