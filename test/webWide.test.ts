import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { axeFaults, chromiumPath, openBrowser, openPage, overhang, settled } from "./support/browser.js";
import { mainFile, vhgm, workFolder } from "./support/cli.js";
import { ask, startServer } from "./support/server.js";

/** A real table of 1,022 attributes; every 17th of its 10,175 people is enough to walk the pages with. */
const file = join(process.env.VHGM_DATA ?? join(import.meta.dirname, "../../shared/data"), "nhanes_2013_wide/nhanes_2013_wide.csv.gz");
const asked = process.env.VHGM_WALK === "1";
const ready = asked && chromiumPath !== undefined && existsSync(file);
if (!ready) console.warn(`The walk through the pages with 1,000 attributes is skipped: ${!asked ? "it takes minutes, and VHGM_WALK=1 was not set" : chromiumPath === undefined ? "there is no Chromium" : "nhanes_2013_wide is not there (VHGM_DATA)"}.`);

const folder = workFolder();
const slow = 600_000;
let url: string;
let browser: Browser;
let forty: string;

async function choose(page: Page, name: string, value: string): Promise<void> {
  await page.locator("main input[role=combobox]").first().fill(name);
  await page.keyboard.press("Enter");
  await page.keyboard.type(value);
}

describe.skipIf(!ready)("the web app with more than a thousand attributes", () => {
  beforeAll(async () => {
    const [header, ...rows] = gunzipSync(readFileSync(file)).toString("utf8").trimEnd().split("\n");
    writeFileSync(join(folder, "wide.csv"), [header, ...rows.filter((_, i) => i % 17 === 15)].join("\n"));
    writeFileSync(join(folder, "quick.yaml"), "epochs: 1\nsteps: 10\n");
    const run = await vhgm(folder, ["train", "wide.csv", "-o", "wide.vhgm", "--config", "quick.yaml", "--quiet"]);
    expect(run.code, run.stderr).toBe(0);
    forty = [header, ...rows.slice(0, 40)].join("\n");
    ({ url } = await startServer({ models: [join(folder, "wide.vhgm")], web: join(mainFile, "../../web") }));
    browser = await openBrowser();
  }, slow);

  it.each([["light", "en-US", 1280], ["dark", "ja-JP", 390]] as const)(
    "shows every page, in %s and %s, %i pixels wide, without a serious fault that axe finds",
    async (colorScheme, locale, width) => {
      const { page, faults } = await openPage(browser, url, { colorScheme, locale, viewport: { width, height: 900 } });
      await page.waitForSelector(".answers .card strong");
      const found: string[] = [];
      const look = async (name: string): Promise<void> => {
        await settled(page);
        found.push(...(await axeFaults(page)).map((fault) => `${name}: ${fault}`));
        expect(await overhang(page), `${name} is wider than its window`).toBeLessThanOrEqual(0);
      };
      await choose(page, "BMXWT", "82");
      await settled(page);
      // 24 cards of what is left, and a pager that leads on.
      expect(await page.locator(".answers .card").count()).toBe(24);
      const first = await page.locator(".answers .card h3").first().innerText();
      await page.locator(".answers .pager button").last().click();
      await settled(page);
      expect(await page.locator(".answers .card h3").first().innerText()).not.toBe(first);
      await look("person");
      const go = (k: number): Promise<void> => page.locator("nav.pages a").nth(k).click();
      await go(1);
      await choose(page, "RIDAGEYR", "60");
      await page.waitForSelector(".difference");
      await look("compare");
      await go(2);
      await page.setInputFiles("input[type=file]", { name: "forty.csv", mimeType: "text/csv", buffer: Buffer.from(forty) });
      await page.waitForSelector(".holes canvas");
      await page.locator(".toolbar .primary").click();
      await page.waitForSelector("td.filled");
      await look("table");
      await go(3);
      await page.locator(".pair input").first().fill("30");
      await page.locator("form .primary").click();
      await page.waitForSelector(".likeness");
      await look("generate");
      await go(4);
      await page.waitForSelector("svg.calibration");
      expect(await page.locator("tbody .share-bar").count()).toBeGreaterThan(0);
      await look("model");
      expect(found).toEqual([]);
      expect(faults).toEqual([]);
    },
    slow,
  );

  it("keeps what each page loads small: attributes by pages, and marginals only where they are needed", async () => {
    const page = await ask(`${url}/v1/attributes?limit=500`);
    expect(page.json.total).toBeGreaterThan(1000);
    expect(page.text.length).toBeLessThan(200_000);
    expect((await ask(`${url}/v1/model`)).text).not.toContain("quantiles");
    expect((await ask(`${url}/v1/marginals`)).json.columns.length).toBeGreaterThan(1000);
  });
});
