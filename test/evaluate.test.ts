import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Evaluation } from "../src/evaluation/evaluation.js";
import type { TransferEvaluation } from "../src/evaluation/transfer.js";
import { csv, listing, smallTable, startVhgm, trainSmall, vhgm, workFolder } from "./support/cli.js";

const folder = workFolder();
const at = (name: string): string => join(folder, name);

/** Fills every hole with the first value of its column. */
const first = `import { readFileSync, writeFileSync } from "node:fs";
const rows = readFileSync(process.argv[2], "utf8").trimEnd().split("\\n").map((line) => line.split(","));
const value = rows[0].map((_, j) => rows.slice(1).find((row) => row[j] !== "")[j]);
writeFileSync(process.argv[3], rows.map((row) => row.map((cell, j) => (cell === "" ? value[j] : cell)).join(",")).join("\\n") + "\\n");
`;

beforeAll(async () => {
  await trainSmall(folder);
  writeFileSync(at("first.mjs"), first);
  writeFileSync(at("fresh.csv"), csv(smallTable(80, 2).table));
});

const against = ["--against", `first=${process.execPath} first.mjs {in} {out}`];
const quick = ["--config", "quick.yaml", "--seeds", "1", "--rate", "0.2"];

describe("evaluate", () => {
  it("compares vhgm, baselines and an outside command on the same hidden cells, and writes a report", async () => {
    const run = await vhgm(folder, ["evaluate", "people.csv", ...quick, ...against, "-o", "report.html"]);
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/people\.csv: 160 rows and 10 attributes with [\d,]+ observed cells; 20% of them hidden, once \(MCAR; seed 1\)/);
    for (const name of ["vhgm", "mean", "ridge", "mice", "missforest", "first"]) expect(run.stdout).toMatch(new RegExp(`^${name} +\\d\\.\\d{3}`, "m"));
    expect(run.stderr).toMatch(/mcar seed 1 first: NRMSE/);
    expect(run.stderr).toMatch(/report\.html: the report/);
    const html = readFileSync(at("report.html"), "utf8");
    expect(html).toContain("vhgm evaluate people.csv --config quick.yaml");
    expect(html).not.toMatch(/NaN|undefined|https?:/);
    expect(listing(folder).filter((name) => name.startsWith("report"))).toEqual(
      ["report.evaluation", ...["first", "mean", "mice", "missforest", "ridge", "vhgm"].map((name) => `report.evaluation/mcar-1-${name}.json`), "report.html"].sort(),
    );
  });

  it("takes finished parts up again, and adds what is new", async () => {
    const run = await vhgm(folder, ["evaluate", "people.csv", ...quick, "--baselines", "mean", ...against, "--mechanism", "mcar,mar", "-o", "report.json", "--json"]);
    expect(run.code).toBe(0);
    expect(run.stderr.match(/kept from before/g)).toHaveLength(3);
    const evaluation = JSON.parse(run.stdout) as Evaluation;
    expect(JSON.parse(readFileSync(at("report.json"), "utf8"))).toEqual(evaluation);
    expect(evaluation.results.map((r) => `${r.mechanism} ${r.method}`)).toEqual(["mcar vhgm", "mcar mean", "mcar first", "mar vhgm", "mar mean", "mar first"]);
    expect(evaluation.results.every((r) => r.changed === 0 && r.unfilled === 0)).toBe(true);
    const [own, mean, guess] = evaluation.results;
    expect(own.overall).toMatchObject({ crps: expect.any(Number), coverage: expect.any(Number), nll: expect.any(Number), logLoss: expect.any(Number) });
    expect(mean.overall.crps).toBeUndefined();
    expect(own.overall.nrmse!).toBeLessThan(guess.overall.nrmse!);
  });

  it("says last which methods failed, and ends well all the same", async () => {
    writeFileSync(at("broken.mjs"), "throw new Error('out of luck');\n");
    const broken = ["--against", `broken=${process.execPath} broken.mjs {in} {out}`];
    const run = await vhgm(folder, ["evaluate", "people.csv", "--seeds", "1,2", "--model", "model.vhgm", "--baselines", "mean", ...broken, "--json", "--quiet"]);
    expect(run).toMatchObject({ code: 0, stderr: "Failed: broken on 2 of 2 masks.\n" });
    expect((JSON.parse(run.stdout) as Evaluation).results.filter(({ failure }) => failure !== undefined)).toHaveLength(2);
    const others = await vhgm(folder, ["evaluate", "people.csv", "fresh.csv", ...quick, "--baselines", "none", ...broken, "--quiet"]);
    expect(others).toMatchObject({ code: 0, stderr: "Failed: broken on 2 of 2 masks.\n" });
  });

  it("says whether a given model has met the table's people", async () => {
    const rows = async (model: string, table: string): Promise<string> => (await vhgm(folder, ["evaluate", table, "--model", model, "--baselines", "mean", "--seeds", "1", "--quiet"])).stdout;
    expect(await rows("model.vhgm", "people.csv")).toMatch(/Not a fair test unless the rows are others: .* a table of the same name, people\.csv/);
    expect(await rows("model.vhgm", "fresh.csv")).toMatch(/Its card names no table called fresh\.csv/);
    await trainSmall(folder, 160, "--memory", "rows");
    writeFileSync(at("copy.csv"), readFileSync(at("people.csv")));
    expect(await rows("model.vhgm", "copy.csv")).toMatch(/Not a fair test: the model holds the cells of 1[56]\d of the 160 people of copy\.csv/);
  });

  it("stops at Ctrl-C with what is finished kept, nothing half-written, and goes on to the same result", async () => {
    const args = ["evaluate", "people.csv", "--baselines", "mean,missforest", "--config", "quick.yaml", "--seeds", "1,2", "-o", "stopped.json"];
    const run = startVhgm(folder, args);
    while (!/seed 1 missforest: NRMSE/.test(run.stderr())) await new Promise((done) => setTimeout(done, 20));
    run.kill("SIGINT");
    expect(await run.ended).toBe(130);
    expect(run.stderr()).toMatch(/The evaluation was stopped; finished results are in "stopped\.evaluation"/);
    const left = listing(folder).filter((name) => name.startsWith("stopped") || name.includes("tmp"));
    expect(left).toEqual(expect.arrayContaining(["stopped.evaluation/mcar-1-missforest.json"]));
    expect(left.filter((name) => !/^stopped\.evaluation(\/mcar-\d-\w+\.json)?$/.test(name))).toEqual([]);
    expect(await vhgm(folder, args)).toMatchObject({ code: 0, stderr: expect.stringMatching(/kept from before/) });
    const whole = await vhgm(folder, [...args.slice(0, -1), "whole.json", "--quiet"]);
    expect(whole.code).toBe(0);
    const scores = (name: string): unknown => (JSON.parse(readFileSync(at(name), "utf8")) as Evaluation).results.map((r) => ({ ...r, seconds: 0 }));
    expect(scores("stopped.json")).toEqual(scores("whole.json"));
  });

  it("takes several tables, each by itself and all together", async () => {
    writeFileSync(at("more.csv"), csv(smallTable(90, 3).table));
    const run = await vhgm(folder, ["evaluate", "fresh.csv", "more.csv", ...quick, "--baselines", "mean,ridge", "--with-best", "-o", "several.html"]);
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/2 tables, 20% of their observed cells hidden \(MCAR; seed 1\); the table is the unit/);
    expect(run.stdout).toMatch(/^NRMSE on 2 tables: vhgm has mean rank/m);
    for (const name of ["vhgm", "vhgm --best", "mean", "ridge"]) expect(run.stdout).toMatch(new RegExp(`^${name} +\\d\\.\\d\\d`, "m"));
    expect(listing(folder)).toEqual(expect.arrayContaining(["several.evaluation/more/mcar-1-vhgm_--best.json", "several.html"]));
    expect(readFileSync(at("several.html"), "utf8")).not.toMatch(/NaN|undefined|https?:/);
  });

  it("learns from some people and tries others, by a value of a column or by another table", async () => {
    const [head, ...rows] = smallTable(160, 4).table;
    writeFileSync(at("places.csv"), csv([[...head, "place"], ...rows.map((row, i) => [...row, i % 3 === 0 ? "far" : "near"])]));
    const run = await vhgm(folder, ["evaluate", "places.csv", "--hold-out", "place=far", ...quick, "--baselines", "mean", "-o", "far.html", "--json"]);
    expect(run.code).toBe(0);
    const found = JSON.parse(run.stdout) as TransferEvaluation;
    expect(found.groups.elsewhere.methods.map((m) => m.name)).toEqual(["vhgm", "vhgm, in-sample", "mean"]);
    expect(found.groups.elsewhere.table).toMatchObject({ name: "place = far", rows: 54 });
    expect(found.groups.elsewhere.results[0].columns.map((c) => c.name)).not.toContain("place");
    expect(found.signatures).toHaveLength(4);
    expect(readFileSync(at("far.html"), "utf8")).toContain("Four ways to fail");
    const two = await vhgm(folder, ["evaluate", "fresh.csv", "--train", "people.csv", ...quick, "--baselines", "none"]);
    expect(two.code).toBe(0);
    expect(two.stdout).toMatch(/vhgm learned from 128 people of people\.csv, .*: 32 of the same sources, and 80 from elsewhere \(fresh\.csv\)/);
    expect(two.stdout).toMatch(/^Four ways to fail:/m);
  });

  it("says which attributes of a dictionary and columns of the table do not meet, instead of evaluating fewer in silence", async () => {
    expect((await vhgm(folder, ["inspect", "people.csv", "-o", "misspelt.yaml"])).code).toBe(0);
    writeFileSync(at("misspelt.yaml"), readFileSync(at("misspelt.yaml"), "utf8").replace(`name: "glucose"`, `name: "glucos"`));
    const sentences = [
      "Attributes of the dictionary that people.csv lacks, so that they are not evaluated: glucos.",
      "Columns of people.csv that the dictionary does not have, so that they are not evaluated: glucose.",
    ];
    const run = await vhgm(folder, ["evaluate", "people.csv", "--schema", "misspelt.yaml", ...quick, "--baselines", "mean", "--json"]);
    expect((JSON.parse(run.stdout) as Evaluation).notes).toEqual(expect.arrayContaining(sentences));
    const apart = await vhgm(folder, ["evaluate", "fresh.csv", "--train", "people.csv", "--schema", "misspelt.yaml", ...quick, "--baselines", "none"]);
    for (const sentence of sentences) expect(apart.stdout).toContain(sentence);
  });

  it.each([
    ["a column that is not there", ["--hold-out", "hospital=A"], /people\.csv has no column 'hospital' \(--hold-out\)/],
    ["another form of --hold-out", ["--hold-out", "hospital"], /is not of the form 'COLUMN=VALUE'/],
    ["two ways to hold out", ["--hold-out", "a=1", "--train", "fresh.csv"], /give one of the two/],
    ["the table itself to learn from", ["--train", "./people.csv"], /--train "\.\/people\.csv" is the table itself/],
    ["several tables and one hold-out", ["fresh.csv", "--hold-out", "a=1"], /2 tables were given; --synthetic, --train and --hold-out take one/],
    ["--with-best with --best", ["--with-best", "--best"], /leave out --best and --model/],
    ["another extension", ["-o", "report.pdf"], /"report\.pdf" is no name for a report; \.html and \.json are allowed/],
    ["an unknown baseline", ["--baselines", "mean,knn"], /Allowed are mean, ridge, mice, missforest/],
    ["an unknown mechanism", ["--mechanism", "random"], /Allowed are mcar, mar, mnar, mnarlog/],
    ["a command without places", ["--against", "knn=knn"], /is not of the form 'NAME=COMMAND \{in\} \{out\}'/],
    ["two methods of one name", ["--against", "mean=cp {in} {out}"], /Two methods are called mean/],
    ["settings for a trained model", ["--model", "model.vhgm", "--best"], /--model brings its own dictionary and is trained already/],
  ])("refuses %s in a sentence", async (_, args, sentence) => {
    const run = await vhgm(folder, ["evaluate", "people.csv", ...args]);
    expect(run).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(sentence) });
  });

  it("has examples in its help", async () => {
    expect((await vhgm(folder, ["evaluate", "--help"])).stdout).toMatch(/--against <name=command>[\s\S]*Examples:/);
  });
});
