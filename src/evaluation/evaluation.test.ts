import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { factorTable, numberAttribute, schemaOf } from "../../test/support/tables.js";
import { VhgmError } from "../base/errors.js";
import { formatValue } from "../data/cells.js";
import { openSession } from "../engine/node/session.js";
import { createBaseline } from "./baselines/index.js";
import { evaluate, type Evaluation } from "./evaluation.js";
import type { Method } from "./grid.js";
import { commandMethod } from "./node/command.js";
import { createGridStore } from "./node/store.js";
import { renderReport } from "./report/page.js";
import { prepareSubject, supportOfVisible, type Subject } from "./subject.js";

const folder = mkdtempSync(join(tmpdir(), "vhgm-evaluation-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const cells = factorTable(120, 3, [2, 3], 1);
const subject: Subject = prepareSubject(
  "people <1>.csv",
  cells.attributes.map((a) => a.name),
  Array.from({ length: cells.rows }, (_, i) => cells.attributes.map((a, j) => formatValue(cells.values[j][i], a))),
  schemaOf(cells.attributes),
);

const baseline = (name: "mean" | "ridge"): Method => {
  const impute = createBaseline(name, openSession);
  return { name, kind: "baseline", about: name, identity: "1", work: 1, complete: (masked, seed, hooks) => impute(masked.cells, seed, hooks) };
};

const settings = { mechanisms: ["mcar", "mar"], seeds: [1, 2], rate: 0.3 } as const;
const run = (methods: Method[], more: Partial<Parameters<typeof evaluate>[0]> = {}, hooks: Parameters<typeof evaluate>[1] = {}): Promise<Evaluation> =>
  evaluate({ subject, methods, settings, command: "vhgm evaluate 'people <1>.csv'", versions: { vhgm: "1" }, ...more }, hooks);

/** An imputer in Node that fills each hole with the first value of its column; with an argument it does something wrong. */
const script = join(folder, "first.mjs");
writeFileSync(
  script,
  `import { readFileSync, writeFileSync } from "node:fs";
const [, , input, output, fault] = process.argv;
if (fault === "fail") { console.error("no licence"); process.exit(3); }
const rows = readFileSync(input, "utf8").trimEnd().split("\\n").map((line) => line.split(","));
const first = rows[0].map((_, j) => rows.slice(1).find((row) => row[j] !== "")[j]);
const filled = rows.map((row, i) => row.map((cell, j) => (cell === "" && !(fault === "half" && j === 0) ? first[j] : cell)));
if (fault === "change") filled[1] = first.map((_, j) => (j === 0 ? "99" : filled[1][j]));
if (fault !== "nothing") writeFileSync(output, filled.map((row) => row.join(",")).join("\\n") + "\\n");
`,
);
const outside = (name: string, fault = ""): Method => commandMethod(`${name}=${process.execPath} ${script} {in} {out} ${fault}`, 60);

describe("evaluate", () => {
  it("scores every method on every mask, the same masks for all, and ours first", async () => {
    const found = await run([baseline("ridge"), baseline("mean"), outside("first")]);
    expect(found.results).toHaveLength(3 * 4);
    expect(found.table).toMatchObject({ rows: 120, attributes: 5, observedCells: 600 });
    expect(found.notes).toEqual([]);
    for (const one of found.results) {
      const same = found.results.filter((r) => r.mechanism === one.mechanism && r.seed === one.seed);
      expect(same.map((r) => r.columns.map((c) => [c.name, c.hidden]))).toEqual(same.map(() => one.columns.map((c) => [c.name, c.hidden])));
    }
    const [ridge, mean, first] = found.methods;
    expect(ridge.meanRank).toBeLessThan(mean.meanRank);
    expect(mean.meanRank).toBeLessThan(first.meanRank);
    expect(found.comparisons.filter((c) => c.figure === "nrmse").map((c) => [c.rival, c.masks, c.won >= 3])).toEqual([["mean", 4, true], ["first", 4, true]]);
  });

  it("notes what fails, what is left empty and what is changed, and goes on", async () => {
    const found = await run([baseline("mean"), outside("broken", "fail"), outside("lazy", "half"), outside("rough", "change"), outside("silent", "nothing")], { settings: { ...settings, mechanisms: ["mcar"], seeds: [1] } });
    expect(found.notes).toEqual([
      "broken failed on 1 of 1 masks: broken failed: no licence",
      expect.stringMatching(/^lazy left \d+ cells that were hidden empty; numbers count as the mean/),
      expect.stringMatching(/^rough changed 1 cell that/),
      expect.stringMatching(/^silent failed on 1 of 1 masks: silent ended without an error but left no table in \{out\}/),
    ]);
  });

  it("goes on where it was stopped, and makes anew what was made for something else", async () => {
    const kept = join(folder, "kept");
    const store = createGridStore(kept, subject);
    let calls = 0;
    const counted = (identity: string): Method => ({ ...baseline("mean"), identity, complete: (...args) => (calls++, baseline("mean").complete(...args)) });
    const stop = ({ index }: { index: number }): void => {
      if (index === 2) throw new VhgmError("cancelled", "stopped");
    };
    await expect(run([counted("1")], { store }, { onStep: stop })).rejects.toMatchObject({ code: "cancelled" });
    expect(readdirSync(kept).sort()).toEqual(["mcar-1-mean.json", "mcar-2-mean.json"]);
    expect(calls).toBe(2);
    const whole = await run([counted("1")], { store });
    expect(calls).toBe(4);
    // Kept results are the very ones that a run without a break gives, times apart.
    const plain = await run([counted("1")]);
    const timeless = ({ results }: Evaluation) => results.map((r) => ({ ...r, seconds: 0 }));
    expect(timeless(whole)).toEqual(timeless(plain));
    expect(JSON.stringify(timeless(whole))).toBe(JSON.stringify(timeless(plain)));
    calls = 0;
    writeFileSync(join(kept, "mar-1-mean.json"), "{\"cut");
    await run([counted("1")], { store });
    expect(calls).toBe(1);
    await run([counted("2")], { store, settings: { ...settings, rate: 0.2 } });
    expect(calls).toBe(5);
  });

  it("says in a sentence where its results cannot be kept", async () => {
    const taken = join(folder, "taken.evaluation");
    writeFileSync(taken, "a file");
    const store = createGridStore(taken, subject);
    await expect(run([baseline("mean")], { store })).rejects.toMatchObject({ code: "disk", message: expect.stringMatching(/taken\.evaluation" can't be written: /) });
  });

  it("ends an outside command when it is stopped", async () => {
    const start = Date.now();
    const slow = commandMethod("slow=sleep 60; cp {in} {out}", 600);
    let asked = 0;
    const hooks = {
      onStep: (): void => {
        if (++asked > 2) throw new VhgmError("cancelled", "stopped");
      },
    };
    await expect(run([slow], {}, hooks)).rejects.toMatchObject({ code: "cancelled" });
    expect(Date.now() - start).toBeLessThan(20_000);
  });

  it("refuses a table of which nothing can be scored", async () => {
    const rows = [["1", "2"], ["2", "3"], ["3", "4"]];
    const tiny = prepareSubject("tiny.csv", ["a", "b"], rows, schemaOf([numberAttribute("a"), numberAttribute("b")]));
    await expect(run([baseline("mean")], { subject: tiny })).rejects.toThrow(/nothing can be scored/);
  });
});

describe("commandMethod", () => {
  it("refuses other forms than NAME=COMMAND {in} {out}", () => {
    for (const text of ["knn", "=x {in} {out}", "a b=x {in} {out}", "knn=x {in}"]) expect(() => commandMethod(text, 1)).toThrow(/NAME=COMMAND/);
  });
});

describe("prepareSubject", () => {
  it("gives numbers a decimal point", () => {
    const rows = [["1,5", "2"], ["", "3"], ["2", "4"]];
    const { text, cells } = prepareSubject("commas.csv", ["a", "b"], rows, schemaOf([{ ...numberAttribute("a"), decimal: "," }, numberAttribute("b")]));
    expect(text.rows).toEqual([["1.5", "2"], ["", "3"], ["2", "4"]]);
    expect(cells.attributes[0].decimal).toBeUndefined();
  });

  const schema = schemaOf([numberAttribute("a", { missing: ["999"], aliases: ["A"] }), numberAttribute("gone"), { ...numberAttribute("id"), role: "id" }, numberAttribute("b")]);
  const rows = Array.from({ length: 30 }, (_, i) => [String(i), `p${i}`, i % 3 === 0 ? "999" : String(i), "x", ""]);

  it("keeps attributes under their names, missing codes as holes, and says what it leaves out", () => {
    const { text, cells: kept, setAside } = prepareSubject("t.csv", ["b", "id", "A", "note", "gone"], rows, schema);
    expect(text.columns).toEqual(["b", "a"]);
    expect(text.rows[0]).toEqual(["0", ""]);
    expect(kept.values[1][0]).toBeNaN();
    expect(setAside).toEqual([{ name: "id", reason: "role id" }, { name: "note", reason: "not in the dictionary" }, { name: "gone", reason: "no cell with a value" }]);
  });

  it("cuts to a random sample, the same for the same seed, in the table's order", () => {
    const sample = (seed: number): string[] => prepareSubject("t.csv", ["b", "id", "A", "note", "gone"], rows, schema, { rows: 10, seed }).text.rows.map((r) => r[0]);
    expect(sample(1)).toHaveLength(10);
    expect(sample(1)).toEqual([...sample(1)].sort((a, b) => Number(a) - Number(b)));
    expect(sample(1)).not.toEqual(sample(2));
  });

  it("refuses less than two columns", () => {
    expect(() => prepareSubject("t.csv", ["b"], [["1"], ["2"]], schema)).toThrow(/1 column with values and 2 rows/);
  });
});

it("supportOfVisible hides the extremes that were hidden", () => {
  const seen = supportOfVisible({ rows: 3, attributes: [numberAttribute("x", { min: -9, max: 9 })], values: [Float64Array.of(2, NaN, 5)] });
  expect(seen.attributes[0]).toMatchObject({ min: 2, max: 5 });
});

describe("the report", () => {
  it("is one page that needs nothing else, with words, tables and drawings, and names escaped", async () => {
    const html = renderReport(await run([baseline("ridge"), baseline("mean"), outside("first"), outside("broken", "fail")]));
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).not.toMatch(/<script|src=|href=|url\(|@import/);
    expect(html).toContain("people &#60;1&#62;.csv");
    expect(html).not.toContain("people <1>.csv");
    expect(html).toMatch(/Numbers: ridge has the lowest error \(NRMSE 0\.\d{3}\); .*mean.*first.*\./);
    for (const title of ["Methods", "ridge against each", "Attribute by attribute", "Are the distributions honest?", "By mechanism", "Time", "Every attribute", "How this was made"]) expect(html).toContain(`<h2>${title}</h2>`);
    expect(html).toContain("broken failed on 4 of 4 masks");
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
    // Tags are balanced.
    for (const tag of ["section", "table", "tr", "td", "svg", "figure", "p", "div", "dl"]) {
      expect((html.match(new RegExp(`<${tag}[ >]`, "g")) ?? []).length, tag).toBe((html.match(new RegExp(`</${tag}>`, "g")) ?? []).length);
    }
  });

  it("stands when every method failed, and with one method and one mask", async () => {
    const one = { settings: { ...settings, mechanisms: ["mcar"], seeds: [1] } } as const;
    expect(renderReport(await run([outside("broken", "fail")], one))).toContain("broken failed on 1 of 1 masks");
    const html = renderReport(await run([baseline("mean")], one));
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
  });
});
