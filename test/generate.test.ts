import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { csv, listing, readCsv, smallColumns, smallTable, trainSmall, vhgm, workFolder } from "./support/cli.js";
import { pooledColumns, pooledTables } from "./support/pooled.js";

const folder = workFolder();
const at = (name: string): string => join(folder, name);

beforeAll(() => trainSmall(folder));

describe("generate", () => {
  it("writes as many people as asked for, the same whatever the batch, in every format", async () => {
    const run = await vhgm(folder, ["generate", "model.vhgm", "-n", "30", "-o", "people30.csv", "--quiet"]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toMatch(/people30\.csv: 30 people with 10 attributes, in 10 rounds/);
    const [header, ...rows] = readCsv(at("people30.csv"));
    expect(header).toEqual(smallColumns.slice(1));
    expect(rows.length).toBe(30);
    expect(rows.flat().filter((cell) => cell === "")).toEqual([]);
    for (const [file, ...more] of [["batch.csv", "--batch", "7"], ["people.tsv"], ["people.jsonl"], ["people.parquet"]]) {
      expect(await vhgm(folder, ["generate", "model.vhgm", "-n", "30", "-o", file, "--quiet", ...more])).toMatchObject({ code: 0 });
    }
    expect(readFileSync(at("batch.csv"), "utf8")).toBe(readFileSync(at("people30.csv"), "utf8"));
    expect(readFileSync(at("people.tsv"), "utf8").replaceAll("\t", ",")).toBe(readFileSync(at("people30.csv"), "utf8"));
    expect(readFileSync(at("people.jsonl"), "utf8").trimEnd().split("\n").map((line) => String(JSON.parse(line).age))).toEqual(rows.map((row) => row[0]));
    expect(readFileSync(at("people.parquet")).subarray(0, 4).toString()).toBe("PAR1");
  });

  it("obeys a condition and tells how many people meet it", async () => {
    const run = await vhgm(folder, ["generate", "model.vhgm", "-n", "20", "--where", "sex = 'F' and age >= 50", "-o", "women.csv", "--quiet", "--json"]);
    const [header, ...rows] = readCsv(at("women.csv"));
    expect(rows.every((row) => row[header.indexOf("sex")] === "F" && Number(row[header.indexOf("age")]) >= 50)).toBe(true);
    const result = JSON.parse(run.stdout);
    expect(result).toMatchObject({ file: "women.csv", rows: 20, where: { condition: "sex = 'F' and age >= 50", exact: true, effective: 20 } });
    expect(result.where.share).toBeGreaterThan(0.05);
    expect(result.where.share).toBeLessThan(0.6);
  });

  it("refuses what nobody meets, and leaves nothing", async () => {
    const run = await vhgm(folder, ["generate", "model.vhgm", "-n", "5", "--where", "age > 200", "-o", "none.csv", "--quiet"]);
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toMatch(/^Nobody can meet the condition age > 200: it leaves no value of age, which the model knows from \d+ to \d+\.\n$/);
    expect((await vhgm(folder, ["generate", "model.vhgm", "-n", "5", "-o", "model.vhgm"])).stderr).toMatch(/is the input itself/);
    expect(existsSync(at("none.csv"))).toBe(false);
    expect(listing(folder).filter((name) => /tmp/.test(name))).toEqual([]);
  });

  it("takes over the holes and columns of a table", async () => {
    writeFileSync(at("pattern.csv"), "height,age\n,20\n,30\n");
    await vhgm(folder, ["generate", "model.vhgm", "-n", "12", "--pattern", "pattern.csv", "-o", "holed.csv", "--quiet"]);
    const [header, ...rows] = readCsv(at("holed.csv"));
    expect(header).toEqual(["age", "height"]);
    expect(rows.every(([age, height]) => age !== "" && height === "")).toBe(true);
  });

  it("calculates what the dictionary says follows from others, in invented and in completed rows", async () => {
    await vhgm(folder, ["inspect", "people.csv", "-o", "own.yaml", "--quiet"]);
    writeFileSync(at("own.yaml"), readFileSync(at("own.yaml"), "utf8").replace(/(name: "glucose"\n +type: \w+)/, '$1\n    equals: "systolic + 1"'));
    const trained = await vhgm(folder, ["train", "people.csv", "-o", "own.vhgm", "--schema", "own.yaml", "--config", "quick.yaml"]);
    expect(trained.stderr).toMatch(/rows disagree with glucose = systolic \+ 1 \(the first is row \d+, with \d+ where \d+ follows\)/);
    expect((await vhgm(folder, ["inspect", "people.csv", "--schema", "own.yaml", "--quiet"])).stdout).toMatch(/glucose = systolic \+ 1: compared in \d+ rows/);
    await vhgm(folder, ["generate", "own.vhgm", "-n", "15", "-o", "own.csv", "--quiet"]);
    await vhgm(folder, ["impute", "own.vhgm", "people.csv", "-o", "filled.csv", "--quiet"]);
    const place = (table: string[][], name: string): number => table[0].indexOf(name);
    const invented = readCsv(at("own.csv"));
    const follows = (table: string[][], row: string[]): boolean => Number(row[place(table, "glucose")]) === Number(row[place(table, "systolic")]) + 1;
    expect(invented.slice(1).every((row) => follows(invented, row))).toBe(true);
    const filled = readCsv(at("filled.csv"));
    const before = smallTable(160).table;
    const holes = before.flatMap((row, i) => (row[place(before, "glucose")] === "" ? [filled[i]] : []));
    expect(holes.length).toBeGreaterThan(5);
    expect(holes.every((row) => follows(filled, row))).toBe(true);
  });
});

describe("pool", () => {
  it("finds the tables of an imputation, and prints a table or JSON", async () => {
    pooledTables(11).forEach((rows, k) => writeFileSync(at(`draws-${String(k + 1).padStart(2, "0")}.csv`), csv([pooledColumns, ...rows])));
    const run = await vhgm(folder, ["pool", "bmi ~ age + sex", "draws.csv", "--quiet"]);
    expect(run.stdout).toMatch(/linear regression over 11 completed tables of 60 rows[\s\S]*\(Intercept\) +\d[\s\S]*sexM[\s\S]*Reference levels: sex F\./);
    const json = JSON.parse((await vhgm(folder, ["pool", "ill ~ age", "draws-0?.csv", "--family", "binomial", "--quiet", "--json"])).stdout);
    expect(json).toMatchObject({ family: "binomial", tables: 9, success: "yes", files: expect.arrayContaining(["draws-01.csv", "draws-09.csv"]) });
    expect(json.terms[1]).toMatchObject({ term: "age", estimate: expect.any(Number), fmi: expect.any(Number) });
  });

  it("says in a sentence what is wrong", async () => {
    expect(await vhgm(folder, ["pool", "bmi ~ age", "nothing.csv"])).toMatchObject({ code: 2, stderr: expect.stringMatching(/There is no file "nothing\.csv", and none that is called like it with a number \(nothing-1\.csv\)/) });
    expect(await vhgm(folder, ["pool", "bmi ~ hight", "draws.csv", "--quiet"])).toMatchObject({ code: 2, stderr: expect.stringMatching(/names hight, but draws-01\.csv has no such column/) });
  });
});
