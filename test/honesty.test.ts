/** What does not apply is never filled, and what nobody showed together is said to be an assumption: on a simulated cohort. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { formatDictionary } from "../src/schema/dictionary.js";
import { csv, quickConfig, readCsv, vhgm, workFolder } from "./support/cli.js";
import { pairKey, stackCohort, stackedNames } from "./support/stacked.js";

const folder = workFolder();
const at = (name: string): string => join(folder, name);
const learned = stackCohort({ rows: 130 });
const fresh = stackCohort({ rows: 25, from: 400 });
const { columns } = learned;
const place = (name: string): number => columns.indexOf(name);
/** Ages and sexes are never missing in the cohort: every fifth person of the fresh table gets holes there. */
const holed = fresh.rows.map((row, i) => row.map((cell, j) => ((j === place("sex") && i % 5 === 0) || (j === place("age") && i % 5 === 1) ? "" : cell)));

const applies: Readonly<Record<string, (sex: string, age: number) => boolean>> = {
  pregnancies: (sex) => sex === "F",
  nt_probnp: (_, age) => age >= 60,
  sick_days: (_, age) => age < 68,
};

beforeAll(async () => {
  writeFileSync(at("quick.yaml"), quickConfig);
  writeFileSync(at("stacked.csv"), csv([[...columns], ...learned.rows]));
  writeFileSync(at("holed.csv"), csv([[...columns], ...holed]));
  writeFileSync(at("dictionary.yaml"), formatDictionary({ schema: learned.schema, notes: [] }));
  const run = await vhgm(folder, ["train", "stacked.csv", "-o", "m.vhgm", "--schema", "dictionary.yaml", "--config", "quick.yaml", "--quiet"]);
  if (run.code !== 0) throw new Error(run.stderr);
});

/** A completed table keeps the rules: what applies by its own sex and age has a value, what does not has none. */
function expectRulesKept(rows: readonly string[][]): void {
  rows.forEach((row, i) => {
    const [sex, age] = [row[place("sex")], Number(row[place("age")])];
    for (const name of stackedNames) expect(row[place(name)] !== "", `${name} of row ${i + 1} (${sex}, ${age})`).toBe(applies[name]?.(sex, age) ?? true);
  });
}

describe("a rule of the dictionary", () => {
  it("is one of the cohort's own, which every row obeys", async () => {
    const { stdout, code } = await vhgm(folder, ["inspect", "stacked.csv", "--schema", "dictionary.yaml", "--json", "--quiet"]);
    expect(code).toBe(0);
    const { rules } = JSON.parse(stdout) as { rules: { name: string; condition: string; observed: number; missing: number; others: number; violations: number }[] };
    expect(rules.map(({ name, condition }) => [name, condition])).toEqual(learned.schema.attributes.flatMap((a) => (a.applies_when ? [[a.name, a.applies_when]] : [])));
    expect(rules.length).toBe(3);
    for (const { observed, missing, others, violations } of rules) {
      expect([observed + missing + others, violations]).toEqual([390, 0]);
      expect(Math.min(observed, others)).toBeGreaterThan(10);
    }
  });

  it("is held against rows that break it", async () => {
    const broken = learned.rows.map((row) => [...row]);
    const man = broken.findIndex((row) => row[place("sex")] === "M");
    broken[man][place("pregnancies")] = "2";
    writeFileSync(at("broken.csv"), csv([[...columns], ...broken]));
    const { stdout } = await vhgm(folder, ["inspect", "broken.csv", "--schema", "dictionary.yaml", "--quiet"]);
    expect(stdout).toContain(`1 row of pregnancies breaks its rule, the first in row ${man + 1}`);
    const train = await vhgm(folder, ["train", "broken.csv", "-o", "b.vhgm", "--schema", "dictionary.yaml", "--config", "quick.yaml", "--json", "--quiet"]);
    const { notes } = JSON.parse(train.stdout) as { notes: string[] };
    expect(notes).toContain(`One cell of pregnancies holds a value although it applies only where sex = 'F' (the first in row ${man + 1}); nothing was learned from it.`);
    const impute = await vhgm(folder, ["impute", "m.vhgm", "broken.csv", "-o", "kept.csv", "--quiet"]);
    expect(impute.stdout).toContain("1 cell of pregnancies holds a value although it applies only where sex = 'F'; kept as it stands, and not used.");
    expect(readCsv(at("kept.csv"))[man + 1][place("pregnancies")]).toBe("2");
  });

  it("keeps cells empty that do not apply, gates that are holes included", async () => {
    const run = await vhgm(folder, ["impute", "m.vhgm", "holed.csv", "-o", "done.csv", "--intervals", "0.9", "--json", "--quiet"]);
    expect(run.code).toBe(0);
    const [header, ...rows] = readCsv(at("done.csv"));
    expectRulesKept(rows);
    // Against the truth: nothing is filled for anyone to whom it does not apply, where sex and age are known.
    const low = Object.keys(applies).map((name) => [place(name), header.indexOf(`${name}_low`)]);
    let notFilled = 0;
    rows.forEach((row, i) => {
      const [sex, age] = [fresh.truth[i][place("sex")], Number(fresh.truth[i][place("age")])];
      if (i % 5 > 1) for (const [name, rule] of Object.entries(applies)) expect(row[place(name)] !== "").toBe(rule(sex, age));
      for (const [cell, bound] of low) if (row[cell] === "") expect([++notFilled, row[bound]]).toEqual([notFilled, ""]);
      holed[i].forEach((cell, j) => cell !== "" && expect(row[j]).toBe(cell));
    });
    const report = JSON.parse(run.stdout) as { filled: number; doNotApply: number; undecided: number };
    expect([report.doNotApply, report.undecided]).toEqual([notFilled, 0]);
    expect(report.filled).toBe(rows.flatMap((row, i) => columns.filter((_, j) => j > 0 && holed[i][j] === "" && row[j] !== "")).length);
  });

  it("is kept by every draw", async () => {
    const run = await vhgm(folder, ["impute", "m.vhgm", "holed.csv", "-o", "draw.csv", "-m", "3", "--rounds", "5", "--quiet"]);
    expect(run.code).toBe(0);
    const tables = [1, 2, 3].map((k) => readCsv(at(`draw-${k}.csv`)).slice(1));
    tables.forEach(expectRulesKept);
    const sexes = tables.map((rows) => rows.map((row) => row[place("sex")]).join(""));
    expect(new Set(sexes).size).toBe(3);
  });

  it("speaks in predict, in text and in JSON", async () => {
    const ask = async (given: object, ...more: string[]) => vhgm(folder, ["predict", "m.vhgm", "--given", JSON.stringify(given), ...more]);
    const man = JSON.parse((await ask({ sex: "M" }, "--ask", "pregnancies,nt_probnp", "--json")).stdout) as { answers: Record<string, unknown>[] };
    expect(man.answers[0]).toMatchObject({ name: "pregnancies", applies: { probability: 0, rule: "sex = 'F'" } });
    expect(man.answers[0]).not.toHaveProperty("mean");
    expect(man.answers[1]).toMatchObject({ name: "nt_probnp", applies: { probability: expect.any(Number), rule: "age >= 60" }, mean: expect.any(Number) });
    expect((await ask({ sex: "M" }, "--ask", "pregnancies")).stdout).toContain("does not apply: only where sex = 'F'");
    expect((await ask({}, "--ask", "pregnancies")).stdout).toMatch(/applies with a probability of \d\d% \(where sex = 'F'\); if it applies:\n {2}mean/);
    const open = JSON.parse((await ask({}, "--ask", "pregnancies,sex", "--json")).stdout) as { answers: [{ applies: { probability: number } }, { levels: { level: string; probability: number }[] }] };
    expect(open.answers[0].applies.probability).toBeCloseTo(open.answers[1].levels.find(({ level }) => level === "F")!.probability, 6);
    const refused = await ask({ sex: "M", pregnancies: 2 });
    expect([refused.code, refused.stderr]).toEqual([2, "'pregnancies' was given, but it applies only where sex = 'F', and sex = M was given; leave out one of them.\n"]);
  });

  it("stands in info", async () => {
    expect((await vhgm(folder, ["info", "m.vhgm"])).stdout).toContain("Rules:\n  nt_probnp applies only where age >= 60\n  pregnancies applies only where sex = 'F'\n");
  });
});

describe("pairs that nobody showed together", () => {
  it("are exactly those of the cohort's truth", async () => {
    const run = await vhgm(folder, ["info", "m.vhgm", "--json"]);
    const { neverTogether } = JSON.parse(run.stdout) as { neverTogether: { pairs: number; allPairs: number; blocks: { a: string[]; b: string[] }[] } };
    const found = new Set(neverTogether.blocks.flatMap(({ a, b }) => a.flatMap((x) => b.map((y) => pairKey(x, y)))));
    expect([...found].sort()).toEqual([...learned.never].sort());
    expect([neverTogether.pairs, neverTogether.allPairs]).toEqual([learned.never.size, (stackedNames.length * (stackedNames.length - 1)) / 2]);
    expect((await vhgm(folder, ["info", "m.vhgm"])).stdout).toContain(`${learned.never.size} pairs of attributes, of 105, were never seen together`);
  });

  it("are flagged in predict, and no others", async () => {
    for (const given of ["cortisol", "heart_rate", "perceived_stress", "systolic"]) {
      const value = { cortisol: 14, heart_rate: 70, perceived_stress: 20, systolic: 130 }[given];
      const run = await vhgm(folder, ["predict", "m.vhgm", "--given", JSON.stringify({ sex: "F", age: 62, [given]: value }), "--json"]);
      const { answers, notes } = JSON.parse(run.stdout) as { answers: { name: string; support: { status: string; neverWith: string[]; assumption?: string } }[]; notes: string[] };
      expect(answers.length).toBe(stackedNames.length - 3);
      for (const { name, support } of answers) {
        const never = learned.never.has(pairKey(name, given));
        expect(support.neverWith, name).toEqual(never ? [given] : []);
        expect(support.status).toBe(never ? "partly" : "identified");
        expect(support.assumption).toBe(never ? `assumes independence of ${name} and ${given} given the other attributes (never seen together)` : undefined);
      }
      expect(notes.some((note) => note.includes("independence"))).toBe(true);
    }
  });

  it("are withheld by --strict, with the reason", async () => {
    const args = ["predict", "m.vhgm", "--given", '{"cortisol": 14}', "--ask", "perceived_stress,crp", "--strict"];
    const { answers } = JSON.parse((await vhgm(folder, [...args, "--json"])).stdout) as { answers: Record<string, unknown>[] };
    expect(answers[0]).toMatchObject({ name: "perceived_stress", support: { status: "never seen together", neverWith: ["cortisol"] }, withheld: expect.stringContaining("cortisol") });
    expect(answers[0]).not.toHaveProperty("mean");
    expect(answers[1]).toMatchObject({ name: "crp", mean: expect.any(Number) });
    expect((await vhgm(folder, args)).stdout).toContain("withheld: the answer assumes independence of perceived_stress and cortisol given the other attributes (never seen together)");
  });

  it("are told by impute --support, and left empty by --strict, by points and by draws", async () => {
    expect((await vhgm(folder, ["impute", "m.vhgm", "holed.csv", "-o", "support.csv", "--support", "--quiet"])).code).toBe(0);
    const strict = await vhgm(folder, ["impute", "m.vhgm", "holed.csv", "-o", "strict.csv", "--strict", "--json", "--quiet"]);
    await vhgm(folder, ["impute", "m.vhgm", "holed.csv", "-o", "strictdraw.csv", "-m", "1", "--strict", "--quiet"]);
    const [header, ...told] = readCsv(at("support.csv"));
    const [withheld, drawn] = ["strict.csv", "strictdraw-1.csv"].map((file) => readCsv(at(file)).slice(1));
    let empty = 0;
    holed.forEach((row, i) => {
      const visible = stackedNames.filter((name) => row[place(name)] !== "");
      for (const name of stackedNames) {
        if (row[place(name)] !== "" || told[i][place(name)] === "") continue;
        const seen = visible.filter((other) => !learned.never.has(pairKey(name, other))).length;
        expect(Number(told[i][header.indexOf(`${name}_support`)]), name).toBeCloseTo(seen / visible.length, 3);
        if (seen < visible.length) empty += expectEmpty([withheld, drawn], i, name);
        else expect(withheld[i][place(name)]).toBe(told[i][place(name)]);
      }
    });
    expect(empty).toBeGreaterThan(100);
    expect((JSON.parse(strict.stdout) as { withheld: number }).withheld).toBeGreaterThanOrEqual(empty);
  });
});

function expectEmpty(tables: readonly string[][][], i: number, name: string): number {
  for (const rows of tables) expect(rows[i][place(name)], `${name} of row ${i + 1}`).toBe("");
  return 1;
}
