import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { csv, listing, readCsv, smallTable, trainSmall, vhgm, workFolder } from "./support/cli.js";

const folder = workFolder();
const at = (name: string): string => join(folder, name);
const { table } = smallTable(160);
const fresh = smallTable(40, 2);

beforeAll(async () => {
  await trainSmall(folder);
  writeFileSync(at("fresh.csv"), csv(fresh.table));
});

/** Every cell with a value in `before` stands in `after` as it was; every hole of a modelled column is filled. */
function expectCompleted(before: readonly (readonly string[])[], after: readonly (readonly string[])[]): void {
  expect(after.length).toBe(before.length);
  before.forEach((row, i) =>
    row.forEach((cell, j) => {
      if (cell !== "") expect(after[i][j]).toBe(cell);
      else expect(after[i][j]).not.toBe("");
    }),
  );
}

describe("info", () => {
  it("names the settings of the training that were not left to the program", async () => {
    expect((await vhgm(folder, ["info", "model.vhgm"])).stdout).toMatch(/^Settings other than by default: width: 16, memoryHeads: 2, epochs: 6, steps: 60(, extension: 1)?\.$/m);
    writeFileSync(at("mask.yaml"), "network: mlp\nsteps: 20\nmask: [{strategy: fixed, weight: 1}]\npaths: [net]\n");
    expect((await vhgm(folder, ["train", "people.csv", "-o", "masked.vhgm", "--config", "mask.yaml", "--quiet"])).code).toBe(0);
    expect((await vhgm(folder, ["info", "masked.vhgm"])).stdout).toMatch(/^Settings other than by default: paths: \[net\], steps: 20, mask: \[\{strategy: fixed, weight: 1\}\]\.$/m);
  });
});

describe("inspect", () => {
  it("prints each column with its type and reason, and writes a dictionary that train takes", async () => {
    const run = await vhgm(folder, ["inspect", "people.csv", "-o", "dictionary.yaml"]);
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/people\.csv: 160 rows, 11 columns/);
    expect(run.stdout).toMatch(/glucose +count +\d+% .*Whole numbers/);
    const trained = await vhgm(folder, ["train", "people.csv", "-o", "again.vhgm", "--schema", "dictionary.yaml", "--config", "quick.yaml", "--quiet"]);
    expect(trained).toMatchObject({ code: 0, stderr: "" });
    // The dictionary says what would have been guessed.
    const attributes = async (model: string): Promise<unknown> => JSON.parse((await vhgm(folder, ["info", model, "--json"])).stdout).attributes;
    expect(await attributes("again.vhgm")).toEqual(await attributes("model.vhgm"));
  });

  it("replaces a dictionary with edits only when told to", async () => {
    const inspect = (...options: string[]) => vhgm(folder, ["inspect", "people.csv", "-o", "kept.yaml", "--quiet", ...options]);
    expect((await inspect()).code).toBe(0);
    const written = readFileSync(at("kept.yaml"), "utf8");
    expect((await inspect()).code).toBe(0);
    writeFileSync(at("kept.yaml"), `${written}# mine\n`);
    expect(await inspect()).toEqual({ code: 2, stdout: "", stderr: '"kept.yaml" is there already and says something else, perhaps by your edits; give another name, or --overwrite to replace it.\n' });
    expect(readFileSync(at("kept.yaml"), "utf8")).toBe(`${written}# mine\n`);
    expect((await inspect("--overwrite")).code).toBe(0);
    expect(readFileSync(at("kept.yaml"), "utf8")).toBe(written);
  });

  it("gives the schemas of several tables as JSON", async () => {
    const run = await vhgm(folder, ["inspect", "people.csv", "fresh.csv", "--json"]);
    const { tables } = JSON.parse(run.stdout);
    expect(tables.map((t: { name: string; rows: number }) => [t.name, t.rows])).toEqual([["people.csv", 160], ["fresh.csv", 40]]);
  });
});

describe("train", () => {
  it("obeys an edited dictionary", async () => {
    const edited = readFileSync(at("dictionary.yaml"), "utf8").replace(/levels: \["current", "former", "never"\]/, 'levels: ["never", "former", "current"]').replace(/(name: "smoking"\n +type: )categorical/, "$1ordinal");
    writeFileSync(at("edited.yaml"), edited);
    const run = await vhgm(folder, ["train", "people.csv", "-o", "edited.vhgm", "--schema", "edited.yaml", "--config", "quick.yaml", "--quiet", "--json"]);
    expect(run.code).toBe(0);
    const info = JSON.parse((await vhgm(folder, ["info", "edited.vhgm", "--json"])).stdout);
    expect(info.attributes.find((a: { name: string }) => a.name === "smoking")).toMatchObject({ type: "ordinal", levels: ["never", "former", "current"] });
  });

  it("tells what is worth a look where no dictionary was given, the most important first, as inspect does", async () => {
    const [header, ...rows] = table;
    const coded = rows.map((row, i) => [...row.map((cell, j) => (header[j] === "weight" && i % 20 === 0 ? "999" : cell)), ...["777", "-9", "999", "9999", "99999"].map((code, k) => (i % 25 === k ? code : String(20 + (i * 7) % 30)))]);
    writeFileSync(at("coded.csv"), csv([[...header, "a", "b", "c", "d", "e"], ...coded]));
    const found = (await vhgm(folder, ["inspect", "coded.csv"])).stdout;
    const run = await vhgm(folder, ["train", "coded.csv", "-o", "coded.vhgm", "--config", "quick.yaml", "--json"]);
    const notes = (JSON.parse(run.stdout) as { notes: string[] }).notes.slice(0, 6);
    for (const note of notes.slice(0, 5)) {
      expect(note).toMatch(/^Worth a look \(not applied\): \w+: missing: \["-?\d+"\]/);
      expect(found).toContain(note.replace("Worth a look (not applied): ", "  "));
    }
    expect(notes[5]).toMatch(/^… \d+ more: vhgm inspect coded\.csv$/);
    expect(run.stderr).toContain(notes.join("\n"));
    expect(run.stderr.indexOf(notes[5])).toBeLessThan(run.stderr.indexOf("Linear path"));
    const completed = await vhgm(folder, ["complete", "coded.csv", "-o", "coded-own.csv", "--config", "quick.yaml", "--json"]);
    expect((JSON.parse(completed.stdout) as { notes: string[] }).notes.slice(0, 6)).toEqual(notes);
    const told = await vhgm(folder, ["train", "people.csv", "-o", "told.vhgm", "--schema", "dictionary.yaml", "--config", "quick.yaml", "--json"]);
    expect(JSON.parse(told.stdout)).toMatchObject({ notes: [] });
  });

  it("counts the values beyond the dictionary's range, as impute does", async () => {
    const narrow = readFileSync(at("dictionary.yaml"), "utf8").replace(/(name: "age"[^-]*max: )\d+/, "$160");
    writeFileSync(at("narrow.yaml"), narrow);
    const old = table.slice(1).filter((row) => Number(row[1]) > 60);
    const run = await vhgm(folder, ["train", "people.csv", "-o", "narrow.vhgm", "--schema", "narrow.yaml", "--config", "quick.yaml", "--quiet", "--json"]);
    const note = expect.stringMatching(new RegExp(`^${old.length} cells of age lie outside of \\d+ to 60, the range of the dictionary \\(the first is ${old[0][1]}\\); kept as they stand\\.$`, "m"));
    expect((JSON.parse(run.stdout) as { notes: string[] }).notes).toEqual([note]);
    const imputed = await vhgm(folder, ["impute", "narrow.vhgm", "people.csv", "-o", "narrow.csv", "--quiet"]);
    expect(imputed.stdout).toEqual(note);
  });

  it("leaves a model with its card, and no checkpoint", async () => {
    expect(listing(folder).filter((name) => /checkpoint|tmp/.test(name))).toEqual([]);
    const { card } = JSON.parse((await vhgm(folder, ["info", "model.vhgm", "--json"])).stdout);
    expect(card).toMatchObject({ tables: ["people.csv"], rows: 160, attributes: 10, memory: "prototypes", options: { seed: 1, epochs: 6 } });
    expect(card.setAside).toEqual([{ name: "person_id", reason: expect.stringContaining("names the row") }]);
    expect(card.observedCells).toBe(table.slice(1).flatMap((row) => row.slice(1)).filter((cell) => cell !== "").length);
    expect(card.scores).toHaveLength(10);
  });

  it("warns that a model with rows holds real people's cells, wherever it is written or shown", async () => {
    const run = await vhgm(folder, ["train", "people.csv", "-o", "rows.vhgm", "--memory", "rows", "--config", "quick.yaml", "--quiet"]);
    expect(run.stderr).toMatch(/Warning: rows\.vhgm holds the cells of 160 real people/);
    expect((await vhgm(folder, ["info", "rows.vhgm"])).stdout).toMatch(/Warning: rows\.vhgm holds the cells of 160 real people/);
    expect((await vhgm(folder, ["info", "model.vhgm"])).stdout).toMatch(/Memory: prototypes: averages of at least 20 people/);
  });
});

describe("impute", () => {
  it("fills every hole and keeps every cell, in the order of columns and rows", async () => {
    const run = await vhgm(folder, ["impute", "model.vhgm", "fresh.csv", "-o", "completed.csv", "--quiet"]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const completed = readCsv(at("completed.csv"));
    expect(completed[0]).toEqual(fresh.table[0]);
    expectCompleted(fresh.table, completed);
  });

  it("writes the observed cells as they stand, whatever their spelling", async () => {
    const odd = "person_id,age,height,smoking,systolic\nP1,+55,1.700e2,never,\nP2,055.0, 181.5 ,\"former\",121.0\n";
    writeFileSync(at("odd.csv"), odd);
    expect((await vhgm(folder, ["impute", "model.vhgm", "odd.csv", "-o", "odd-out.csv", "--quiet"])).code).toBe(0);
    const lines = readFileSync(at("odd-out.csv"), "utf8").split("\n");
    expect(lines[1]).toMatch(/^P1,\+55,1\.700e2,never,\d+$/);
    expect(lines[2]).toBe('P2,055.0," 181.5 ",former,121.0');
  });

  it("never invents a level and stays inside the observed range", async () => {
    await vhgm(folder, ["impute", "model.vhgm", "fresh.csv", "-o", "draw.csv", "-m", "3", "--rounds", "4", "--quiet"]);
    const levels = new Set(table.slice(1).map((row) => row[8]).filter((cell) => cell !== ""));
    const weights = table.slice(1).filter((row) => row[5] !== "").map((row) => Number(row[5]));
    for (const k of [1, 2, 3]) {
      const rows = readCsv(at(`draw-${k}.csv`));
      expectCompleted(fresh.table, rows);
      rows.slice(1).forEach((row, i) => {
        if (fresh.table[i + 1][8] === "") expect(levels).toContain(row[8]);
        if (fresh.table[i + 1][5] !== "") return;
        expect(Number(row[5])).toBeGreaterThanOrEqual(Math.min(...weights));
        expect(Number(row[5])).toBeLessThanOrEqual(Math.max(...weights));
      });
    }
    expect(readFileSync(at("draw-1.csv"), "utf8")).not.toBe(readFileSync(at("draw-2.csv"), "utf8"));
  });

  it("adds intervals and what an answer rests on", async () => {
    const run = await vhgm(folder, ["impute", "model.vhgm", "fresh.csv", "-o", "wide.csv", "--intervals", "0.8", "--why", "--quiet"]);
    expect(run.code).toBe(0);
    const [header, ...rows] = readCsv(at("wide.csv"));
    const place = (name: string): number => header.indexOf(name);
    const weight = fresh.table[0].indexOf("weight");
    rows.forEach((row, i) => {
      const bounds = [row[place("weight_low")], row[place("weight_high")]];
      if (fresh.table[i + 1][weight] !== "") expect(bounds).toEqual(["", ""]);
      else {
        expect(Number(bounds[0])).toBeLessThanOrEqual(Number(row[weight]));
        expect(Number(bounds[1])).toBeGreaterThanOrEqual(Number(row[weight]));
        expect(Number(row[place("weight_similar_people")])).toBeGreaterThan(0);
      }
    });
    expect(header).toContain("smoking_probability");
  });

  it("reports what it filled and met, also as JSON and nothing else", async () => {
    const run = await vhgm(folder, ["impute", "model.vhgm", "fresh.csv", "-o", "json.csv", "--json"]);
    const holes = fresh.table.slice(1).flat().filter((cell) => cell === "").length;
    expect(JSON.parse(run.stdout)).toMatchObject({ files: ["json.csv"], rows: 40, filled: holes, left: 0, absent: [], extra: [] });
  });

  it("reads and writes Parquet and JSON lines", async () => {
    expect((await vhgm(folder, ["impute", "model.vhgm", "fresh.csv", "-o", "completed.parquet", "--quiet"])).code).toBe(0);
    expect((await vhgm(folder, ["impute", "model.vhgm", "completed.parquet", "-o", "back.jsonl.gz", "--quiet"])).code).toBe(0);
    expect((await vhgm(folder, ["impute", "model.vhgm", "back.jsonl.gz", "-o", "back.csv", "--quiet"])).code).toBe(0);
    expectCompleted(fresh.table.slice(0, 1), readCsv(at("back.csv")).slice(0, 1));
    const sex = readCsv(at("back.csv")).map((row) => row[2]);
    expect(sex).toEqual(readCsv(at("completed.csv")).map((row) => row[2]));
  });
});

describe("complete", () => {
  it("names the columns that it copies, and the holes that are left in them", async () => {
    const words = (i: number): string => (i % 4 === 0 ? "" : `person ${i} said ${"abcdefgh"[i % 8]} about ${i * i}`);
    writeFileSync(at("said.csv"), csv([[...table[0], "said"], ...table.slice(1).map((row, i) => [...row, words(i)])]));
    const args = ["complete", "said.csv", "-o", "said-own.csv", "--config", "quick.yaml", "--quiet"];
    expect((await vhgm(folder, args)).stdout).toContain("2 columns of said.csv are not filled but copied: said (40 holes left), person_id.\n");
    expect(JSON.parse((await vhgm(folder, [...args, "--json"])).stdout)).toMatchObject({ extra: [], untouched: [{ name: "person_id", holes: 0 }, { name: "said", holes: 40 }] });
    expect((await vhgm(folder, ["impute", "model.vhgm", "said.csv", "-o", "said-own.csv", "--quiet"])).stdout).toContain("The model does not know 1 column of said.csv, copied as it stands: said (40 holes left).\n");
  });

  it("trains and fills in one go and leaves nothing else behind", async () => {
    const before = listing(folder);
    const run = await vhgm(folder, ["complete", "people.csv", "-o", "own.csv", "--config", "quick.yaml", "--quiet"]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expectCompleted(table, readCsv(at("own.csv")));
    expect(listing(folder)).toEqual([...before, "own.csv"].sort());
  });

  it("keeps the model if asked, with the warning", async () => {
    const run = await vhgm(folder, ["complete", "people.csv", "-o", "own.csv", "--save-model", "own.vhgm", "--config", "quick.yaml", "--quiet"]);
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(/Warning: own\.vhgm holds the cells of 160 real people/);
    expectCompleted(table, readCsv(at("own.csv")));
  });

  it("draws from as many bootstrapped networks as there are tables, which keep nobody's cells", async () => {
    const run = await vhgm(folder, ["complete", "people.csv", "-o", "draws.csv", "-m", "2", "--rounds", "3", "--save-model", "draws.vhgm", "--config", "quick.yaml", "--quiet"]);
    expect(run.code).toBe(0);
    expect(run.stderr).not.toMatch(/real people/);
    expectCompleted(table, readCsv(at("draws-2.csv")));
    const info = await vhgm(folder, ["info", "draws.vhgm", "--json"]);
    expect((JSON.parse(info.stdout) as { card: { options: unknown } }).card.options).toMatchObject({ members: 2, bootstrap: true, memory: "none" });
  });
});

describe("predict", () => {
  it("answers in words with bars", async () => {
    const run = await vhgm(folder, ["predict", "model.vhgm", "--given", '{"age": 60, "sex": "F"}', "--ask", "systolic,smoking,exam_date", "--why"]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toMatch(/systolic\n {2}mean 1\d\d.*median.*90% of such people from \d+.* to \d+/);
    expect(run.stdout).toMatch(/[▁▂▃▄▅▆▇█]{6}/);
    expect(run.stdout).toMatch(/never +█.* \d+%/);
    expect(run.stdout).toMatch(/median 202\d-\d\d-\d\d/);
    expect(run.stdout).toMatch(/rests on about \d+ similar people/);
  });

  it("takes the person from a file or standard input, and answers as JSON", async () => {
    writeFileSync(at("person.json"), '{"age": 60, "sex": "F"}');
    const fromFile = await vhgm(folder, ["predict", "model.vhgm", "--given", "@person.json", "--json"]);
    const fromInput = await vhgm(folder, ["predict", "model.vhgm", "--given", "-", "--json"], { input: '{"age": 60, "sex": "F"}' });
    expect(fromInput.stdout).toBe(fromFile.stdout);
    const { answers } = JSON.parse(fromFile.stdout);
    expect(answers.map((a: { name: string }) => a.name)).not.toContain("age");
    expect(answers).toHaveLength(8);
    for (const { levels } of answers) if (levels) expect(levels.reduce((sum: number, l: { probability: number }) => sum + l.probability, 0)).toBeCloseTo(1, 6);
  });

  it("answers when nothing is given", async () => {
    const { answers } = JSON.parse((await vhgm(folder, ["predict", "model.vhgm", "--json"])).stdout);
    expect(answers).toHaveLength(10);
  });
});

describe("simulate", () => {
  it("writes tables, truth and dictionary; the same seed gives the same bytes", async () => {
    const args = ["--rows-checkup", "20", "--rows-laboratory", "10", "--rows-lifestyle", "10", "--seed", "3"];
    expect((await vhgm(folder, ["simulate", "-o", "one", ...args, "--quiet"])).code).toBe(0);
    const { files } = JSON.parse((await vhgm(folder, ["simulate", "-o", "two", ...args, "--json"])).stdout);
    expect(files).toContain("checkup.csv");
    for (const file of files) expect(readFileSync(at(`one/${file}`)).equals(readFileSync(at(`two/${file}`)))).toBe(true);
    expect((await vhgm(folder, ["simulate", "-o", "one", "--quiet"])).stderr).toMatch(/not empty/);
  });
});

describe("compare", () => {
  it("shows dates as dates, and their difference in days", async () => {
    const run = await vhgm(folder, ["compare", "model.vhgm", "--scenario", 'young={"age": 30}', "--scenario", 'old={"age": 75}', "--ask", "exam_date,weight", "-o", "difference.html"]);
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/exam_date +202\d-\d\d-\d\d +202\d-\d\d-\d\d +[+-]?[\d.]+ days/);
    expect(run.stdout).toMatch(/weight +\d+\.?\d* +\d+\.?\d* +[+-]?[\d.]+ +\d/);
    expect(readFileSync(at("difference.html"), "utf8")).toMatch(/<td class="long" rowspan="1">exam_date<\/td><td>202\d-\d\d-\d\d<\/td><td>202\d-\d\d-\d\d<\/td><td>[+−]?[\d.]+ days<\/td>/);
  });
});
