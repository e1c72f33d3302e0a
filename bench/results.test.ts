import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkSettings, makeOwnMasks, prepareCase, scoreCase, type CaseSettings } from "./cases.js";
import { importResults, parseImport } from "./imported.js";
import { appendLog, cellKey, readLog, type Result } from "./results.js";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "vhgm-bench-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const score = { nrmse: 0.5, r2: 0.3, accuracy: NaN, balancedAccuracy: NaN, unfilled: 0, changed: 0 };
const result: Result = { table: "t", mechanism: "mar", seed: 2, method: "vhgm", seconds: 3, peakMemory: 100, score };

describe("the log", () => {
  it("gives back what was appended, NaN too, and the last result of a cell", () => {
    const path = join(folder, "results.jsonl");
    expect(readLog(path).size).toBe(0);
    appendLog(path, { ...result, score: null, reason: "no" });
    appendLog(path, result);
    appendLog(path, { ...result, method: "ridge" });
    expect([...readLog(path).values()]).toEqual([result, { ...result, method: "ridge" }]);
  });

  it("drops a line that was cut off, and goes on after it", () => {
    const path = join(folder, "results.jsonl");
    appendLog(path, result);
    writeFileSync(path, `${readFileSync(path, "utf8")}{"table":"t","mech`);
    expect(readLog(path).size).toBe(1);
    appendLog(path, { ...result, seed: 3 });
    expect(readLog(path).size).toBe(2);
  });

  it("reads former names and lines without memory or balanced accuracy", () => {
    const path = join(folder, "results.jsonl");
    const old = '{"table":"t","mechanism":"mar","seed":2,"method":"complete","seconds":3,';
    writeFileSync(path, `${old}"score":{"nrmse":0.5,"r2":0.3,"accuracy":null,"unfilled":0,"changed":0}}\n`);
    expect([...readLog(path).values()]).toEqual([{ ...result, peakMemory: null }]);
  });

  it("names a line that is no result", () => {
    const path = join(folder, "results.jsonl");
    writeFileSync(path, "\n{oops}\n");
    expect(() => readLog(path)).toThrow(/results.jsonl, line 2/);
  });
});

describe("parseImport", () => {
  it("reads figures, failures, absent figures and table names with underscores", () => {
    const text = [
      "my_table_1_mcar_3\tcomplete\t1.5\tNRMSE 0.5000  R2 0.3000  acc 0.7000  unfilled 1  observed changed 2",
      "t_mnarlog_1\tmice\tFAILED",
      "t_mar_2\tmean\t1\tNRMSE nan  R2 -  acc 0.3744  unfilled 0  observed changed 0",
      "",
    ];
    const [a, b, c] = parseImport(text.join("\n"), "list.tsv");
    expect(a).toMatchObject({ table: "my_table_1", mechanism: "mcar", seed: 3, method: "vhgm", writtenAs: "complete", seconds: 1.5 });
    expect(a.score).toEqual({ nrmse: 0.5, r2: 0.3, accuracy: 0.7, balancedAccuracy: NaN, unfilled: 1, changed: 2 });
    expect(b).toMatchObject({ mechanism: "mnarlog", method: "mice", score: null });
    expect(c.score).toMatchObject({ nrmse: NaN, r2: NaN, accuracy: 0.3744 });
  });

  it("names the line that has another form", () => {
    expect(() => parseImport("\nt_mcar\tmean\tFAILED", "list.tsv")).toThrow(/list.tsv, line 2 starts with 't_mcar'/);
    expect(() => parseImport("t_mcar_1\tmean\t3\tNRMSE 1", "list.tsv")).toThrow(/line 1 is neither/);
  });
});

describe("cases", () => {
  const settings: CaseSettings = { rate: 0.3, rows: 80 };
  const which = { table: "t", mechanism: "mcar", seed: 2 };

  /** A case of a table of 100 rows, in `cache`/m. */
  async function makeCase(cache: string, seed = which.seed): Promise<string> {
    mkdirSync(join(folder, "data", "t"), { recursive: true });
    const rows = Array.from({ length: 100 }, (_, i) => `${i},"a,""${i % 3}""",${i % 7 ? 1 : ""}`);
    writeFileSync(join(folder, "data", "t", "t.csv"), `x,c,d\n${rows.join("\n")}\n`);
    const target = join(folder, cache, "m", `t_mcar_${seed}`);
    await prepareCase(target, join(folder, "data"), { ...which, seed }, settings, makeOwnMasks);
    return target;
  }

  it("are sampled, masked and scored", async () => {
    const target = await makeCase("cache");
    const full = readFileSync(join(target, "full.csv"), "utf8").trim().split("\n");
    expect(full.length).toBe(81);
    expect(await scoreCase(target, join(target, "full.csv"))).toMatchObject({ nrmse: 0, accuracy: 1, unfilled: 0, changed: 0 });
    const masked = await scoreCase(target, join(target, "masked.csv"));
    const hidden = readFileSync(join(target, "mask.csv"), "utf8").match(/1/g)!.length;
    expect(masked).toMatchObject({ unfilled: hidden, changed: 0 });
    expect(hidden / (80 * 2.85)).toBeCloseTo(0.3, 0.9);
  });

  it("are refused with other settings, also where they were made elsewhere", async () => {
    const target = await makeCase("cache");
    await checkSettings(target, which, settings);
    await expect(checkSettings(target, which, { rate: 0.5, rows: 80 })).rejects.toThrow(/rate 0.3 and at most 80 rows/);
    rmSync(join(target, "case.json"));
    await expect(checkSettings(target, which, { rate: 0.6, rows: 80 })).rejects.toThrow(/not with rate 0.6/);
    await expect(checkSettings(target, which, { rate: 0.3, rows: 50 })).rejects.toThrow(/at most 80 rows, not with/);
    await checkSettings(target, which, settings);
    expect(readFileSync(join(target, "case.json"), "utf8")).toContain('"rows":80');
  });

  it("come with imported results, which are scored anew where their tables are found", async () => {
    const there = await makeCase("elsewhere");
    rmSync(join(there, "case.json"));
    mkdirSync(join(folder, "elsewhere", "ours"));
    writeFileSync(join(folder, "elsewhere", "ours", "t_mcar_2.complete.csv"), readFileSync(join(there, "full.csv")));
    const list = join(folder, "elsewhere", "ours.tsv");
    const figures = "NRMSE 0.5000  R2 0.3000  acc 0.7000  unfilled 0  observed changed 0";
    const finished = ["complete", "mean", "other"].map((method) => `t_mcar_2\t${method}\t4\t${figures}\n`);
    writeFileSync(list, `${finished.join("")}t_mcar_2\tmice\tFAILED\n`);
    const results = new Map<string, Result>();
    const into = {
      cache: join(folder, "cache"),
      settings,
      wanted: new Set(["vhgm", "mean", "mice"].map((method) => cellKey({ ...which, method }))),
      results,
      keep: (r: Result) => void results.set(cellKey(r), r),
    };
    expect(await importResults(list, into)).toBe(3);
    expect(results.get("t_mcar_2 vhgm")).toMatchObject({ seconds: 4, score: { nrmse: 0, accuracy: 1 } });
    expect(results.get("t_mcar_2 mean")).toMatchObject({ score: { nrmse: 0.5, accuracy: 0.7 } });
    expect(results.get("t_mcar_2 mice")).toMatchObject({ score: null });
    expect(await importResults(list, into)).toBe(0);

    // The same name under another mask.
    results.clear();
    writeFileSync(join(there, "mask.csv"), readFileSync(join(there, "mask.csv"), "utf8").replace("1", "0"));
    await expect(importResults(list, into)).rejects.toThrow(/another mask/);
  });
});
