import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listing, quickConfig, readCsv, vhgm, workFolder } from "./support/cli.js";

const folder = workFolder();
const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");

/** Splits a command line as a shell does, for the quotes that the README uses. */
const words = (line: string): string[] => [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map((m) => m[1] ?? m[2] ?? m[3]);

/** Fewer people and a short training, so that the commands take seconds here. */
function shortened(args: string[]): string[] {
  const [command] = args;
  if (command === "simulate") return [...args, "--rows-checkup", "150", "--rows-laboratory", "60", "--rows-lifestyle", "120", "--quiet"];
  if (command === "train" || command === "complete") return [...args, "--config", "quick.yaml", "--quiet"];
  if (command === "evaluate") return [...args, "--config", "quick.yaml", "--seeds", "1", "--baselines", "mean,ridge", "--quiet"];
  return args;
}

describe("the README", () => {
  const commands = [...readme.matchAll(/^ {4}npx vhgm (.*)$/gm)].map((m) => words(m[1]));

  it("shows the way from a table to answers, and every command of it runs", async () => {
    writeFileSync(join(folder, "quick.yaml"), quickConfig);
    expect(commands.map(([name]) => name)).toEqual(["simulate", "inspect", "complete", "train", "predict", "impute", "impute", "pool", "predict", "compare", "intervene", "generate", "info", "evaluate", "export"]);
    for (const args of commands) {
      const run = await vhgm(folder, shortened(args));
      expect({ args, code: run.code, error: run.code === 0 ? "" : run.stderr }).toEqual({ args, code: 0, error: "" });
      if (args[0] === "predict" && args.includes("--why")) expect(run.stdout).toMatch(/systolic[\s\S]*rests on about \d+ similar people/);
    }
    expect(listing(folder)).toEqual(expect.arrayContaining(["completed.csv", "checkup.vhgm", "imputed.csv", "draws-1.csv", "draws-5.csv", "difference.html", "report.html"]));
    const [header, ...rows] = readCsv(join(folder, "imputed.csv"));
    expect(header).toContain("systolic_low");
    expect(rows.every((row) => row[header.indexOf("systolic")] !== "")).toBe(true);
  });

  it("names the two commands that start everything", () => {
    expect(readme).toContain("npm ci && npm run demo");
    expect(readme).toContain("npm ci && npm test");
  });
});
