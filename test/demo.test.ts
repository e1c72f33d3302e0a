import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listing, readCsv, vhgm, workFolder } from "./support/cli.js";

const folder = workFolder();

describe("the demo", () => {
  it("goes the whole way and beats filling in the mean, with intervals that hold", async () => {
    const run = await vhgm(folder, ["demo", "--rows", "400", "--json", "--quiet"]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const { score, prediction, files } = JSON.parse(run.stdout);
    expect(score.model.nrmse).toBeLessThan(0.9 * score.constant.nrmse);
    expect(score.model.accuracy).toBeGreaterThan(score.constant.accuracy);
    expect(score.coverage).toBeGreaterThan(0.87);
    expect(score.coverage).toBeLessThan(0.93);
    expect(prediction.answers.map((a: { name: string }) => a.name)).toEqual(["systolic", "glucose", "hdl_cholesterol", "medication"]);
    expect(listing(join(folder, "demo"))).toEqual(["completed.csv", "dictionary.yaml", "people.csv", "people.vhgm", "truth.csv"]);
    expect(Object.values(files)).toHaveLength(5);
    expect(readCsv(join(folder, "demo/completed.csv")).flat()).not.toContain("");
  });

  it("says what it found, what it wrote, and what to try next; again in the same folder", async () => {
    const run = await vhgm(folder, ["demo", "--rows", "100"]);
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/error of numbers .*\n.*levels that are right.*\n.*90% intervals that hold the truth +\d\d\.\d%/);
    expect(run.stdout).toMatch(/systolic +mean \d+.*mean \d+/);
    expect(run.stdout).toMatch(/Next:\n {2}\$ vhgm serve demo/);
    expect(run.stderr).toMatch(/epoch \d+ of/);
  });
});
