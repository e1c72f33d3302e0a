import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { schemaSchema } from "../../schema/schema.js";
import { planCohort, simulateCohort } from "../simulate.js";
import { csvField, writeCohort } from "./write.js";

const options = { seed: 11, rows: { checkup: 60, laboratory: 20, lifestyle: 30 } };
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "vhgm-cohort-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("writeCohort", () => {
  test("writes tables, truth and dictionary", async () => {
    const cohort = simulateCohort(options);
    const dir = join(folder, "new", "cohort");
    const files = await writeCohort(dir, cohort);
    expect(files).toEqual([
      "checkup.csv", "truth/checkup.csv", "laboratory.csv", "truth/laboratory.csv", "lifestyle.csv", "truth/lifestyle.csv",
      "truth/truth.json", "dictionary.yaml",
    ]);
    const { columns, rows, complete } = cohort.sources[0];
    const lines = (texts: string[][]): string => [columns, ...texts].map((row) => `${row.map(csvField).join(",")}\n`).join("");
    expect(await readFile(join(dir, "checkup.csv"), "utf8")).toBe(lines(rows));
    expect(await readFile(join(dir, "truth/checkup.csv"), "utf8")).toBe(lines(complete));
    expect(JSON.parse(await readFile(join(dir, "truth/truth.json"), "utf8"))).toEqual(cohort.truth);
    expect(schemaSchema.parse(parse(await readFile(join(dir, "dictionary.yaml"), "utf8")))).toEqual(cohort.schema);
    expect(await readdir(join(folder, "new"))).toEqual(["cohort"]);
  });

  test("a plan gives the same bytes and reports its rows", async () => {
    const dir = join(folder, "plan");
    await mkdir(dir);
    const reports: [number, number][] = [];
    await writeCohort(dir, planCohort(options), { onRows: (done, total) => reports.push([done, total]) });
    await writeCohort(join(folder, "cohort"), simulateCohort(options));
    for (const name of ["laboratory.csv", "truth/lifestyle.csv", "dictionary.yaml"]) {
      expect(await readFile(join(dir, name), "utf8")).toBe(await readFile(join(folder, "cohort", name), "utf8"));
    }
    expect(reports).toEqual([[60, 110], [80, 110], [110, 110]]);
  });

  test("leaves a folder that is not empty as it was", async () => {
    await writeFile(join(folder, "notes.txt"), "mine");
    await expect(writeCohort(folder, planCohort(options))).rejects.toThrow(
      "is not empty (notes.txt); the cohort needs a new or empty folder.",
    );
    expect(await readdir(folder)).toEqual(["notes.txt"]);
  });

  test("leaves nothing behind when a row cannot be made", async () => {
    const plan = planCohort(options);
    plan.sources[2].row = () => {
      throw new Error("no such person");
    };
    await expect(writeCohort(join(folder, "x"), plan)).rejects.toThrow("no such person");
    expect(await readdir(folder)).toEqual([]);
  });

  test("quotes what CSV needs quoted", () => {
    const quoted = ["plain", "a,b", 'say "hi"', "two\nlines", ""].map(csvField);
    expect(quoted).toEqual(["plain", '"a,b"', '"say ""hi"""', '"two\nlines"', ""]);
  });
});
