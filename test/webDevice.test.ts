import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Worker } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import type { Answer } from "../src/inference/predict.js";
import { chromiumPath, openBrowser, openPage, settled } from "./support/browser.js";
import { mainFile, trainSmall, workFolder } from "./support/cli.js";
import { post, startServer } from "./support/server.js";

const folder = workFolder();
const web = join(mainFile, "../../web");
let url: string;
let browser: Browser;

/** Asks the page's worker as the page does. */
const askWorker = (worker: Worker, question: object): Promise<{ answers: Answer[] }> =>
  worker.evaluate(`new Promise((resolve) => {
    const post = self.postMessage.bind(self);
    self.postMessage = (reply) => (reply.id === -1 ? resolve(reply.value) : post(reply));
    self.onmessage({ data: { id: -1, kind: "predict", question: ${JSON.stringify(question)} } });
  })`);

/** All numbers of an answer, with where they stand. */
function numbersOf(value: unknown, path = ""): [string, number][] {
  if (typeof value === "number") return [[path, value]];
  return value !== null && typeof value === "object" ? Object.entries(value).flatMap(([key, part]) => numbersOf(part, `${path}/${key}`)) : [];
}

describe.skipIf(chromiumPath === undefined)("the model in the page", () => {
  beforeAll(async () => {
    await trainSmall(folder);
    ({ url } = await startServer({ models: [join(folder, "model.vhgm")], web }));
    browser = await openBrowser();
  });

  it("answers with the network cut, as the server does", async () => {
    const { page, faults } = await openPage(browser, url);
    const started = page.waitForEvent("worker");
    await page.getByRole("switch", { name: "Run on my device" }).click();
    const worker = await started;
    await page.waitForSelector("[role=switch][aria-checked=true]", { timeout: 110_000 });
    await settled(page);
    await page.context().setOffline(true);
    const requests: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    await page.getByRole("combobox", { name: "Add an attribute" }).fill("age");
    await page.keyboard.press("Enter");
    await page.keyboard.type("66");
    await settled(page);
    const question = { given: { age: "66" }, level: 0.9, quantiles: [0.1, 0.5, 0.9] };
    const { json } = await post(`${url}/v1/predict`, question);
    const answers: Answer[] = json.answers;
    const systolic = answers.find(({ name }) => name === "systolic")!;
    const shown = page.locator(".card", { has: page.getByRole("heading", { name: "systolic", exact: true }) });
    expect(await shown.innerText()).toContain(String(Math.round(Number(systolic.median))));
    const own = new Map(numbersOf((await askWorker(worker, question)).answers));
    expect(answers.length).toBeGreaterThan(5);
    for (const [path, value] of numbersOf(answers)) expect(Math.abs(own.get(path)! - value), path).toBeLessThan(1e-4 * Math.max(1, Math.abs(value)));

    const pages = page.getByRole("navigation", { name: "Pages" });
    await pages.getByRole("link", { name: "Table" }).click();
    await page.setInputFiles("input[type=file]", { name: "t.csv", mimeType: "text/csv", buffer: Buffer.from("age,systolic,note\n50,,a\n,120,b\n") });
    await page.getByRole("button", { name: "Complete the table" }).click();
    await page.waitForSelector("td.filled");
    await pages.getByRole("link", { name: "Generate" }).click();
    await page.getByLabel("How many people").fill("5");
    await page.getByRole("button", { name: "Generate", exact: true }).click();
    await page.waitForSelector("text=5 people invented.");
    expect(requests).toEqual([]);
    expect(faults).toEqual([]);
  });

  it("is told where the server answers no more", async () => {
    const { page } = await openPage(browser, url);
    await page.context().setOffline(true);
    await page.getByRole("combobox", { name: "Add an attribute" }).fill("age");
    await page.keyboard.press("Enter");
    await page.keyboard.type("66");
    await settled(page);
    expect(await page.getByRole("alert").innerText()).toContain("The server does not answer.");
  });

  it("asks for the key of a server that wants one, and keeps it nowhere", async () => {
    const keyFile = join(folder, "keys.txt");
    writeFileSync(keyFile, "a-key-for-this-test\n");
    const closed = await startServer({ models: [join(folder, "model.vhgm")], web, keyFile });
    const { page } = await openPage(browser, closed.url);
    expect(await page.locator("h1").innerText()).toBe("This server asks for a key");
    await page.getByLabel("This server asks for a key").fill("wrong");
    await page.keyboard.press("Enter");
    await page.waitForSelector("text=The server does not take this key.");
    await page.getByLabel("This server asks for a key").fill("a-key-for-this-test");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".answers .card-value");
    expect(await page.evaluate("document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage })")).toBe("{}");
  });
});
