import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { formatDictionary, parseDictionary } from "./dictionary.js";
import { createProfiler, inferSchema, type InferredSchema } from "./infer.js";

/** Real tables, which are no part of the project. */
const folder = process.env.VHGM_DATA ?? "../shared/data";
const files = [
  "pima/pima.csv",
  "pbc/pbc.csv",
  "nhefs/nhefs.csv",
  "nhanes_2009_2012/nhanes_2009_2012.csv.gz",
  "young_people_survey/young_people_survey.csv",
];
const wideFile = "nhanes_2013_wide/nhanes_2013_wide.csv.gz";

interface CsvTable {
  columns: string[];
  rows: string[][];
}

const tables = new Map<string, CsvTable>();

/** Cells of a CSV file whose quoted cells hold no doubled quotes and no line ends, as in these tables. */
function readCsv(file: string): CsvTable {
  const known = tables.get(file);
  if (known) return known;
  const bytes = readFileSync(join(folder, file));
  const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  const lines = text.split(/\r?\n/).filter((line) => line !== "");
  const [columns, ...rows] = lines.map((line) =>
    line.includes('"')
      ? [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted ?? plain)
      : line.split(","),
  );
  const table = { columns, rows };
  tables.set(file, table);
  return table;
}

function inferTable({ columns, rows }: CsvTable): InferredSchema {
  const profiler = createProfiler(columns);
  for (let i = 0; i < rows.length; i += 1024) profiler.add(rows.slice(i, i + 1024));
  return inferSchema(profiler.finish());
}

/** The benchmark's rule for numbers: every value but empty and NA is one, and more than 10 are different. */
function isNumeric(cells: string[]): boolean {
  const values = cells.filter((cell) => cell !== "" && cell !== "NA").map(Number);
  return values.length > 0 && values.every((value) => !Number.isNaN(value)) && new Set(values).size > 10;
}

const skipped = (file: string): boolean => !existsSync(join(folder, file));
const label = (file: string): string =>
  skipped(file) ? `${file} (skipped: set VHGM_DATA to the folder of the real tables)` : file;

describe("real tables", () => {
  for (const file of [...files, wideFile]) {
    it.skipIf(skipped(file))(`tells numbers from levels as the benchmark does: ${label(file)}`, () => {
      const table = readCsv(file);
      expect(table.rows.filter((row) => row.length !== table.columns.length)).toEqual([]);
      const inferred = inferTable(table);
      inferred.schema.attributes.forEach(({ name, role, type, levels }, j) => {
        if (role === "id") return;
        expect({ name, role }).toEqual({ name, role: "attribute" });
        const numeric = isNumeric(table.rows.map((row) => row[j]));
        expect({ name, numeric: ["real", "positive", "count"].includes(type), levels: levels !== undefined }).toEqual({
          name,
          numeric,
          levels: !numeric,
        });
      });
      expect(parseDictionary(formatDictionary(inferred), "d.yaml")).toEqual(inferred.schema);
    });
  }

  it.skipIf(skipped(files[3]))("finds ids, codes, weights, orders and skip patterns", () => {
    const ids = ["pbc/pbc.csv", "nhefs/nhefs.csv", files[3]].map((file) =>
      inferTable(readCsv(file)).schema.attributes.filter(({ role }) => role === "id"),
    );
    expect(ids.map((attributes) => attributes.map(({ name }) => name))).toEqual([["id"], ["id"], ["ID"]]);

    const { schema, notes } = inferTable(readCsv(files[3]));
    const find = (name: string) => schema.attributes.find((attribute) => attribute.name === name)!;
    const suggestions = (name: string): string[] => notes.find((note) => note.name === name)!.suggestions;
    expect(find("HealthGen")).toMatchObject({ type: "ordinal", levels: ["Poor", "Fair", "Good", "Vgood", "Excellent"] });
    expect(find("Depressed").levels).toEqual(["None", "Several", "Most"]);
    expect(find("Race1").type).toBe("categorical");
    expect(suggestions("PhysActiveDays")[0]).toMatch(/^missing: \["99"\]/);
    expect(suggestions("TVHrsDayChild")[0]).toMatch(/^missing: \["77", "99"\]/);
    expect(suggestions("WTMEC2YR")[0]).toMatch(/^role: weight/);
    expect(suggestions("DiabetesAge")[0]).toMatch(/^applies_when: "Diabetes = 'Yes'"/);
  });

  it.skipIf(skipped(wideFile))(`profiles 10 million cells in seconds: ${label(wideFile)}`, () => {
    const table = readCsv(wideFile);
    const start = performance.now();
    inferTable(table);
    expect((performance.now() - start) / 1000).toBeLessThan(20);
  });
});
