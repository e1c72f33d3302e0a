import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { axeFaults, chromiumPath, openBrowser, openPage, settled } from "./support/browser.js";
import { csv, mainFile, readCsv, smallTable, trainSmall, workFolder } from "./support/cli.js";
import { postCsv, startServer } from "./support/server.js";

const pages = ["person", "compare", "table", "generate", "model"] as const;
const folder = workFolder();
let url: string;
let browser: Browser;


/** Saves what a click on "Download CSV" gives, and reads it. */
async function downloaded(page: Page): Promise<string[][]> {
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download CSV" }).click()]);
  const path = join(folder, file.suggestedFilename());
  await file.saveAs(path);
  return readCsv(path);
}

async function enter(page: Page, attribute: string, value: string): Promise<void> {
  await page.getByRole("combobox", { name: "Add an attribute" }).fill(attribute);
  await page.keyboard.press("Enter");
  await page.keyboard.type(value);
}

describe.skipIf(chromiumPath === undefined)("the web app", () => {
  beforeAll(async () => {
    await trainSmall(folder);
    ({ url } = await startServer({ models: [join(folder, "model.vhgm")], web: join(mainFile, "../../web") }));
    browser = await openBrowser();
  });

  it("starts from an example, sorts, searches, and names the field at fault", async () => {
    const { page } = await openPage(browser, url);
    await page.getByRole("button", { name: "Example person" }).click();
    await page.waitForSelector(".known-list li");
    await settled(page);
    await page.getByLabel("Sort by").selectOption("name");
    const titles = await page.locator(".answers h3").allInnerTexts();
    expect(titles).toEqual([...titles].sort((a, b) => a.localeCompare(b)));
    await page.getByLabel("Sort by").selectOption("change");
    await settled(page);
    expect((await page.locator(".answers h3").allInnerTexts()).sort()).toEqual([...titles].sort());
    await page.getByLabel("Find among the answers").fill("nothing like it");
    expect(await page.locator(".answers .notice").innerText()).toContain("No answer matches");
    await page.getByRole("button", { name: "Start from nothing" }).click();
    await enter(page, "exam_date", "");
    await page.getByLabel("exam_date", { exact: true }).fill("9999-12-31");
    await page.getByLabel("Find among the answers").fill("");
    await settled(page);
    expect(await page.locator(".known-list").innerText()).toContain("exam_date");
  });

  it("completes a dropped table in parts, to what the server makes of it in one", async () => {
    const { page, faults } = await openPage(browser, `${url}/#/table`);
    const table = smallTable(300, 7).table.map((row, r) => [...row, r === 0 ? "note, free" : `"n ${r}"`]);
    const text = csv(table).replace("note, free", '"note, free"');
    await page.setInputFiles("input[type=file]", { name: "people.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
    await page.waitForSelector(".holes canvas");
    expect(await page.locator("main").innerText()).toContain("2 columns are unknown to the model and copied as they are");
    await page.getByRole("button", { name: "Complete the table" }).click();
    await page.waitForSelector("td.filled");
    const { text: whole } = await postCsv(`${url}/v1/impute?intervals=0.9`, text);
    expect(await downloaded(page)).toEqual(whole.trimEnd().split("\n").map((line) => line.split(",")));
    expect(faults).toEqual([]);
  });

  it("tells what it cannot read, and keeps nothing of a table that was cancelled", async () => {
    const { page } = await openPage(browser, `${url}/#/table`);
    const choose = (text: string) => page.setInputFiles("input[type=file]", { name: "t.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
    await choose("a,b\n1,2,3\n");
    expect(await page.getByRole("alert").innerText()).toContain("row 1: 3 / 2");
    await choose("a,b\n1,2\n");
    await page.waitForSelector(".notice.warn");
    await choose(csv(smallTable(3000, 3).table));
    await page.waitForSelector(".holes canvas");
    await page.getByRole("button", { name: "Complete the table" }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.waitForSelector("text=Cancelled; nothing was kept.");
    expect(await page.getByRole("button", { name: "Download CSV" }).count()).toBe(0);
  });

  it("invents people who meet the conditions", async () => {
    const { page, faults } = await openPage(browser, `${url}/#/generate`);
    await page.getByRole("combobox", { name: "Add a condition" }).fill("age");
    await page.keyboard.press("Enter");
    await page.locator(".known-list input[type=number]").fill("60");
    await page.getByLabel("How many people").fill("40");
    await page.getByRole("button", { name: "Generate", exact: true }).click();
    await page.waitForSelector("table");
    const [columns, ...rows] = await downloaded(page);
    expect(rows).toHaveLength(40);
    expect(rows.filter((row) => Number(row[columns.indexOf("age")]) < 60)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it("shows the model card, sortable", async () => {
    const { page } = await openPage(browser, `${url}/#/model`);
    const skills = async (): Promise<number[]> => (await page.locator("tbody .share-bar").allInnerTexts()).map((text) => Number(text.replace(/[^\d]/g, "")));
    const down = await skills();
    expect(down).toEqual([...down].sort((a, b) => b - a));
    await page.getByRole("button", { name: "Skill" }).click();
    expect(await skills()).toEqual([...down].reverse().sort((a, b) => a - b));
    expect(await page.locator("th[aria-sort]").getAttribute("aria-sort")).toBe("ascending");
  });

  it("speaks Japanese", async () => {
    const { page } = await openPage(browser, url, { locale: "ja-JP" });
    expect(await page.locator("h1").innerText()).toBe("個人");
    expect(await page.locator("html").getAttribute("lang")).toBe("ja");
    await page.getByLabel("言語").selectOption("en");
    expect(await page.locator("h1").innerText()).toBe("Person");
  });

  it.each(["light", "dark"] as const)("has no serious fault that axe finds, in %s", async (colorScheme) => {
    const { page } = await openPage(browser, url, { colorScheme });
    await page.getByRole("button", { name: "Example person" }).click();
    await page.waitForSelector(".known-list li");
    const faults: string[] = [];
    for (const name of pages) {
      await page.getByRole("navigation", { name: "Pages" }).getByRole("link").nth(pages.indexOf(name)).click();
      if (name === "compare") {
        await page.getByRole("combobox", { name: "Add an attribute" }).first().fill("alcohol");
        await page.keyboard.press("Enter");
        await page.keyboard.type("10");
      }
      if (name === "table") {
        await page.setInputFiles("input[type=file]", { name: "people.csv", mimeType: "text/csv", buffer: readFileSync(join(folder, "people.csv")) });
        await page.getByRole("button", { name: "Complete the table" }).click();
        await page.waitForSelector("td.filled");
      }
      await settled(page);
      faults.push(...(await axeFaults(page)).map((fault) => `${name}: ${fault}`));
    }
    expect(faults).toEqual([]);
  });
});
