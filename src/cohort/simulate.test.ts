import { describe, expect, test } from "vitest";
import { dateOf, dayOf } from "./scale.js";
import { simulateCohort, planCohort, type Cohort, type CohortSource } from "./simulate.js";

const cohort = simulateCohort({ seed: 7 });
const sourceOf = ({ sources }: Cohort, name: string): CohortSource =>
  sources.find((source) => source.name === name) ?? expect.fail(`no source ${name}`);
const column = (source: CohortSource, name: string, rows = source.complete): string[] => {
  const at = source.columns.indexOf(name);
  return rows.map((row) => row[at]);
};
const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;
const share = (texts: readonly string[], text: string): number => texts.filter((other) => other === text).length / texts.length;

describe("simulated cohort", () => {
  test("has the three sources with their default sizes, keys first", () => {
    expect(cohort.sources.map(({ name, rows, columns }) => [name, rows.length, columns.length])).toEqual([
      ["checkup", 4000, 27],
      ["laboratory", 800, 41],
      ["lifestyle", 2000, 32],
    ]);
    for (const { columns, rows, complete } of cohort.sources) {
      expect(columns[0]).toBe("person_id");
      expect(rows.every((row, i) => row.length === columns.length && complete[i].length === columns.length)).toBe(true);
      expect(new Set(rows.map((row) => row[0])).size).toBe(rows.length);
    }
  });

  test("marginals are realistic", () => {
    const checkup = sourceOf(cohort, "checkup");
    const average = (name: string, source = checkup): number => mean(column(source, name).filter((x) => x !== "").map(Number));
    const ranges: [string, number, number][] = [
      ["age", 50, 55], ["height", 165, 170], ["weight", 68, 75], ["bmi", 24.5, 26.5], ["waist", 85, 92], ["systolic", 122, 130],
      ["diastolic", 74, 80], ["glucose", 92, 102], ["hba1c", 5.3, 5.7], ["total_cholesterol", 185, 205], ["hdl_cholesterol", 50, 60],
      ["triglycerides", 100, 130], ["alt", 18, 30], ["creatinine", 0.8, 0.95], ["haemoglobin", 13.8, 14.8],
    ];
    for (const [name, low, high] of ranges) {
      expect(average(name), name).toBeGreaterThan(low);
      expect(average(name), name).toBeLessThan(high);
    }
    expect(share(column(checkup, "smoking"), "current")).toBeCloseTo(0.23, 1);
    const lifestyle = sourceOf(cohort, "lifestyle");
    expect(average("sleep_hours", lifestyle)).toBeCloseTo(7.1, 0);
    expect(average("doctor_visits", lifestyle)).toBeCloseTo(3.4, 0);
    expect(average("age", lifestyle)).toBeLessThan(average("age"));
  });

  test("detection limits and zeros show as piles", () => {
    const laboratory = sourceOf(cohort, "laboratory");
    expect(share(column(laboratory, "crp"), "0.2")).toBeGreaterThan(0.05);
    expect(share(column(laboratory, "urine_albumin"), "0.0")).toBeGreaterThan(0.1);
    expect(share(column(sourceOf(cohort, "lifestyle"), "exercise_minutes"), "0")).toBeGreaterThan(0.05);
  });

  test("body mass index follows from recorded height and weight, and is missing with them", () => {
    for (const name of ["checkup", "laboratory"]) {
      const source = sourceOf(cohort, name);
      const [height, weight, bmi] = ["height", "weight", "bmi"].map((other) => source.columns.indexOf(other));
      source.complete.forEach((row, i) => {
        const exact = Number(row[weight]) / (Number(row[height]) / 100) ** 2;
        expect(Math.abs(Number(row[bmi]) - exact)).toBeLessThanOrEqual(0.05 + 1e-9);
        const holes = source.rows[i];
        expect(holes[bmi] === "").toBe(holes[height] === "" || holes[weight] === "");
      });
    }
  });

  test("what does not apply is empty before and after holes, and nothing else is empty before", () => {
    const rules: Record<string, (age: number, sex: string) => boolean> = {
      pregnancies: (_age, sex) => sex === "F",
      nt_probnp: (age) => age >= 60,
      sick_days: (age) => age < 68,
    };
    for (const { columns, rows, complete } of cohort.sources) {
      const [age, sex] = ["age", "sex"].map((name) => columns.indexOf(name));
      complete.forEach((row, i) =>
        columns.forEach((name, j) => {
          const applies = rules[name]?.(Number(row[age]), row[sex]) ?? true;
          if (applies !== (row[j] !== "")) expect.fail(`${name} of a person of ${row[age]} years, ${row[sex]}: "${row[j]}"`);
          if (!applies && rows[i][j] !== "") expect.fail(`${name} has a value where it does not apply`);
        }),
      );
    }
  });

  test("10 to 25 percent of the applicable cells are holes, observed cells are the truth", () => {
    for (const { name, columns, rows, complete } of cohort.sources) {
      let cells = 0;
      let holes = 0;
      complete.forEach((row, i) =>
        row.forEach((text, j) => {
          if (j === 0 || text === "") return;
          cells++;
          if (rows[i][j] === "") holes++;
          else if (rows[i][j] !== text) expect.fail(`${name}, row ${i}, ${columns[j]}`);
        }),
      );
      expect(holes / cells, name).toBeGreaterThan(0.1);
      expect(holes / cells, name).toBeLessThan(0.25);
    }
  });

  test("holes depend on the deprivation score, and blood values go missing together", () => {
    const checkup = sourceOf(cohort, "checkup");
    const blood = ["glucose", "hba1c", "triglycerides", "alt"].map((name) => column(checkup, name, checkup.rows));
    const deprivation = column(checkup, "deprivation", checkup.rows).map(Number);
    const gone = deprivation.map((_, i) => blood.every((texts) => texts[i] === ""));
    const rate = (keep: (d: number) => boolean): number => {
      const rows = gone.filter((_, i) => keep(deprivation[i]));
      return rows.filter(Boolean).length / rows.length;
    };
    expect(rate(() => true)).toBeGreaterThan(0.1);
    expect(rate((d) => d > 75) / rate((d) => d < 25)).toBeGreaterThan(1.5);
  });

  test("every tenth laboratory participant is in the check-up under the same key with the same values", () => {
    const checkup = sourceOf(cohort, "checkup");
    const laboratory = sourceOf(cohort, "laboratory");
    const byKey = new Map(checkup.complete.map((row) => [row[0], row]));
    const linked = laboratory.complete.filter((row) => byKey.has(row[0]));
    expect(linked.length).toBe(80);
    for (const row of linked) {
      const other = byKey.get(row[0]) ?? [];
      for (const name of ["age", "sex", "height", "ldl_cholesterol", "smoking", "exam_date"]) {
        expect(row[laboratory.columns.indexOf(name)]).toBe(other[checkup.columns.indexOf(name)]);
      }
    }
  });

  test("equal seeds give equal texts, other seeds others", () => {
    const rows = { checkup: 50, laboratory: 30, lifestyle: 40 };
    const once = simulateCohort({ seed: 3, rows });
    expect(JSON.stringify(once.sources)).toBe(JSON.stringify(simulateCohort({ seed: 3, rows }).sources));
    expect(JSON.stringify(once.sources)).not.toBe(JSON.stringify(simulateCohort({ seed: 4, rows }).sources));
  });

  test("a person does not depend on how many rows or attributes are asked for", () => {
    const few = simulateCohort({ seed: 7, rows: { checkup: 20, laboratory: 12, lifestyle: 9 }, attributes: 400 });
    for (const source of few.sources) {
      const width = sourceOf(cohort, source.name).columns.length;
      const cut = (rows: string[][]): string[][] => rows.slice(0, source.rows.length).map((row) => row.slice(0, width));
      expect(cut(source.complete)).toEqual(cut(sourceOf(cohort, source.name).complete));
      expect(cut(source.rows)).toEqual(cut(sourceOf(cohort, source.name).rows));
    }
  });

  test("a cohort of 2,000 attributes has rows of the right width and few empty columns", () => {
    const wide = simulateCohort({ seed: 1, rows: { checkup: 5, laboratory: 40, lifestyle: 40 }, attributes: 2000 });
    const names = new Set(wide.sources.flatMap(({ columns }) => columns.slice(1)));
    expect(names.size).toBe(2000);
    expect(wide.schema.attributes.length).toBe(2001);
    for (const { columns, rows, complete } of wide.sources) {
      for (const row of [...rows, ...complete]) expect(row.length).toBe(columns.length);
    }
    const { columns, complete } = sourceOf(wide, "laboratory");
    expect(columns.length).toBeGreaterThan(900);
    expect(complete[1].filter((text) => text === "").length).toBeLessThan(4);
  });

  test("rows of a plan are those of the cohort", () => {
    const plan = planCohort({ seed: 7 });
    expect(plan.sources[1].row(10).observed).toEqual(sourceOf(cohort, "laboratory").rows[10]);
  });

  test("dates lie in their ranges", () => {
    for (const text of column(sourceOf(cohort, "checkup"), "exam_date")) {
      expect(dateOf(dayOf(text))).toBe(text);
      expect(text >= "2021-01-04" && text <= "2024-01-03").toBe(true);
    }
  });

  test("senseless options are refused", () => {
    expect(() => planCohort({ seed: 1.5 })).toThrow("The seed 1.5 is not a whole number.");
    expect(() => planCohort({ seed: 1, rows: { checkup: -1 } })).toThrow(/-1 rows of checkup/);
  });
});
