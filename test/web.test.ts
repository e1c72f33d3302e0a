import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { axeFaults, chromiumPath, openBrowser, openPage, overhang, settled } from "./support/browser.js";
import { csv, mainFile, readCsv, smallTable, trainSmall, vhgm, workFolder } from "./support/cli.js";
import { ask, post, postCsv, startServer } from "./support/server.js";

const pages = ["person", "compare", "table", "generate", "model"] as const;
const folder = workFolder();
let url: string;
let browser: Browser;

const card = (page: Page, name: string) => page.locator(".answers .card", { has: page.getByRole("heading", { name, exact: true }) });
const valueOf = (page: Page, name: string): Promise<string> => card(page, name).locator(".card-value").innerText();

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

/** What the server says is the median of a number with whole values. */
async function median(given: object, name: string): Promise<string> {
  const { json } = await post(`${url}/v1/predict`, { given, ask: [name], quantiles: [0.5] });
  return String(Math.round(json.answers[0].median));
}

describe.skipIf(chromiumPath === undefined)("the web app", () => {
  beforeAll(async () => {
    // A dictionary by which one attribute has another name elsewhere, and one another unit.
    writeFileSync(join(folder, "people.csv"), csv(smallTable(160).table));
    await vhgm(folder, ["inspect", "people.csv", "-o", "dictionary.yaml"]);
    const dictionary = parse(readFileSync(join(folder, "dictionary.yaml"), "utf8")) as { attributes: { name: string; aliases?: string[]; conversions?: object[] }[] };
    for (const attribute of dictionary.attributes) {
      if (attribute.name === "weight") attribute.aliases = ["mass"];
      if (attribute.name === "glucose") attribute.conversions = [{ column: "glucose_mmol", source: "laboratory", multiply: 18.016 }];
    }
    writeFileSync(join(folder, "dictionary.yaml"), stringify(dictionary));
    await trainSmall(folder, 160, "--schema", "dictionary.yaml");
    ({ url } = await startServer({ models: [join(folder, "model.vhgm")], web: join(mainFile, "../../web") }));
    browser = await openBrowser();
  });

  it("answers as one types, from the keyboard alone", async () => {
    const { page, faults } = await openPage(browser, url);
    await settled(page);
    const before = await valueOf(page, "systolic");
    // The first stop leads past the bar, and the next one is the search.
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to content");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.type("ag");
    expect(await page.locator(".options [role=option]").first().innerText()).toContain("age");
    await page.keyboard.press("Enter");
    await page.keyboard.type("75");
    await settled(page);
    expect(await valueOf(page, "systolic")).toContain(await median({ age: 75 }, "systolic"));
    expect(await valueOf(page, "systolic")).not.toBe(before);
    expect(await card(page, "age").count()).toBe(0);
    // On to the buttons of a card: pin it.
    const pressed = (): Promise<string | null> => page.evaluate("document.activeElement.getAttribute('aria-pressed')");
    for (let k = 0; k < 30 && (await pressed()) === null; k++) await page.keyboard.press("Tab");
    const pin = String(await page.evaluate("document.activeElement.getAttribute('aria-label')"));
    await page.keyboard.press("Enter");
    expect(await page.locator(".group-title + .cards .card h3").innerText()).toBe(pin.replace("Pin ", ""));
    // What would tell most of it next, as the server ranks it.
    await page.waitForSelector(".tells-most li");
    const { json } = await post(`${url}/v1/next`, { given: { age: 75 }, targets: [pin.replace("Pin ", "")], top: 5 });
    const worth = (json.measurements as { name: string; gain: number }[]).filter(({ gain }) => gain >= 0.005).map(({ name }) => name);
    expect((await page.locator(".tells-most li").allInnerTexts()).map((text) => text.trim().split(/\s/)[0])).toEqual(worth);
    expect(worth.length).toBeGreaterThan(0);
    expect(faults).toEqual([]);
  });

  it("leads from the search to what stands behind it, not to the list that closes", async () => {
    const { page } = await openPage(browser, `${url}/#/generate`);
    await page.getByRole("combobox", { name: "Add a condition" }).focus();
    await page.waitForSelector(".options:not([hidden])");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.type")).toBe("number");
  });

  it("says what the figures of an answer are, by the level that is chosen", async () => {
    const { page } = await openPage(browser, url);
    expect(await page.locator(".answers").innerText()).toContain("the range that holds 90% of such people");
    await page.getByRole("combobox", { name: "Interval" }).selectOption("0.5");
    expect(await page.locator(".answers").innerText()).toContain("the range that holds 50% of such people");
  });

  it("opens when the server was busy, and says so when it is gone", async () => {
    const { page } = await openPage(browser, url);
    let busy = 1;
    await page.route("**/v1/models", (route) => (busy-- > 0 ? route.fulfill({ status: 503, headers: { "retry-after": "1" }, contentType: "application/problem+json", body: JSON.stringify({ detail: "Busy." }) }) : route.continue()));
    await page.reload();
    await page.waitForSelector("h1");
    await page.unroute("**/v1/models");
    await page.route("**/v1/models", (route) => route.abort());
    await page.reload();
    expect(await page.getByRole("alert").innerText()).toContain("The server does not answer. Is vhgm serve still running?");
    await page.unroute("**/v1/models");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.waitForSelector("h1");
  });

  it("drops answers that come too late", async () => {
    const { page } = await openPage(browser, url);
    let held = 0;
    await page.route("**/v1/predict", async (route) => {
      // The first question with an age is answered after all others.
      if (/"age":"2"/.test(route.request().postData() ?? "")) {
        held++;
        await new Promise((done) => setTimeout(done, 1500));
      }
      await route.continue().catch(() => undefined);
    });
    await enter(page, "age", "2");
    await page.waitForTimeout(500);
    await page.keyboard.type("5");
    await settled(page);
    const shown = await valueOf(page, "systolic");
    expect(shown).toContain(await median({ age: 25 }, "systolic"));
    await page.waitForTimeout(2000);
    expect(held).toBeGreaterThan(0);
    expect(await valueOf(page, "systolic")).toBe(shown);
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

  it("compares scenarios, the largest difference first", async () => {
    const { page, faults } = await openPage(browser, `${url}/#/compare`);
    await page.getByRole("button", { name: "Start from nothing" }).click();
    for (const [k, age] of ["30", "70"].entries()) {
      await page.locator(".scenario").nth(k).getByRole("combobox", { name: "Add an attribute" }).fill("age");
      await page.keyboard.press("Enter");
      await page.keyboard.type(age);
    }
    await page.waitForSelector(".difference");
    await settled(page);
    const { json } = await post(`${url}/v1/compare`, { scenarios: [{ name: "A", given: { age: 30 } }, { name: "B", given: { age: 70 } }] });
    const attributes: { name: string; size: number }[] = json.attributes;
    expect(await page.locator(".difference .contrast").count()).toBe(attributes.length);
    const sizes = (await page.locator(".contrast").allInnerTexts()).map((text) => Number(/Size ([\d.]+)/.exec(text)![1]));
    expect(sizes).toEqual(attributes.map(({ size }) => Number(size.toFixed(2))));
    expect(await page.locator(".notice.warn").innerText()).toContain("associations in the training data");
    // A change of a probability is no percentage of it.
    const levels = json.attributes.find(({ type }: { type: string }) => type === "binary");
    const moved = Math.abs(levels.contrasts[0].levels[0].value);
    expect(await page.locator(".difference", { has: page.getByRole("heading", { name: levels.name, exact: true }) }).innerText()).toMatch(new RegExp(`[+\u2212]${String(Number((100 * moved).toFixed(1))).replace(".", "\\.")} percentage points`));
    // What is unusual is said of the scenario whose value it is.
    expect(await page.locator(".scenario .field-note").count()).toBe(0);
    await page.locator(".scenario").nth(1).locator("input[type=number]").fill("400");
    await page.waitForSelector("text=age = 400 is unusual given the rest");
    expect(await page.locator(".scenario").nth(0).locator(".field-note").count()).toBe(0);
    expect(faults).toEqual([]);
  });

  it("keeps the charts of a comparison small on a tablet", async () => {
    const { page } = await openPage(browser, `${url}/#/compare`, { viewport: { width: 768, height: 900 } });
    await page.waitForSelector(".difference svg.density");
    expect((await page.locator(".difference svg.density").first().boundingBox())!.width).toBeLessThan(500);
  });

  it("begins a comparison with an example, which gives way to what is entered", async () => {
    const { page } = await openPage(browser, `${url}/#/compare`);
    await page.waitForSelector(".difference");
    const smoking = page.locator(".scenario .known-name", { hasText: "smoking" });
    expect(await smoking.count()).toBe(2);
    expect(await page.locator("main > .notice").first().innerText()).toContain("two people who differ in smoking");
    await page.locator(".scenario").first().getByRole("combobox", { name: "Add an attribute" }).fill("age");
    await page.keyboard.press("Enter");
    expect(await page.getByRole("button", { name: "Start from nothing" }).count()).toBe(0);
    expect(await smoking.count()).toBe(2);
    // What is known of the person is not what the example is about.
    await page.reload();
    await page.waitForSelector("h1");
    await page.getByRole("link", { name: "Person" }).click();
    await enter(page, "smoking", "");
    await page.locator(".known .segment").last().click();
    await page.getByRole("link", { name: "Compare" }).click();
    await page.waitForSelector(".scenario .known-name");
    expect(await smoking.count()).toBe(0);
    await page.getByRole("button", { name: "Start from nothing" }).click();
    expect(await page.locator("main").innerText()).toContain("Give at least one scenario a value of its own");
  });

  it("completes a dropped table in parts, to what the server makes of it in one", async () => {
    const { page, faults } = await openPage(browser, `${url}/#/table`);
    const table = smallTable(300, 7).table.map((row, r) => [...row, r === 0 ? "note, free" : `"n ${r}"`]);
    const text = csv(table).replace("note, free", '"note, free"');
    await page.setInputFiles("input[type=file]", { name: "people.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
    await page.waitForSelector(".holes canvas");
    expect(await page.locator("main").innerText()).toContain("2 columns are unknown to the model and copied as they are");
    // True in light and dark alike.
    expect(await page.locator(".holes figcaption").innerText()).toContain("coloured is a value, blank is a hole");
    await page.getByRole("button", { name: "Complete the table" }).click();
    await page.waitForSelector("td.filled");
    const { text: whole } = await postCsv(`${url}/v1/impute?intervals=0.9`, text);
    expect(await downloaded(page)).toEqual(whole.trimEnd().split("\n").map((line) => line.split(",")));
    expect(faults).toEqual([]);
  });

  it("gives a completed table the file's own separator, byte order mark, line ends and ending", async () => {
    const { page } = await openPage(browser, `${url}/#/table`);
    const { table } = smallTable(20, 7);
    const written = (rows: readonly (readonly string[])[]): string => `\ufeff${rows.map((row) => `${row.join("\t")}\r\n`).join("")}`;
    await page.setInputFiles("input[type=file]", { name: "people.TSV", mimeType: "text/csv", buffer: Buffer.from(written(table)) });
    await page.getByRole("button", { name: "Complete the table" }).click();
    await page.waitForSelector("td.filled");
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download CSV" }).click()]);
    expect(file.suggestedFilename()).toBe("people-completed.TSV");
    await file.saveAs(join(folder, "completed.tsv"));
    const { text: whole } = await postCsv(`${url}/v1/impute?intervals=0.9`, csv(table));
    expect(readFileSync(join(folder, "completed.tsv"), "utf8")).toBe(written(whole.trimEnd().split("\n").map((line) => line.split(","))));
  });

  it("knows columns of other names and units, as a completion does", async () => {
    const { page } = await openPage(browser, `${url}/#/table`);
    const [header, ...rows] = smallTable(60, 5).table;
    const glucose = header.indexOf("glucose");
    const renamed = header.map((name) => (name === "glucose" ? "glucose_mmol" : name === "weight" ? "mass" : name));
    const text = csv([renamed, ...rows.map((row) => row.map((cell, c) => (c === glucose && cell !== "" ? (Number(cell) / 18.016).toFixed(1) : cell)))]);
    const choose = (name: string) => page.setInputFiles("input[type=file]", { name, mimeType: "text/csv", buffer: Buffer.from(text) });
    await choose("others.csv");
    await page.waitForSelector(".holes canvas");
    expect(await page.locator("main").innerText()).toContain("9 of 11 columns are attributes of the model");
    await choose("laboratory.csv");
    await page.waitForSelector("text=in another unit, converted");
    expect(await page.locator("main").innerText()).toContain("10 of 11 columns are attributes of the model");
    await page.getByRole("button", { name: "Complete the table" }).click();
    await page.waitForSelector("td.filled");
    const { text: whole } = await postCsv(`${url}/v1/impute?intervals=0.9&table=laboratory.csv`, text);
    expect(await downloaded(page)).toEqual(whole.trimEnd().split("\n").map((line) => line.split(",")));
    // Both show how sure they are, though the added columns bear the attribute's name.
    for (const name of ["glucose_mmol", "mass"]) {
      const column = renamed.indexOf(name) + 1;
      expect(await page.locator(`.preview td.filled:nth-child(${column}) .cell-sure`).count(), name).toBeGreaterThan(0);
    }
  });

  it("tells what it cannot read, and keeps nothing of a table that was cancelled", async () => {
    const { page } = await openPage(browser, `${url}/#/table`);
    const choose = (text: string, encoding: BufferEncoding = "utf8") => page.setInputFiles("input[type=file]", { name: "t.csv", mimeType: "text/csv", buffer: Buffer.from(text, encoding) });
    await choose("a,b\n1,2,3\n");
    expect(await page.getByRole("alert").innerText()).toBe("Row 1 has 3 cells, but the header names 2 columns; every row needs as many cells.");
    // Letters that are read wrongly would come back wrongly in the completed table.
    await choose("age,Größe\n40,1\n", "latin1");
    await page.waitForSelector("text=The file's text is not UTF-8");
    expect(await page.locator(".table-picture").count()).toBe(0);
    await choose("a,b\n1,2\n");
    await page.waitForSelector(".notice.warn");
    // Rows are counted through the whole file, although a table is completed in parts.
    await choose(`age,sex\n${"40,F\n".repeat(150)}old,F\n`);
    expect(await page.getByRole("alert").innerText()).toContain("'old' is not a number, in column 'age', row 151 of t.csv");
    expect(await page.getByRole("button", { name: "Complete the table" }).count()).toBe(0);
    await choose("age,sex,weight\n400,female,\n40,F,\n");
    await page.waitForSelector("text=outside what the model has seen");
    expect(await page.locator(".notice.warn").allInnerTexts()).toEqual([
      expect.stringContaining("sex: 1 cell holds a level that the model does not know (female); kept as it stands, and not used."),
      expect.stringMatching(/age: 1 cell lies outside what the model has seen, \d+ to \d+ \(400\)/),
    ]);
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
    // A condition is passed over only where the page says so, and its value can be typed at once.
    expect(await page.locator(".known-list .field-note").innerText()).toBe("Without a value this condition does not count.");
    await page.keyboard.type("60");
    expect(await page.locator(".known-list .field-note").count()).toBe(0);
    await page.getByLabel("How many people").fill("200000");
    expect(await page.locator("#rows-note").innerText()).toBe("A whole number from 1 to 100,000.");
    await page.getByLabel("How many people").fill("40");
    await page.getByRole("button", { name: "Generate", exact: true }).click();
    await page.waitForSelector("table");
    expect(await page.locator(".invented .notice.warn").count()).toBe(0);
    const [columns, ...rows] = await downloaded(page);
    expect(rows).toHaveLength(40);
    expect(rows.filter((row) => Number(row[columns.indexOf("age")]) < 60)).toEqual([]);
    await page.locator(".known-list input[type=number]").fill("70");
    expect(await page.locator(".invented .notice.warn").innerText()).toContain("invented under other settings");
    expect(faults).toEqual([]);
  });

  it("says what comes of inventing people, and offers conditions to try", async () => {
    const { page } = await openPage(browser, `${url}/#/generate`);
    expect(await page.locator(".invitation").innerText()).toContain("A table of invented people");
    await page.locator(".invitation button", { hasText: "age ≥" }).click();
    const least = Number(await page.locator(".known-list input[type=number]").inputValue());
    expect(least).toBeGreaterThan(20);
    await page.getByRole("button", { name: "Generate", exact: true }).click();
    await page.waitForSelector(".invented table");
    expect(await page.locator(".invitation").count()).toBe(0);
    const [columns, ...rows] = await downloaded(page);
    expect(rows.filter((row) => Number(row[columns.indexOf("age")]) < least)).toEqual([]);
  });

  it("says how hard the conditions were to meet, and when few people are independent", async () => {
    const { page } = await openPage(browser, `${url}/#/generate`);
    const condition = async (name: string, value: string): Promise<void> => {
      await page.getByRole("combobox", { name: "Add a condition" }).fill(name);
      await page.keyboard.press("Enter");
      await page.keyboard.type(value);
    };
    const make = () => page.getByRole("button", { name: "Generate", exact: true }).click();
    await condition("age", "60");
    await make();
    await page.waitForSelector("table");
    const { json } = await post(`${url}/v1/generate`, { rows: 100, seed: 1, where: "age >= 60" });
    expect(await page.locator(".invented").innerText()).toContain(`About ${Math.round(100 * json.report.where.share)}% of the learned population meet the conditions.`);
    expect(await page.locator(".invented .notice.warn").count()).toBe(0);
    await page.route("**/v1/generate", async (route) => {
      const answer = (await (await route.fetch()).json()) as { report: { where: object } };
      Object.assign(answer.report.where, { effective: 12.7, share: 1e-5 });
      await route.fulfill({ json: answer });
    });
    await condition("weight", "50");
    await make();
    await page.waitForSelector(".invented table");
    expect(await page.locator(".invented .notice.warn").allInnerTexts()).toEqual([
      "The model has seen hardly anybody like that; what it says of them is extrapolation.",
      "In what the conditions name only about 12 of the 100 people are independent; several repeat one person's values there.",
    ]);
  });

  it("says how alike invented people are, what the model holds of real ones, and what it cannot tell", async () => {
    const { page, faults } = await openPage(browser, `${url}/#/generate`);
    await page.getByRole("button", { name: "Generate", exact: true }).click();
    await page.waitForSelector(".likeness");
    const { json } = await post(`${url}/v1/generate`, { rows: 100, seed: 1 });
    const shown = await page.locator(".invented-figures").innerText();
    const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
    expect(shown).toContain(percent(json.likeness.shapes.score));
    expect(shown).toContain(`chance alone: ${percent(json.likeness.shapes.chance)}`);
    expect(shown).toContain(json.likeness.columns[0].name);
    expect(shown).toContain("Rank correlations farthest off");
    expect(await page.evaluate("[...document.querySelectorAll('.invented-figures .scroll')].map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)")).toEqual([0, 0]);
    expect(shown).toContain("Averages of groups of at least 20 people");
    expect(shown).toContain("vhgm evaluate HOLDOUT.csv --synthetic model-invented.csv --train TRAIN.csv");
    // Under a condition people are meant to differ.
    await page.getByRole("combobox", { name: "Add a condition" }).fill("age");
    await page.keyboard.press("Enter");
    await page.locator(".known-list input[type=number]").fill("60");
    await page.getByRole("button", { name: "Generate", exact: true }).click();
    await page.waitForSelector("text=Under conditions people are meant to differ");
    // Nothing stands beside the sentence but the page: no hole below it.
    const widths = (await page.evaluate("[...document.querySelectorAll('.invented-figures > .panel')].map((panel) => panel.getBoundingClientRect().width)")) as number[];
    expect(widths[0]).toBeGreaterThan(1.8 * widths[1]);
    expect(await page.locator(".likeness").count()).toBe(0);
    expect(faults).toEqual([]);
  });

  it("shows calibration on held-out cells", async () => {
    const { page } = await openPage(browser, `${url}/#/model`);
    const { card } = (await ask(`${url}/v1/model`)).json;
    const numbers = (card.reliability as { cells: number; coverage?: { level: number; share: number }[] }[]).filter(({ coverage }) => coverage);
    const cells = numbers.reduce((sum, r) => sum + r.cells, 0);
    const shares = [0, 1, 2, 3].map((k) => numbers.reduce((sum, r) => sum + r.cells * r.coverage![k].share, 0) / cells);
    expect(await page.locator(".calibration-panel td").allInnerTexts()).toEqual(shares.map((share) => `${(100 * share).toFixed(1)}%`));
    expect(await page.locator("svg.calibration[role=img]").count()).toBe(3);
    expect(await page.locator(".calibration-legend li").first().innerText()).toMatch(/\(\d+ cells\)/);
    expect(await page.locator("main").innerText()).toContain("for new people expect a little less");
    expect(card.marginals).toBeUndefined();
  });

  it("fits the model card to a phone, however long the names are that failed", async () => {
    const { page } = await openPage(browser, `${url}/#/model`, { viewport: { width: 390, height: 844 } });
    await page.route("**/v1/model", async (route) => {
      const answer = (await (await route.fetch()).json()) as { card: object };
      Object.assign(answer.card, { warnings: [`Worse than the mean: ${"polygenic_score_".repeat(5)}.`] });
      await route.fulfill({ json: answer });
    });
    await page.reload();
    await page.waitForSelector("text=Worse than the mean");
    expect(await overhang(page)).toBeLessThanOrEqual(0);
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

  it("draws bars in high contrast too, where only the system's colours are left", async () => {
    const { page } = await openPage(browser, url, { forcedColors: "active" });
    await settled(page);
    const ground = (selector: string): Promise<string> => page.evaluate(`getComputedStyle(document.querySelector(${JSON.stringify(selector)})).backgroundColor`);
    for (const bar of [".level-fill", ".skill-bar > span"]) expect(await ground(bar), bar).not.toBe(await ground("body"));
  });

  it("shows the holes of all columns beside a column of a very long name", async () => {
    const { page } = await openPage(browser, `${url}/#/table`);
    await page.setInputFiles("input[type=file]", { name: "t.csv", mimeType: "text/csv", buffer: Buffer.from(`age,${"what_was_written_down_".repeat(4)}\n40,1\n`) });
    await page.waitForSelector(".tall tbody th");
    expect(await page.evaluate("(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('.tall'))")).toBeLessThanOrEqual(0);
  });

  it("keeps names of columns whole on a phone", async () => {
    const { page } = await openPage(browser, `${url}/#/table`, { viewport: { width: 390, height: 844 } });
    await page.setInputFiles("input[type=file]", { name: "people.csv", mimeType: "text/csv", buffer: readFileSync(join(folder, "people.csv")) });
    await page.waitForSelector(".tall tbody th");
    const broken = `[...document.querySelectorAll(".tall tbody th")].filter((cell) => {
      const range = document.createRange();
      range.selectNodeContents(cell);
      return range.getClientRects().length > 1;
    }).map((cell) => cell.textContent.trim())`;
    expect(await page.evaluate(broken)).toEqual([]);
  });

  it.each(["light", "dark"] as const)("has no serious fault that axe finds, in %s, and fits a phone", async (colorScheme) => {
    const { page } = await openPage(browser, url, { colorScheme });
    await page.getByRole("button", { name: "Example person" }).click();
    await page.waitForSelector(".known-list li");
    await page.locator(".pin").first().click();
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
      if (name === "generate") {
        await page.getByRole("button", { name: "Generate", exact: true }).click();
        await page.waitForSelector(".likeness");
      }
      await settled(page);
      faults.push(...(await axeFaults(page)).map((fault) => `${name}: ${fault}`));
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await overhang(page), `${name} is wider than a phone`).toBeLessThanOrEqual(0);
      await page.setViewportSize({ width: 1280, height: 900 });
    }
    expect(faults).toEqual([]);
  });
});
