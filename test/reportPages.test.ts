import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { htmlDocument } from "../src/evaluation/report/document.js";
import { htmlTable } from "../src/evaluation/report/tables.js";
import { chromiumPath, openBrowser, overhang } from "./support/browser.js";
import { workFolder } from "./support/cli.js";

const file = join(workFolder(), "report.html");
const table = htmlTable(
  ["figure", ...Array.from({ length: 8 }, (_, k) => `method ${k + 1}`)],
  Array.from({ length: 6 }, (_, r) => ({ cells: [`share of people of kind ${r} who are found out, AUC`, ...Array.from({ length: 8 }, (_, k) => `0.${r}${k}1`)] })),
);
let browser: Browser;

async function opened(width: number): Promise<Page> {
  const page = await browser.newPage({ viewport: { width, height: 800 } });
  await page.goto(pathToFileURL(file).href);
  return page;
}
const shadows = (page: Page): Promise<string> => page.evaluate("getComputedStyle(document.querySelector('.scroll')).backgroundImage");

describe.skipIf(chromiumPath === undefined)("a report", () => {
  beforeAll(async () => {
    writeFileSync(file, htmlDocument("Report", `${table}<details><summary>More</summary><p id="folded">folded away</p><div style="height: 2000px"></div></details>`));
    browser = await openBrowser();
  });

  it("shows figures beside long names on a phone, and a shadow where a table goes on", async () => {
    const page = await opened(390);
    const right = (await page.evaluate("document.querySelector('tbody td:nth-child(3)').getBoundingClientRect().right")) as number;
    expect(right).toBeLessThan(390);
    expect(await overhang(page)).toBeLessThanOrEqual(0);
    expect(await shadows(page)).toContain("gradient");
  });

  it("is printed with what is folded away", async () => {
    const page = await opened(800);
    expect(await page.evaluate("document.querySelector('#folded').checkVisibility({ contentVisibilityAuto: true })")).toBe(false);
    // The printed pages themselves: a page that emulates print lays out what was folded a frame later.
    expect((await page.pdf()).toString("latin1").match(/\/Type \/Page\b/g)?.length).toBeGreaterThanOrEqual(3);
  });

  it("is printed without shadows, a heading with at least three rows of its table", async () => {
    const page = await opened(800);
    await page.emulateMedia({ media: "print" });
    expect(await shadows(page)).toBe("none");
    expect(await page.evaluate("[...document.querySelectorAll('tbody tr')].map((row) => getComputedStyle(row).breakBefore)")).toEqual(["avoid", "avoid", "avoid", "auto", "auto", "auto"]);
  });
});
