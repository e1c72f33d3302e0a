import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { SyntheticEvaluation } from "../src/evaluation/synthetic/synthetic.js";
import { csv, listing, smallTable, vhgm, workFolder } from "./support/cli.js";

const folder = workFolder();
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  for (const [name, seed] of [["train", 1], ["holdout", 2], ["like", 3]] as const) writeFileSync(at(`${name}.csv`), csv(smallTable(160, seed).table));
  writeFileSync(at("copy.csv"), readFileSync(at("train.csv")));
});

const judge = (synthetic: string, ...more: string[]): ReturnType<typeof vhgm> =>
  vhgm(folder, ["evaluate", "holdout.csv", "--synthetic", synthetic, "--train", "train.csv", "--quiet", ...more]);

describe("evaluate --synthetic", () => {
  it("finds people of the same kind as good as the hold-out, and writes a page that needs nothing else", async () => {
    const run = await judge("like.csv", "-o", "report.html");
    expect(run).toMatchObject({ code: 0 });
    expect(run.stdout).toMatch(/like\.csv: 160 invented people; 160 of them, and as many real ones of holdout\.csv/);
    expect(run.stdout).toMatch(/^column shapes +0\.[89]\d\d +0\.[89]\d\d/m);
    expect(run.stdout).toMatch(/^membership attack, AUC +0\.[45]/m);
    const html = readFileSync(at("report.html"), "utf8");
    expect(html).toContain("--synthetic like.csv --train train.csv");
    expect(html.match(/<svg/g)!.length).toBeGreaterThan(10);
    expect(html).not.toMatch(/NaN|undefined|Infinity|https?:|<script/);
    expect(listing(folder)).toContain("report.html");
  });

  it("catches a generator that copies, and says the same as JSON twice", async () => {
    const run = await judge("copy.csv", "--json", "-o", "copy.json");
    expect(run).toMatchObject({ code: 0 });
    const evaluation = JSON.parse(run.stdout) as SyntheticEvaluation;
    expect(JSON.parse(readFileSync(at("copy.json"), "utf8"))).toEqual(evaluation);
    expect(evaluation.privacy.copies.synthetic).toEqual({ rows: 160, of: 160 });
    expect(evaluation.privacy.attack.auc).toBeGreaterThan(0.9);
    expect(evaluation.shapes.synthetic.score).toBe(1);
    expect(evaluation.trends.synthetic.score).toBe(1);
    const again = JSON.parse((await judge("copy.csv", "--json")).stdout) as SyntheticEvaluation;
    expect({ ...again, made: null }).toEqual({ ...evaluation, made: null });
    expect((await judge("copy.csv")).stdout).toMatch(/Privacy: invented people give away who was learned from/);
  });

  it("refuses what does not go together", async () => {
    const error = async (...args: string[]): Promise<unknown> => {
      const { code, stderr } = await vhgm(folder, ["evaluate", "holdout.csv", ...args, "--quiet"]);
      return { code, stderr: stderr.trim() };
    };
    expect(await error("--synthetic", "like.csv")).toEqual({ code: 2, stderr: expect.stringMatching(/^--synthetic .* and --train .* go together/) });
    expect(await error("--synthetic", "like.csv", "--train", "train.csv", "--best")).toEqual({ code: 2, stderr: expect.stringMatching(/leave out --model/) });
    expect(await error("--synthetic", "like.csv", "--train", "train.csv", "-o", "report.pdf")).toEqual({ code: 2, stderr: expect.stringMatching(/"report\.pdf" is no name for a report/) });
    writeFileSync(at("other.csv"), "colour,shape\n" + "red,round\n".repeat(30));
    expect(await error("--synthetic", "other.csv", "--train", "train.csv")).toEqual({ code: 1, stderr: expect.stringMatching(/0 attributes in common; at least 2 are needed/) });
    writeFileSync(at("few.csv"), csv(smallTable(5, 4).table));
    expect(await error("--synthetic", "few.csv", "--train", "train.csv")).toEqual({ code: 1, stderr: expect.stringMatching(/few\.csv has 5 rows; at least 20/) });
  });
});
