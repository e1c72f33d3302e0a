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
