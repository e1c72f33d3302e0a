import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import type * as Library from "../src/index.js";
import { csv, listing, mainFile, readCsv, smallTable, workFolder } from "./support/cli.js";

const folder = workFolder();
const at = (name: string): string => join(folder, name);
let vhgm: typeof Library;

beforeAll(async () => {
  vhgm = (await import(pathToFileURL(join(mainFile, "../../index.js")).href)) as typeof Library;
  writeFileSync(at("cohort.csv"), csv(smallTable(120).table));
});

const quick = { epochs: 4, steps: 40, width: 16 };

describe("the library", () => {
  it("has the package's version", () => {
    expect(vhgm.version).toBe(JSON.parse(readFileSync(join(import.meta.dirname, "../package.json"), "utf8")).version);
  });

  it("fills a table, as the example in index.ts", async () => {
    const { createImputer, createTableWriter, imputeTable, openPredictor, openSession, openTable, trainTable, trainingDefaults } = vhgm;
    const table = await openTable(at("cohort.csv"));
    const bundle = await trainTable({ table, options: { ...trainingDefaults, ...quick, memory: "rows" }, open: openSession });
    const predictor = await openPredictor(bundle.model, openSession);
    const imputer = createImputer(predictor, bundle.schema, table.columns, table.name);
    const writer = await createTableWriter(at("completed.csv"), imputer.columns);
    const report = await imputeTable({ imputer, table, writers: [writer] });
    await predictor.close();
    expect(report.rows).toBe(120);
    expect(readCsv(at("completed.csv")).flat()).not.toContain("");
  });

  it("asks a saved model about one person, from a table in memory and in a worker thread", async () => {
    const { memoryTable, openPredictor, openWorkerSession, openSession, predict, readBundle, trainTable, trainingDefaults, writeBundle } = vhgm;
    const [columns, ...rows] = smallTable(120).table;
    const table = memoryTable("people", columns, rows);
    const bundle = await trainTable({ table, options: { ...trainingDefaults, ...quick }, open: openSession });
    await writeBundle(at("cohort.vhgm"), bundle);
    const read = await readBundle(at("cohort.vhgm"));
    const predictor = await openPredictor(read.model, openWorkerSession);
    const { answers } = await predict(predictor, read.schema, { age: 60, sex: "F" }, { ask: ["systolic", "smoking"] });
    await predictor.close();
    expect(answers[0].mean).toBeGreaterThan(90);
    expect(answers[1].levels).toHaveLength(3);
  });

  it("compares, asks what to measure next, intervenes and invents people, as the examples in index.ts", async () => {
    const { compare, createGenerator, createTableWriter, generateTable, intervene, nextMeasurements, openPredictor, openSession, parseGraph, readBundle, renderComparison } = vhgm;
    const bundle = await readBundle(at("cohort.vhgm"));
    const predictor = await openPredictor(bundle.model, openSession);
    const given = { age: 60 };
    const comparison = await compare(predictor, bundle.schema, given, [{ name: "never", given: { smoking: "never" } }, { name: "smokes", given: { smoking: "current" } }]);
    expect(comparison.attributes.length).toBeGreaterThan(3);
    expect(renderComparison(comparison, { model: "cohort", given })).toContain("smokes against never");
    expect((await nextMeasurements(predictor, bundle.schema, given, { targets: ["systolic"] })).length).toBeGreaterThan(0);
    const { attributes } = await intervene(predictor, bundle.schema, parseGraph("digraph { age -> systolic; smoking -> systolic }", "graph"), { smoking: "never" }, { draws: 50 });
    expect(attributes.map(({ name }) => name)).toEqual(["systolic"]);
    const generator = await createGenerator(predictor, bundle.schema, { where: "age >= 60", seed: 1 });
    await generateTable({ generator, rows: 20, writer: await createTableWriter(at("invented.csv"), generator.columns) });
    expect(readCsv(at("invented.csv"))).toHaveLength(21);
    await predictor.close();
  });

  it("trains a model that knows who lacks what, as the example in index.ts", async () => {
    const { createGenerator, extendWithSampler, openPredictor, openSession, openTable, trainTable, trainingDefaults } = vhgm;
    const table = await openTable(at("cohort.csv"));
    const bundle = await trainTable({ table, options: { ...trainingDefaults, ...quick }, open: openSession, extend: extendWithSampler(openSession) });
    const predictor = await openPredictor(bundle.model, openSession);
    const rows = await (await createGenerator(predictor, bundle.schema, { holes: true, seed: 1 })).rows(0, 60);
    expect(rows.flat()).toContain("");
    await predictor.close();
  });

  it("refuses numbers that count nothing, and tables and writers that are not the imputer's, in one sentence", async () => {
    const { createGenerator, createImputer, createTableWriter, generateTable, imputeTable, intervene, memoryTable, nextMeasurements, openPredictor, openSession, openTable, parseGraph, readBundle } = vhgm;
    const { model, schema } = await readBundle(at("cohort.vhgm"));
    const predictor = await openPredictor(model, openSession);
    const before = listing(folder);
    const graph = parseGraph("digraph { age -> systolic }", "graph");
    const act = (options: Parameters<typeof intervene>[4]): Promise<unknown> => intervene(predictor, schema, graph, { age: 60 }, options);
    await expect(act({ draws: 0 })).rejects.toThrow("0 simulated people were asked for; a whole number from 1 is allowed.");
    await expect(act({ draws: 1.5 })).rejects.toThrow("1.5 simulated people were asked for; a whole number from 1 is allowed.");
    await expect(act({ level: 90 })).rejects.toThrow("The level 90 is not allowed; it must lie between 0 and 1, such as 0.9.");
    await expect(nextMeasurements(predictor, schema, {}, { targets: ["systolic"], top: -1 })).rejects.toThrow("-1 measurements were asked for; a whole number from 1 is allowed.");
    await expect(createGenerator(predictor, schema, { rounds: NaN })).rejects.toThrow("NaN rounds were asked for; a whole number from 1 is allowed.");
    const generator = await createGenerator(predictor, schema);
    await expect(generator.rows(0, -1)).rejects.toThrow("-1 rows were asked for; a whole number from 0 is allowed.");
    for (const [rows, batch, said] of [[NaN, 1, "NaN rows were"], [2.5, 1, "2.5 rows were"], [2, 0, "0 rows at a time were"]] as const) {
      await expect(generateTable({ generator, rows, batch, writer: await createTableWriter(at("none.csv"), generator.columns) })).rejects.toThrow(said);
    }
    const table = await openTable(at("cohort.csv"));
    const impute = async (draws: number, writers: number, given = table, batch?: number): Promise<unknown> => {
      const imputer = createImputer(predictor, schema, table.columns, table.name, { draws });
      const made = await Promise.all(Array.from({ length: writers }, (_, k) => createTableWriter(at(`none-${k}.csv`), imputer.columns)));
      return imputeTable({ imputer, table: given, writers: made, batch });
    };
    await expect(impute(2, 1)).rejects.toThrow("The imputer makes 2 completed tables, but the number of writers is 1; give one for each.");
    await expect(impute(0, 2)).rejects.toThrow("The imputer makes 1 completed table, but the number of writers is 2; give one for each.");
    await expect(impute(0, 1, table, 0)).rejects.toThrow("0 rows at a time were asked for; a whole number from 1 is allowed.");
    const other = { ...table, ...memoryTable("other", [...table.columns].reverse(), []) };
    await expect(impute(0, 1, other)).rejects.toThrow("Column 1 of other is 'alcohol', where the table that the imputer was made for has another; make an imputer for each table's columns.");
    expect(listing(folder)).toEqual(before);
    await predictor.close();
  });

  it("abandons all outputs when one fails", async () => {
    const { createImputer, createTableWriter, imputeTable, openPredictor, openSession, openTable, readBundle, VhgmError } = vhgm;
    const bundle = await readBundle(at("cohort.vhgm"));
    const table = await openTable(at("cohort.csv"));
    const predictor = await openPredictor(bundle.model, openSession);
    const before = listing(folder);
    for (const failing of ["write", "prepare", "finish"] as const) {
      const imputer = createImputer(predictor, bundle.schema, table.columns, table.name, { draws: 2, rounds: 2 });
      const good = await createTableWriter(at("one.csv"), imputer.columns);
      const bad = await createTableWriter(at("two.csv"), imputer.columns);
      const error = new VhgmError("disk", "There is no space left.");
      // The one that fails comes first where the other would already have its name.
      const broken = { ...bad, [failing]: () => Promise.reject(error) };
      const writers = failing === "finish" ? [broken, good] : [good, broken];
      await expect(imputeTable({ imputer, table, writers })).rejects.toBe(error);
      expect(listing(folder)).toEqual(before);
    }
    await predictor.close();
  });
});
