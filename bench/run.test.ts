import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { givenMethod } from "./methods.js";
import { readPlan } from "./plan.js";
import { runCommands } from "../src/evaluation/node/process.js";
import { markdown } from "./tables.js";

const node = (code: string): string[] => [process.execPath, "-e", code];

describe("runCommands", () => {
  it("tells success, time and, on Linux, memory", async () => {
    const done = await runCommands([node("const a = new Float64Array(2e7).fill(1); setTimeout(() => a, 400)")]);
    expect(done).toMatchObject({ ok: true, reason: "" });
    expect(done.seconds).toBeGreaterThan(0.4);
    if (process.platform === "linux") expect(done.peakMemory).toBeGreaterThan(150);
  });

  it("stops at the first command that fails, with its last line", async () => {
    const done = await runCommands([node("console.error('first\\nlast'); process.exitCode = 3"), ["sh", "-c", "sleep 60"]]);
    expect(done).toMatchObject({ ok: false, reason: "last" });
    expect(done.seconds).toBeLessThan(30);
    expect(await runCommands([["no-such-program"]])).toMatchObject({ ok: false });
  });

  it("tells the exit code of a command that says nothing, under a limit too", async () => {
    for (const seconds of [undefined, 60]) expect((await runCommands([["sh", "-c", "exit 3"]], { seconds })).reason).toBe("exit code 3");
  });

  it("ends what is over its processor time, or over twice that by the clock", async () => {
    const reason = async (script: string): Promise<string> => (await runCommands([["sh", "-c", script]], { seconds: 1 })).reason;
    expect(await reason("while :; do :; done")).toBe("over 1 s of processor time");
    expect(await reason("sleep 60 & wait")).toBe("over 2 s");
  });
});

describe("givenMethod", () => {
  it("puts quoted paths into the command", () => {
    const { commands } = givenMethod("my.knn=knn --k 5 {in} > {out}");
    expect(commands("a b.csv", "it's.csv")).toEqual([["sh", "-c", "knn --k 5 'a b.csv' > 'it'\\''s.csv'"]]);
  });

  it("refuses other forms", () => {
    for (const text of ["knn", "=x {in} {out}", "a b=x {in} {out}", "knn=x {in}"]) expect(() => givenMethod(text)).toThrow(/NAME=COMMAND/);
  });
});

describe("readPlan", () => {
  const plan = (...args: string[]) => readPlan(args, join("some", "folder"));

  it("makes cases and methods, in former names too", () => {
    const which = ["--tables", "a,b", "--mechanisms", "mar", "--seeds", "1,2", "--methods", "complete,ridge"];
    const { cases, methods, settings, run } = plan(...which, "--command", "x=x {in} {out}", "--no-run");
    expect(cases.map((c) => `${c.table} ${c.seed}`)).toEqual(["a 1", "b 1", "a 2", "b 2"]);
    expect(methods.map((m) => [m.name, m.own])).toEqual([["vhgm", true], ["ridge", false], ["x", false]]);
    expect({ settings, run }).toEqual({ settings: { rate: 0.3, rows: 4000 }, run: false });
  });

  it("says what is not allowed", () => {
    expect(() => plan("--methods", "knn")).toThrow(/--methods knn is not known; vhgm/);
    expect(() => plan("--mechanisms", "x")).toThrow(/--mechanisms x/);
    expect(() => plan("--seeds", "1.5")).toThrow(/--seeds 1.5/);
    expect(() => plan("--rate", "30")).toThrow(/--rate 30/);
    expect(() => plan("--command", "mean=x {in} {out}")).toThrow(/in use/);
  });
});

describe("markdown", () => {
  const cell = (seed: number, method: string, nrmse: number | null) => ({
    table: "t",
    mechanism: "mcar",
    seed,
    method,
    seconds: 2,
    peakMemory: null,
    score: nrmse === null ? null : { nrmse, r2: 0, accuracy: 0.5, balancedAccuracy: 0.5, unfilled: method === "lazy" ? 4 : 0, changed: 0 },
  });

  it("shows means, the best, what is lacking and what went wrong", () => {
    const results = [
      ...[cell(1, "vhgm", 0.8), cell(1, "ridge", 1), cell(1, "lazy", 0.7), cell(1, "bad", null)],
      ...[cell(2, "vhgm", 0.9), cell(2, "ridge", 1), cell(2, "lazy", null)],
    ];
    const methods = ["vhgm", "ridge", "lazy", "bad", "never"];
    const text = markdown({ results, methods, own: new Set(["vhgm"]), setting: "Setting.", notes: ["A note."] });
    const lines = text.split("\n");
    expect(lines[0]).toBe("Setting.");
    expect(lines).toContain("| NRMSE \\| accuracy | vhgm | ridge | lazy | bad |");
    expect(lines).toContain("| t | **0.850** \\| **0.500** | 1.000 \\| **0.500** | 0.700 \\| 0.500 (1 of 2 seeds) | not finished |");
    expect(lines).toContain("| NRMSE relative to ridge | 0.850 | 1.000 | 0.700 | – |");
    expect(lines).toContain("| not finished (cases) | 0 of 2 | 0 of 2 | 1 of 2 | 1 of 1 |");
    expect(lines).toContain("| ridge | 1 of 1 | 0.850 | 0 of 1 | +0.000 |");
    expect(lines).toContain("| t mcar 2 | 0.9000 \\| 0.5000 | 1.0000 \\| 0.5000 | not finished | not run |");
    expect(text).toContain("A note.\nMeans over fewer seeds");
    expect(text).toContain("lazy left hidden cells empty in 1 of 1 cases");
  });
});
