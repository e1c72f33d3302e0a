import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { codebookPage, dataFolder, dataPage, inventedCycle, pagePath, startSite, type Answers, type Site } from "../../../../test/support/nhanes.js";
import { xptFile } from "../../../../test/support/xpt.js";
import { inspectTable } from "../../inspect.js";
import type { TextRow } from "../../table.js";
import type { FileTable } from "../filetable.js";
import { openNhanes } from "./open.js";

let folder: string;
let site: Site;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "vhgm-nhanes-"))));
afterEach(async () => {
  await site?.close();
  await rm(folder, { recursive: true });
});

const serve = async (answers: Answers): Promise<void> => void (site = await startSite(answers));
const openIt = (source: string, options = {}): Promise<FileTable> => openNhanes(source, { cache: folder, url: site.url, tries: 2, pause: 1, ...options });
const cached = async (years = "2017-2018"): Promise<string[]> => (await readdir(join(folder, "nhanes", years)).catch(() => [])).sort();
async function rowsOf(table: FileTable): Promise<TextRow[]> {
  const rows: TextRow[] = [];
  for await (const batch of table.batches(7)) rows.push(...batch);
  return rows;
}

const seqn = { name: "SEQN", label: "Respondent sequence number" };
/** Two files that share a column, and have people of their own. */
const small = (): Answers => ({
  [`${dataFolder}/A_J.xpt`]: xptFile([seqn, { name: "X", label: "Weight (kg)" }, { name: "WTSAF2YR", label: "Fasting weight" }], [[3, 30, { missing: "." }], [1, 10, 0.5]]),
  [`${dataFolder}/A_J.htm`]: codebookPage("A_J", [{ name: "X", label: "Weight (kg)", values: [["5 to 60", "Range of Values", 2], ["777", "Refused", 0]] }]),
  [`${dataFolder}/B_J.xpt`]: xptFile([{ name: "WTSAF2YR" }, seqn, { name: "Y", label: "Sex" }], [[0.7, 3, 2], [0.9, 1, 1], [0.8, 2, 7]]),
  [`${dataFolder}/B_J.htm`]: codebookPage("B_J", [{ name: "Y", label: "Sex", values: [["1", "Male", 1], ["2", "Female", 1], ["7", "Refused", 1], [".", "Missing", 0]] }]),
});

describe("joining", () => {
  test("one row for each person, each column once, codes as texts", async () => {
    await serve(small());
    const table = await openIt("nhanes:2017-2018:A,B");
    expect(table.name).toBe("NHANES 2017-2018:A,B");
    expect(table.columns).toEqual(["SEQN", "X", "WTSAF2YR", "Y"]);
    expect(table.labels).toEqual(["Respondent sequence number", "Weight (kg)", "Fasting weight", "Sex"]);
    expect(table.nativeTypes).toEqual(["DOUBLE", "DOUBLE", "DOUBLE", "VARCHAR"]);
    const rows = [
      ["1", "10", "0.5", "Male"],
      ["2", "", "0.8", "Refused"],
      ["3", "30", "0.7", "Female"],
    ];
    expect(await rowsOf(table)).toEqual(rows);
    expect(await rowsOf(table)).toEqual(rows);
    expect(table.notes).toEqual([]);
  });

  test("the dictionary has roles, labels, units, levels and missing texts", async () => {
    await serve(inventedCycle());
    const { schema, notes } = await inspectTable(await openIt("nhanes:2017-2018:DEMO,BMX,SMQ"));
    const entry = Object.fromEntries(schema.attributes.map((attribute) => [attribute.name, attribute]));
    expect(entry.SEQN).toEqual({ name: "SEQN", label: "Respondent sequence number", role: "key", type: "count" });
    expect(entry.WTINT2YR.role).toBe("weight");
    expect(entry.SDMVPSU.role).toBe("ignore");
    expect(entry.RIDAGEYR).toMatchObject({ type: "count", max: 80 });
    expect(entry.RIAGENDR).toMatchObject({ type: "binary", levels: ["Female", "Male"], label: "Gender" });
    expect(entry.DMDEDUC2).toMatchObject({ type: "ordinal", missing: ["Refused", "Don't Know"] });
    expect(entry.DMDEDUC2.levels!.slice(0, 2)).toEqual(["Less than 9th grade", "9-11th grade (Includes 12th grade with no diploma)"]);
    expect(entry.BMXBMI).toMatchObject({ type: "positive", unit: "kg/m**2", resolution: 0.1 });
    expect(entry.SMQ040).toMatchObject({ type: "ordinal", levels: ["Not at all", "Some days", "Every day"] });
    expect(entry.SMD650).toMatchObject({ type: "count", missing: ["777", "999", "666"] });
    expect(entry.SMD650.max).toBeLessThanOrEqual(40);
    expect(notes.find(({ name }) => name === "SMD650")!.reason).toContain("666 (Less than one a day)");
  });
});

describe("components", () => {
  test("all files of the CDC's lists but those with several rows, technical ones and what can't be had", async () => {
    await serve(inventedCycle());
    const table = await openIt("nhanes:2017-2018");
    expect(table.columns).toEqual(["SEQN", "RIDAGEYR", "RIAGENDR", "DMDEDUC2", "WTINT2YR", "SDMVPSU", "BMXWT", "BMXBMI", "LBXTC", "SMQ040", "SMD650"]);
    expect(table.notes.join(" ")).toContain("RXQ_RX_J (several rows for a person)");
    expect(table.notes.join(" ")).toContain("AUXAR_J (several rows for a person)");
    expect(table.notes.join(" ")).toContain("DSPI (a technical file");
    expect(site.asked.filter((path) => /RXQ_RX|AUXAR|HSV|DSPI/.test(path))).toEqual([]);
  });

  test("very large files are left out unless they are named", async () => {
    const large = dataPage([{ name: "A_J", title: "A", folder: dataFolder }, { name: "B_J", title: "B", folder: dataFolder, size: "1.2 GB" }]);
    await serve({ ...small(), [pagePath("Laboratory")]: large });
    const table = await openIt("nhanes:2017-2018:laboratory");
    expect(table.columns).not.toContain("Y");
    expect(table.notes).toEqual(["Left out of laboratory: B_J (1229 MB large)."]);
    expect((await openIt("nhanes:2017-2018:laboratory,B")).columns).toContain("Y");
  });

  test("a list that can't be read: the main files by their usual names, as far as they are there", async () => {
    await serve({ ...inventedCycle(), [pagePath("Examination")]: "<html><body>Be back soon</body></html>" });
    const table = await openIt("nhanes:2017-2018:examination");
    expect(table.columns).toEqual(["SEQN", "BMXWT", "BMXBMI"]);
    expect(table.notes[0]).toContain("the main files are taken by their usual names");
    expect(table.notes).toContain("BPX_J is left out: the CDC has no such file for 2017-2018.");
    expect(await cached()).not.toContain("Examination.html");
    // What is absent is remembered.
    site.asked.length = 0;
    await openIt("nhanes:2017-2018:examination");
    expect(site.asked).toEqual([pagePath("Examination")]);
  });

  test("links to other sites are not followed; the CDC's own full addresses are those of the site in use", async () => {
    const page = dataPage([
      { name: "A_J", title: "A", folder: `https://wwwn.cdc.gov${dataFolder}` },
      { name: "B_J", title: "B", folder: "https://elsewhere.example/files" },
    ]);
    await serve({ ...small(), [pagePath("Laboratory")]: page });
    expect((await openIt("nhanes:2017-2018:laboratory")).columns).toEqual(["SEQN", "X", "WTSAF2YR", "Y"]);
    expect(site.asked).toContain(`${dataFolder}/A_J.xpt`);
  });
});

describe("files that are no tables of persons", () => {
  const odd = (): Answers => ({
    ...small(),
    [`${dataFolder}/MANY_J.xpt`]: xptFile([seqn, { name: "Z" }], [[1, 1], [2, 2], [1, 3]]),
    [`${dataFolder}/NONE_J.xpt`]: xptFile([{ name: "POOL" }, { name: "Z" }], [[1, 1]]),
  });

  test("are left out with a note", async () => {
    await serve(odd());
    const table = await openIt("nhanes:2017-2018:A,MANY,NONE");
    expect(table.columns).toEqual(["SEQN", "X", "WTSAF2YR"]);
    expect(table.notes).toContain("MANY_J is left out: several rows for a person.");
    expect(table.notes).toContain("NONE_J is left out: it has no SEQN.");
  });

  test("alone they are refused", async () => {
    await serve(odd());
    await expect(openIt("nhanes:2017-2018:MANY")).rejects.toMatchObject({ code: "data", message: expect.stringContaining("MANY_J can't be a table of persons: several rows") });
    await expect(openIt("nhanes:2017-2018:MANY,NONE")).rejects.toMatchObject({ code: "data", message: expect.stringContaining("has one row for each person") });
  });
});

describe("the cache", () => {
  test("holds what was downloaded, which works without the network", async () => {
    await serve(inventedCycle());
    const first = await rowsOf(await openIt("nhanes:2017-2018:demographics,BMX"));
    expect(await cached()).toEqual(["BMX_J.htm", "BMX_J.xpt", "DEMO_J.htm", "DEMO_J.xpt", "Demographics.html"]);
    await site.close();
    expect(await rowsOf(await openIt("nhanes:2017-2018:demographics,BMX"))).toEqual(first);
    await expect(openIt("nhanes:2017-2018:TCHOL")).rejects.toMatchObject({ code: "network", message: expect.stringContaining(join(folder, "nhanes", "2017-2018", "TCHOL_J.xpt")) });
  });

  test("the older address serves where today's does not, and in the other spelling of the extension", async () => {
    const answers = Object.entries(small()).map(([path, body]) => [path.replace(dataFolder, "/Nchs/Nhanes/2017-2018").replace(".xpt", ".XPT"), body] as const);
    await serve(Object.fromEntries(answers));
    expect((await openIt("nhanes:2017-2018:A,B")).columns).toHaveLength(4);
  });

  test("a page in place of a file is no file", async () => {
    await serve({ [`${dataFolder}/A_J.xpt`]: "<!DOCTYPE html><html><body>The page was not found</body></html>" });
    const thrown: unknown = await openIt("nhanes:2017-2018:A").catch((cause: unknown) => cause);
    expect(thrown).toMatchObject({ code: "usage", message: expect.stringMatching(/^NHANES 2017-2018 has no file A_J .*components are demographics/) });
    expect(await cached()).toEqual([]);
  });

  test("a damaged file is named and doesn't stay", async () => {
    const { [`${dataFolder}/A_J.xpt`]: whole, ...rest } = small();
    await serve({ ...rest, [`${dataFolder}/A_J.xpt`]: (whole as Buffer).subarray(0, 500) });
    await expect(openIt("nhanes:2017-2018:A")).rejects.toMatchObject({ code: "data", message: expect.stringContaining("A_J.xpt ends within its header") });
    expect(await cached()).toEqual(["A_J.htm"]);
  });

  test("a file put in place by hand is taken", async () => {
    await serve(small());
    await openIt("nhanes:2017-2018:A");
    const path = join(folder, "nhanes", "2017-2018", "HAND_J.xpt");
    await writeFile(path, await readFile(path.replace("HAND", "A")));
    expect((await openIt("nhanes:2017-2018:HAND")).columns).toContain("X");
  });

  test("without a codebook codes stay, and a note says so; it is not asked for again", async () => {
    const answers = small();
    delete answers[`${dataFolder}/B_J.htm`];
    await serve(answers);
    const table = await openIt("nhanes:2017-2018:B");
    expect((await rowsOf(table)).map((row) => row[2])).toEqual(["1", "7", "2"]);
    expect(table.notes).toEqual(["There is no codebook of B_J, so its codes stay as they are."]);
    site.asked.length = 0;
    await openIt("nhanes:2017-2018:B");
    expect(site.asked).toEqual([]);
  });
});

test("progress counts files up to all of them", async () => {
  await serve(inventedCycle());
  const seen: { done: number; total: number; bytes: number }[] = [];
  await openIt("nhanes:2017-2018:demographics,BMX", { onProgress: (one: (typeof seen)[number]) => seen.push(one) });
  const last = seen.at(-1)!;
  expect(last.done).toBe(5);
  expect(last.total).toBe(5);
  expect(last.bytes).toBeGreaterThan(10_000);
  expect(seen.every((one, k) => one.done <= one.total && (k === 0 || one.done >= seen[k - 1].done))).toBe(true);
});

test("the first failure ends the other downloads", async () => {
  let ended = 0;
  await serve({
    [`${dataFolder}/A_J.xpt`]: (_, response) => void response.writeHead(403).end(),
    [`${dataFolder}/B_J.xpt`]: (_, response) => void response.on("close", () => ended++).writeHead(200).write("HEADER RECORD*******LIBRARY HEADER"),
  });
  await expect(openIt("nhanes:2017-2018:B,A")).rejects.toMatchObject({ code: "network" });
  await expect.poll(() => ended).toBe(1);
  expect(await cached()).toEqual([]);
});
