import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { csv, listing, quickConfig, readCsv, vhgm, workFolder } from "./support/cli.js";

const folder = workFolder();
const at = (name: string): string => join(folder, name);
const sources = ["cohort/checkup.csv", "cohort/laboratory.csv", "cohort/lifestyle.csv"];
const rowsOf = (name: string): string[][] => readCsv(at(name)).slice(1);
const column = (name: string, of: string): string[] => {
  const [header, ...rows] = readCsv(at(of));
  return rows.map((row) => row[header.indexOf(name)]);
};
const json = async (args: string[]): Promise<ReturnType<typeof JSON.parse>> => JSON.parse((await vhgm(folder, [...args, "--json"])).stdout);

beforeAll(async () => {
  writeFileSync(at("quick.yaml"), `${quickConfig}network: mlp\n`);
  const run = await vhgm(folder, ["simulate", "-o", "cohort", "--rows-checkup", "150", "--rows-laboratory", "60", "--rows-lifestyle", "120", "--quiet"]);
  expect(run.code).toBe(0);
  const trained = await vhgm(folder, ["train", ...sources, "-o", "all.vhgm", "--schema", "cohort/dictionary.yaml", "--config", "quick.yaml", "--quiet"]);
  expect(trained).toMatchObject({ code: 0 });
});

describe("inspect", () => {
  it("writes one dictionary over several tables, which train takes", async () => {
    const run = await vhgm(folder, ["inspect", ...sources, "-o", "dictionary.yaml"]);
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/checkup\.csv \+ laboratory\.csv \+ lifestyle\.csv: 330 rows, 71 columns/);
    expect(run.stdout).toMatch(/waist .*Only in checkup/);
    const text = readFileSync(at("dictionary.yaml"), "utf8");
    expect(text).toMatch(/# In checkup and laboratory: .*\n {2}- name: "glucose"/);
    expect(text).toMatch(/role: id {2}# or key, about \d+ values of checkup stand in laboratory too/);
    const trained = await json(["train", ...sources, "-o", "guessed.vhgm", "--schema", "dictionary.yaml", "--config", "quick.yaml", "--quiet"]);
    expect(trained.card).toMatchObject({ rows: 330, attributes: 70, tables: ["checkup.csv", "laboratory.csv", "lifestyle.csv"] });
  });

  it("takes a column that whole tables lack neither for one that is skipped nor for one that is mostly missing", async () => {
    const { all } = (await json(["inspect", ...sources, "--quiet"])) as { all: { notes: { name: string; missingRate: number; suggestions: string[] }[] } };
    const asked = ["pregnancies", "nt_probnp", "sick_days"];
    for (const { name, missingRate, suggestions } of all.notes.filter((note) => !asked.includes(note.name))) {
      expect(missingRate, name).toBeLessThan(0.6);
      expect(suggestions.filter((text) => /^(applies_when|conversions)/.test(text))).toEqual([]);
    }
  });
});

describe("train", () => {
  it("joins people by the dictionary's key, and its card lists the sources", async () => {
    const { card } = await json(["info", "all.vhgm"]);
    expect(card).toMatchObject({ rows: 324, attributes: 70, population: "checkup" });
    const cells = (name: string): number => rowsOf(name).flatMap((row) => row.slice(1)).filter((cell) => cell !== "").length;
    expect(card.sources.map((s: { name: string; rows: number; attributes: number }) => [s.name, s.rows, s.attributes])).toEqual([["checkup", 150, 26], ["laboratory", 60, 40], ["lifestyle", 120, 31]]);
    expect(card.sources[2].observedCells).toBe(cells("cohort/lifestyle.csv"));
    const text = (await vhgm(folder, ["info", "all.vhgm"])).stdout;
    expect(text).toMatch(/source +rows +attributes +cells +weight\ncheckup +150 +26/);
    expect(text).toContain("answers are about people of checkup");
  });

  it("takes a population by name, and refuses another", async () => {
    const args = ["train", ...sources, "--schema", "cohort/dictionary.yaml", "--config", "quick.yaml", "--quiet"];
    expect((await json([...args, "-o", "lifestyle.vhgm", "--population", "lifestyle"])).card.population).toBe("lifestyle");
    const run = await vhgm(folder, [...args, "-o", "no.vhgm", "--population", "sport"]);
    expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining("The population 'sport' is no source; allowed are checkup, laboratory, lifestyle.") });
    expect(listing(folder)).not.toContain("no.vhgm");
  });

  it("names the population where little is given, and only there", async () => {
    const few = await vhgm(folder, ["predict", "all.vhgm", "--given", '{"age": 60}', "--ask", "crp"]);
    expect(few.stdout).toContain("With so little given, answers are about people of checkup");
    const more = await vhgm(folder, ["predict", "all.vhgm", "--given", '{"age": 60, "sex": "F", "height": 165, "weight": 70}', "--ask", "crp"]);
    expect(more.stdout).not.toContain("With so little given");
    expect((await json(["predict", "all.vhgm", "--ask", "crp"])).population).toBe("checkup");
  });

  it("answers across sources, and completes a table of one of them with the columns that it has", async () => {
    const { answers } = await json(["predict", "all.vhgm", "--given", '{"age": 60, "perceived_stress": 25}', "--ask", "crp,waist"]);
    expect(answers.map((a: { name: string }) => a.name)).toEqual(["crp", "waist"]);
    const run = await vhgm(folder, ["impute", "all.vhgm", "cohort/lifestyle.csv", "-o", "lifestyle.csv", "--quiet"]);
    expect(run.code).toBe(0);
    expect(column("sleep_hours", "lifestyle.csv").every((cell) => cell !== "")).toBe(true);
  });

  it("is the same model whatever the tables' format", async () => {
    const [header, ...rows] = readCsv(at(sources[1]));
    writeFileSync(at("laboratory.jsonl"), rows.map((row) => `${JSON.stringify(Object.fromEntries(header.map((name, j) => [name, row[j] === "" ? null : row[j]])))}\n`).join(""));
    const run = await vhgm(folder, ["train", sources[0], "laboratory.jsonl", sources[2], "-o", "json.vhgm", "--schema", "cohort/dictionary.yaml", "--config", "quick.yaml", "--quiet"]);
    expect(run.code).toBe(0);
    const ask = async (model: string): Promise<unknown> => (await json(["predict", model, "--given", '{"age": 60}', "--ask", "crp"])).answers;
    expect(await ask("json.vhgm")).toEqual(await ask("all.vhgm"));
  });
});

describe("complete", () => {
  it("gives one table of all columns with the source of each row; observed cells stand as they were", async () => {
    const run = await vhgm(folder, ["complete", ...sources, "-o", "completed.csv", "--schema", "cohort/dictionary.yaml", "--config", "quick.yaml", "--quiet"]);
    expect(run.code).toBe(0);
    expect(run.stdout).not.toContain("does not know"); // the column that says where rows come from is the program's own
    const [header, ...rows] = readCsv(at("completed.csv"));
    expect([header[0], header.at(-1), header.length, rows.length]).toEqual(["person_id", "source", 72, 324]);
    expect(new Set(rows.map((row) => row.at(-1)))).toEqual(new Set(["checkup", "checkup+laboratory", "laboratory", "lifestyle"]));
    const byKey = new Map(rows.map((row) => [row[0], row]));
    for (const source of sources) {
      const [own, ...before] = readCsv(at(source));
      for (const row of before) row.forEach((cell, j) => cell !== "" && expect(byKey.get(row[0])![header.indexOf(own[j])]).toBe(cell));
    }
    expect(column("glucose", "completed.csv").every((cell) => cell !== "")).toBe(true);
  });
});

describe("units, names and weights", () => {
  /** The laboratory's glucose in mmol/L under another name, with survey weights. */
  beforeAll(() => {
    const [header, ...rows] = readCsv(at(sources[1]));
    const places = ["person_id", "age", "sex", "glucose", "crp"].map((name) => header.indexOf(name));
    const cell = (text: string, j: number): string => (places[j] === header.indexOf("glucose") && text !== "" ? (Number(text) / 18.016).toFixed(1) : text);
    const picked = rows.map((row, i) => [...places.map((p, j) => cell(row[p], j)), String(1 + (i % 7))]);
    writeFileSync(at("lab.csv"), csv([["person_id", "years", "sex", "glu", "crp", "svy"], ...picked]));
    const dictionary = (weight: string): string => `version: 1
attributes:
  - {name: person_id, role: key, type: categorical}
  - {name: age, type: count, aliases: [years], resolution: 1}
  - {name: sex, type: binary, levels: [F, M]}
  - {name: glucose, type: positive, unit: mg/dL, resolution: 1, conversions: [{column: glu, multiply: 18.016}]}
  - {name: crp, type: positive, resolution: 0.1}
  - {name: svy, type: positive, role: ${weight}}
`;
    writeFileSync(at("units.yaml"), dictionary("weight"));
    writeFileSync(at("unweighted.yaml"), dictionary("ignore"));
  });

  it("a column in another unit is learned in the dictionary's, and written back in its own", async () => {
    const run = await vhgm(folder, ["train", sources[0], "lab.csv", "-o", "units.vhgm", "--schema", "units.yaml", "--config", "quick.yaml", "--quiet"]);
    expect(run).toMatchObject({ code: 0 });
    const { answers } = await json(["predict", "units.vhgm", "--ask", "glucose"]);
    expect(answers[0].mean).toBeGreaterThan(80);
    const imputed = await vhgm(folder, ["impute", "units.vhgm", "lab.csv", "-o", "lab-imputed.csv", "--intervals", "0.9", "--quiet"]);
    expect(imputed.code).toBe(0);
    const before = column("glu", "lab.csv");
    column("glu", "lab-imputed.csv").forEach((cell, i) => {
      if (before[i] !== "") expect(cell).toBe(before[i]);
      else expect(cell).toMatch(/^\d\.\d$|^\d$/);
    });
    const low = column("glucose_low", "lab-imputed.csv").filter((cell) => cell !== "");
    expect(low.length).toBeGreaterThan(0);
    expect(low.every((cell) => Number(cell) < 10)).toBe(true);
  });

  it("weights change what is learned; a row of weight 0 is read, and a weight below 0 refused", async () => {
    const train = (schema: string, model: string, ...more: string[]) => vhgm(folder, ["train", "lab.csv", "-o", model, "--schema", schema, "--config", "quick.yaml", "--quiet", ...more]);
    expect((await train("units.yaml", "weighted.vhgm")).code).toBe(0);
    expect((await train("unweighted.yaml", "plain.vhgm")).code).toBe(0);
    expect(readFileSync(at("weighted.vhgm")).equals(readFileSync(at("plain.vhgm")))).toBe(false);
    const weighed = (weight: string): string => readFileSync(at("lab.csv"), "utf8").replace(/,1\n/, `,${weight}\n`);
    writeFileSync(at("zero.csv"), weighed("0"));
    expect((await vhgm(folder, ["train", "zero.csv", "-o", "zero.vhgm", "--schema", "units.yaml", "--config", "quick.yaml", "--quiet"])).code).toBe(0);
    writeFileSync(at("bad.csv"), weighed("-1"));
    const run = await vhgm(folder, ["train", sources[0], "bad.csv", "-o", "bad.vhgm", "--schema", "units.yaml", "--quiet"]);
    expect(run).toMatchObject({ code: 1, stderr: expect.stringMatching(/'-1' is no weight, in column 'svy', .*; weights are numbers from 0 on/) });
  });
});

describe("mistakes", () => {
  it("are told in a sentence", async () => {
    writeFileSync(at("twice.csv"), csv([["person_id", "age"], ["P1", "50"], ["P1", "51"]]));
    writeFileSync(at("apart.csv"), csv([["a", "b"], ...Array.from({ length: 30 }, (_, i) => [String(i % 7), String(i % 5)])]));
    const train = (...args: string[]) => vhgm(folder, ["train", ...args, "-o", "no.vhgm", "--config", "quick.yaml", "--quiet"]);
    const twice = await train(sources[0], "twice.csv", "--key", "person_id");
    expect(twice).toMatchObject({ code: 1, stderr: expect.stringContaining("The person_id 'P1' stands twice in twice.csv, in rows 1 and 2") });
    const keyless = await train(sources[0], "apart.csv", "--key", "person_id");
    expect(keyless).toMatchObject({ code: 2, stderr: expect.stringContaining("The key column 'person_id' is not in apart.csv") });
    const apart = await json(["train", "twice.csv", "apart.csv", "-o", "apart.vhgm", "--config", "quick.yaml", "--quiet"]);
    expect(apart.notes).toContainEqual(expect.stringMatching(/apart\.csv shares no column with the other tables/));
    const same = await vhgm(folder, ["complete", sources[0], "apart.csv", "-o", "apart.csv"]);
    expect(same).toMatchObject({ code: 2, stderr: expect.stringContaining("is the input itself") });
    expect(listing(folder)).not.toContain("no.vhgm");
  });
});

describe("what an answer rests on", () => {
  it("names the sources of the similar people, first the one that measures it", async () => {
    const { answers } = await json(["predict", "all.vhgm", "--given", '{"age": 50, "sex": "F"}', "--ask", "glucose,waist,perceived_stress", "--why"]);
    const shares = Object.fromEntries(answers.map(({ name, why }: { name: string; why: { sources: { name: string; share: number }[] } }) => [name, Object.fromEntries(why.sources.map((s) => [s.name, s.share]))]));
    for (const name of Object.keys(shares)) expect(Object.values<number>(shares[name]).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 4);
    const largest = (of: Record<string, number>): string => Object.keys(of).reduce((a, b) => (of[b] > of[a] ? b : a));
    expect(largest(shares.waist)).toBe("checkup");
    expect(largest(shares.perceived_stress)).toBe("lifestyle");
    expect(shares.glucose.checkup).toBeGreaterThan(shares.glucose.lifestyle);
    const run = await vhgm(folder, ["predict", "all.vhgm", "--given", '{"age": 50}', "--ask", "glucose", "--why"]);
    expect(run.stdout).toMatch(/similar people \(\d+(\.\d)?% \w+, /);
  });
});
