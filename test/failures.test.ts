import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { listing, mainFile, trainSmall, vhgm, workFolder, type Run } from "./support/cli.js";

const folder = workFolder();
const at = (name: string): string => join(folder, name);

beforeAll(() => trainSmall(folder, 300));

/** Runs a shell line in the folder; $VHGM is the program. */
const shell = (line: string): Promise<Run> =>
  new Promise((done) => {
    const env = { ...process.env, VHGM: `${process.execPath} ${mainFile}` };
    execFile("bash", ["-c", line], { cwd: folder, env }, (error, stdout, stderr) => done({ code: error ? Number(error.code) : 0, stdout, stderr }));
  });

describe("a disk that fills up", () => {
  // No file may grow beyond 8 kB: writing fails in the middle, as on a full disk.
  it.each([
    ["train", "train people.csv -o full.vhgm --config quick.yaml"],
    ["impute to CSV", "impute model.vhgm people.csv -o full.csv"],
    ["impute to several files", "impute model.vhgm people.csv -o full.csv -m 2 --rounds 2"],
    ["impute to Parquet", "impute model.vhgm people.csv -o full.parquet"],
    ["impute to JSON lines", "impute model.vhgm people.csv -o full.jsonl"],
    ["simulate", "simulate -o full --rows-checkup 200"],
  ])("leaves nothing half-written: %s", async (_, line) => {
    const before = listing(folder);
    const run = await shell(`ulimit -f 8; $VHGM ${line} --quiet`);
    expect(run).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(/written/) });
    expect(run.stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(listing(folder)).toEqual(before);
  });

  it("keeps the earlier file when a new one can't replace it", async () => {
    writeFileSync(at("kept.csv"), "earlier\n");
    expect((await shell("ulimit -f 8; $VHGM impute model.vhgm people.csv -o kept.csv --quiet")).code).toBe(1);
    expect(readFileSync(at("kept.csv"), "utf8")).toBe("earlier\n");
  });
});

describe("a mistake in the command", () => {
  it.each([
    ["no command", [], /Usage: vhgm/],
    ["an unknown command", ["trian"], /unknown command 'trian'\n\(Did you mean train\?\)/],
    ["an unknown option", ["train", "people.csv", "-o", "x.vhgm", "--bests"], /unknown option '--bests'/],
    ["a missing output", ["train", "people.csv"], /required option '-o, --output <model>' not specified/],
    ["a table that is there twice", ["train", "people.csv", "./people.csv", "-o", "x.vhgm"], /"\.\/people\.csv" was given twice; each table is given once/],
    ["a number that is none", ["impute", "model.vhgm", "people.csv", "-o", "x.csv", "-m", "many"], /'many' is invalid\. A whole number from 1/],
    ["a level beyond 1", ["impute", "model.vhgm", "people.csv", "-o", "x.csv", "--intervals", "90"], /'90' is invalid\. A number between 0 and 1/],
    ["an unknown memory", ["train", "people.csv", "-o", "x.vhgm", "--memory", "all"], /Allowed are none, prototypes, rows/],
    ["an unknown key of a training", ["train", "people.csv", "-o", "x.vhgm", "--key", "pid"], /The key column 'pid' is not in people\.csv/],
    ["an unknown key", ["impute", "model.vhgm", "people.csv", "-o", "x.csv", "--key", "pid"], /The key column 'pid' is not in people\.csv/],
    ["an unknown extension", ["impute", "model.vhgm", "people.csv", "-o", "x.xls"], /"x\.xls" has no extension of a table that can be written/],
    ["a folder that is absent", ["train", "people.csv", "-o", "no/x.vhgm"], /there is no folder/],
    ["an output that is the input", ["impute", "model.vhgm", "people.csv", "-o", "people.csv"], /The output "people\.csv" is the input itself/],
    ["an output that is the dictionary", ["train", "people.csv", "-o", "quick.yaml", "--config", "quick.yaml"], /The output "quick\.yaml" is the input itself/],
    ["a checkpoint that is the input", ["train", "people.csv", "-o", "x.vhgm", "--checkpoint", "people.csv"], /"people\.csv" is there already and is no checkpoint of a training/],
    ["a checkpoint that is the output", ["train", "people.csv", "-o", "x.vhgm", "--checkpoint", "./x.vhgm"], /"\.\/x\.vhgm" was named for two outputs/],
    ["a model named like a table", ["train", "people.csv", "-o", "filled.csv.gz"], /"filled\.csv\.gz" was named for the model, which is no table; name it "filled\.vhgm", or fill a table's holes with vhgm complete TABLE -o filled\.csv\.gz/],
    ["a kept model named like a table", ["complete", "people.csv", "-o", "x.csv", "--save-model", "m.parquet"], /"m\.parquet" was named for the model/],
    ["a model that is the completed table", ["complete", "people.csv", "-o", "x.csv", "-m", "2", "--save-model", "x-2.csv"], /"x-2\.csv" was named for two outputs/],
    ["an absent model", ["predict", "absent.vhgm"], /There is no file "absent\.vhgm"; a model is written by vhgm train/],
    ["an unknown attribute", ["predict", "model.vhgm", "--given", '{"weigth": 60, "age": 3}'], /The model has no attribute 'weigth'/],
    ["a level that is none", ["predict", "model.vhgm", "--given", '{"sex": "X"}'], /'X' was given for 'sex', which takes one of: F, M/],
    ["a text for a number", ["predict", "model.vhgm", "--given", '{"age": "old"}'], /'old' was given for 'age', which takes a number/],
    ["no JSON", ["predict", "model.vhgm", "--given", "age=60"], /--given is not JSON/],
    ["JSON of another shape", ["predict", "model.vhgm", "--given", "[60]"], /--given holds \[60\]; it takes a JSON object/],
  ])("exits with 2: %s", async (_, args, message) => {
    const before = listing(folder);
    const run = await vhgm(folder, args);
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toMatch(message);
    expect(listing(folder)).toEqual(before);
  });

  it.each([
    ["members: 0\n", /bad\.yaml, line 1: members is 0; it must be at least 1/],
    ["epochs: 3\nmembrs: 2\n", /bad\.yaml, line 2: there is no setting 'membrs'; near to it is members; allowed are seed, /],
    ["mask:\n  - strategy: foo\n    weight: 1\n", /bad\.yaml, line 2: mask\[0\]\.strategy is "foo"; allowed are fixed, uniform, copy, frequency/],
    ["epochs: [\n", /bad\.yaml, line \d+: the text is not valid YAML/],
  ])("names file, line and field of a wrong setting: %j", async (text, message) => {
    writeFileSync(at("bad.yaml"), text);
    const run = await vhgm(folder, ["train", "people.csv", "-o", "x.vhgm", "--config", "bad.yaml"]);
    expect(run).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(message) });
  });
});

describe("a failure", () => {
  it.each([
    ["a file that is no model", ["info", "people.csv"], /people\.csv is not a VHGM model/],
    ["a damaged model", ["info", "damaged.vhgm"], /damaged\.vhgm is damaged/],
  ])("exits with 1: %s", async (_, args, message) => {
    const model = readFileSync(at("model.vhgm"));
    model[model.length >> 1] ^= 255;
    writeFileSync(at("damaged.vhgm"), model);
    const before = listing(folder);
    const run = await vhgm(folder, args);
    expect(run).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(message) });
    expect(listing(folder)).toEqual(before);
  });

  it("is not what an absent device leads to: the processor does the work, and a sentence says so", async () => {
    const { code, stdout, stderr } = await vhgm(folder, ["predict", "model.vhgm", "--json", "--device", "cuda"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toHaveProperty("answers");
    // Where there is a GPU nothing is said.
    expect(stderr).toMatch(/^(The device 'cuda' is not usable here, so the processor does the work; .*\.\n)?$/);
  });

  it("shows its stack with VHGM_DEBUG=1 only", async () => {
    const args = ["info", "people.csv"];
    expect((await vhgm(folder, args)).stderr).not.toMatch(/ at /);
    expect((await vhgm(folder, args, { env: { VHGM_DEBUG: "1" } })).stderr).toMatch(/\n +at /);
  });
});

describe("help", () => {
  it.each(["inspect", "train", "impute", "complete", "predict", "info", "simulate", "demo"])("of %s has examples", async (command) => {
    const run = await vhgm(folder, [command, "--help"]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toMatch(new RegExp(`Examples:\\n {2}\\$ vhgm ${command}`));
  });

  it("and version come on stdout", async () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../package.json"), "utf8"));
    expect(await vhgm(folder, ["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
    expect((await vhgm(folder, ["--help"])).stdout).toMatch(/inspect[^]*train[^]*impute[^]*complete[^]*predict/);
  });
});

describe("output", () => {
  it("ends quietly when its reader does", async () => {
    const run = await shell("$VHGM info model.vhgm --json | head -c 5; echo; echo ${PIPESTATUS[0]}");
    expect(run.stderr).toBe("");
    expect(run.stdout).toMatch(/^\{\n {2}"\n0\n$/);
  });

  it("tells progress on stderr with rate, NLL and time left, and nothing with --quiet", async () => {
    const run = await vhgm(folder, ["train", "people.csv", "-o", "again.vhgm", "--config", "quick.yaml"]);
    expect(run.stderr).toMatch(/epoch 6 of 6, [\d,]+ rows a second, NLL -?\d+\.\d+, held-out NLL/);
    const quiet = await vhgm(folder, ["train", "people.csv", "-o", "again.vhgm", "--config", "quick.yaml", "--quiet", "--json"]);
    expect(quiet.stderr).toBe("");
    expect(JSON.parse(quiet.stdout)).toMatchObject({ model: "again.vhgm", card: { rows: 300 } });
  });
});
