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
    expect(prediction.answers.map((a: { name: string }) => a.name)).toEqual(["systolic", "hdl_cholesterol", "medication", "crp", "perceived_stress", "self_rated_health"]);
    const tables = ["checkup", "laboratory", "lifestyle"];
    const written = [...tables.flatMap((name) => [`${name}-completed.csv`, `${name}.csv`, `truth/${name}.csv`]), "dictionary.yaml", "people.vhgm", "truth"];
    expect(listing(join(folder, "demo")).sort()).toEqual(written.sort());
    expect(files.tables).toHaveLength(3);
    // Holes are filled but for what is asked of some people alone, by age or sex.
    const ruled = new Set(["pregnancies", "nt_probnp", "sick_days"]);
    for (const name of tables) {
      const [columns, ...rows] = readCsv(join(folder, `demo/${name}-completed.csv`));
      const empty = columns.filter((_, j) => rows.some((row) => row[j] === ""));
      expect(empty.filter((column) => !ruled.has(column))).toEqual([]);
    }
  });

  it("says what it found, what it wrote, and what to try next; again in the same folder", async () => {
    const run = await vhgm(folder, ["demo", "--rows", "200"]);
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/error of numbers .*\n.*levels that are right.*\n.*90% intervals that hold the truth +\d\d\.\d%/);
    expect(run.stdout).toMatch(/systolic, mmHg +mean \d+.*mean \d+/);
    expect(run.stdout).toMatch(/Next:\n {2}\$ vhgm serve demo/);
    expect(run.stderr).toMatch(/epoch \d+ of/);
  });
});
