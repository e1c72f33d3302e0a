import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { listing, quickConfig, readCsv, vhgm, workFolder, type Run } from "./support/cli.js";

const folder = workFolder();
const at = (name: string): string => join(folder, name);
const write = (name: string, text: string): void => writeFileSync(at(name), text);
const header = "age,weight,kind\n";
/** A row of the plain table; every fifth lacks its weight. */
const row = (i: number): string => `${20 + ((i * 13) % 37)},${i % 5 === 4 ? "" : (50 + ((i * 7) % 40) + (i % 3) * 0.5).toFixed(1)},${["a", "b", "c"][i % 3]}\n`;
const rows = (n: number): string => Array.from({ length: n }, (_, i) => row(i)).join("");

beforeAll(async () => {
  write("quick.yaml", quickConfig);
  write("plain.csv", header + rows(60));
  expect((await train("plain.csv", "model.vhgm")).code).toBe(0);
});

const train = (table: string, model = "out.vhgm"): Promise<Run> => vhgm(folder, ["train", table, "-o", model, "--config", "quick.yaml", "--quiet"]);
const impute = (table: string, output = "out.csv", model = "model.vhgm"): Promise<Run> => vhgm(folder, ["impute", model, table, "-o", output, "--quiet"]);

/** Runs something that must fail with one sentence on stderr, and leave the folder as it was. */
async function expectRefusal(run: () => Promise<Run>, code: number, sentence: RegExp): Promise<void> {
  const before = listing(folder);
  const result = await run();
  expect(result).toMatchObject({ code, stdout: "", stderr: expect.stringMatching(sentence) });
  expect(result.stderr.trimEnd().split("\n")).toHaveLength(1);
  expect(listing(folder)).toEqual(before);
}

describe("a table that can't be learned from", () => {
  it("absent", () => expectRefusal(() => train("absent.csv"), 2, /^There is no file "absent\.csv"\.$/m));

  it("empty", () => {
    write("empty.csv", "");
    return expectRefusal(() => train("empty.csv"), 1, /^empty\.csv is empty \(0 bytes\)/);
  });

  it("a header alone", async () => {
    write("header.csv", header);
    await expectRefusal(() => train("header.csv"), 1, /^header\.csv names 3 columns but has no rows/);
    expect((await vhgm(folder, ["inspect", "header.csv", "--quiet"])).stdout).toMatch(/header\.csv: 0 rows, 3 columns/);
    expect((await impute("header.csv", "none.csv")).code).toBe(0);
    expect(readFileSync(at("none.csv"), "utf8")).toBe(header);
  });

  it("a ragged row", async () => {
    write("ragged.csv", `${header}${rows(9)}30,50\n`);
    await expectRefusal(() => train("ragged.csv"), 1, /^ragged\.csv, line 11: the row has 2 cells, but the header has 3 columns\.$/m);
    await expectRefusal(() => impute("ragged.csv", "ragged-out.csv"), 1, /^ragged\.csv, line 11/);
  });

  it("a column twice", () => {
    write("twice.csv", `age,age,kind\n${rows(9)}`);
    return expectRefusal(() => train("twice.csv"), 1, /^twice\.csv has two columns named "age" \(columns 1 and 2\)/);
  });

  it("one row", () => {
    write("one.csv", header + rows(1));
    return expectRefusal(() => train("one.csv"), 1, /^The table has one row; training needs at least 2 rows\.$/m);
  });

  it("text in a column of numbers", async () => {
    write("text.csv", `${header}${rows(60)}old,,a\n`);
    await expectRefusal(() => train("text.csv"), 1, /^'old' is not a number, in column 'age', row 61 of text\.csv/);
    await expectRefusal(() => impute("text.csv", "text-out.csv"), 1, /^'old' is not a number, in column 'age', row 61 of text\.csv/);
  });

  it.each(["1e308", "-1e31", "Infinity", "-Infinity", "inf"])("the number %s", async (number) => {
    write("huge.csv", `${header}${rows(60)}${number},,a\n`);
    await expectRefusal(() => train("huge.csv"), 1, /^'.*' is (beyond ±1e\+?30|not a number), in column 'age', row 61 of huge\.csv/);
    await expectRefusal(() => impute("huge.csv", "huge-out.csv"), 1, /in column 'age', row 61 of huge\.csv/);
    expect((await vhgm(folder, ["inspect", "huge.csv", "--quiet"])).stdout).toMatch(/Row 61 holds/);
  });

  it("only columns that are set aside", () => {
    write("ids.csv", `subject_id,note\n${Array.from({ length: 30 }, (_, i) => `S${i},\n`).join("")}`);
    return expectRefusal(() => train("ids.csv"), 1, /^No column of the table can be learned from/);
  });
});

describe("an everyday table", () => {
  it("spells missing cells as NaN, NA, null and the like", async () => {
    write("nan.csv", `${header}${rows(58)}NaN,nan,NaN\nNA,null,N/A\n`);
    expect((await train("nan.csv", "nan.vhgm")).code).toBe(0);
    expect((await impute("nan.csv", "nan-out.csv", "nan.vhgm")).code).toBe(0);
    for (const cells of readCsv(at("nan-out.csv")).slice(-2)) {
      expect(cells[0]).toMatch(/^\d+$/);
      expect(cells[1]).toMatch(/^\d+(\.\d)?$/);
      expect(cells[2]).toMatch(/^[abc]$/);
    }
  });

  it("holds a level never seen, lacks a column and has another: kept, told, not used", async () => {
    write("strange.csv", "extra,kind,age\nx,d,\ny,,30\nz,,\n");
    const run = await impute("strange.csv", "strange-out.csv");
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/1 cell of kind held a level that the model does not know, for instance 'd'/);
    expect(run.stdout).toMatch(/1 row of strange\.csv has no value of any attribute/);
    expect(run.stdout).toMatch(/strange\.csv lacks 1 attribute of the model, taken as not measured: weight/);
    expect(run.stdout).toMatch(/does not know 1 column of strange\.csv, copied as it stands: extra/);
    const [names, first, second] = readCsv(at("strange-out.csv"));
    expect(names).toEqual(["extra", "kind", "age"]);
    expect(first.slice(0, 2)).toEqual(["x", "d"]);
    expect(first[2]).toMatch(/^\d+$/);
    expect(second).toEqual(["y", expect.stringMatching(/^[abc]$/), "30"]);
  });

  it("has columns that Parquet can't tell apart, which complete says before it trains", async () => {
    write("twins.csv", `age,Age,kind\n${rows(60)}`);
    const run = await vhgm(folder, ["complete", "twins.csv", "-o", "twins.parquet", "--config", "quick.yaml"]);
    expect(run).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(/twins\.parquet can't hold both "age" and "Age", which differ only in case; rename one, or write CSV\./) });
    expect(run.stderr).not.toMatch(/epoch/);
  });

  it("has a column that complete would add, which it says before it trains", async () => {
    write("low.csv", `age,age_low,kind\n${rows(60)}`);
    const withIntervals = (...more: string[]) => vhgm(folder, ["complete", "low.csv", "-o", "low-out.csv", "--config", "quick.yaml", ...more]);
    expect((await vhgm(folder, ["inspect", "low.csv", "-o", "low.yaml", "--quiet"])).code).toBe(0);
    for (const more of [[], ["--schema", "low.yaml"]]) {
      const run = await withIntervals("--intervals", "0.9", ...more);
      expect(run).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(/low\.csv already has a column 'age_low', which --intervals, --why or --support would add; rename it\./) });
      expect(run.stderr).not.toMatch(/epoch/);
    }
    expect((await withIntervals("--why")).code).toBe(0);
  });

  it("is held against a dictionary by its units, other names and levels, also beside another table", async () => {
    write("cm.csv", `height,adult,sex\n${"180,yes,m\n".repeat(5)}${"90,,f\n".repeat(5)}`);
    write("m.csv", `height,grown,sex\n${"1.8,yes,m\n".repeat(5)}${"0.9,,x\n".repeat(5)}`);
    const attributes = [
      "{name: height, type: positive, conversions: [{column: height, source: m, multiply: 100}]}",
      `{name: adult, type: binary, levels: ["no", "yes"], aliases: [grown], applies_when: "height > 150"}`,
      "{name: sex, type: binary, levels: [f, m]}",
    ];
    write("units.yaml", `version: 1\nattributes: [${attributes.join(", ")}]\n`);
    const found = JSON.parse((await vhgm(folder, ["inspect", "cm.csv", "m.csv", "--schema", "units.yaml", "--json", "--quiet"])).stdout);
    expect(found.rules).toEqual([expect.objectContaining({ name: "adult", observed: 10, others: 10, violations: 0 })]);
    expect(found.unknown).toEqual([{ name: "sex", text: "x", count: 5 }]);
    expect((await vhgm(folder, ["inspect", "m.csv", "--schema", "units.yaml"])).stdout).toContain('5 cells of sex hold no level of the dictionary, for instance "x", and count as missing.');
  });

  it("has no column of the model", async () => {
    write("foreign.csv", "a,b\n1,2\n");
    await expectRefusal(() => impute("foreign.csv", "foreign-out.csv"), 2, /^No column of foreign\.csv is an attribute of the model; the model knows age, weight, kind\.$/m);
  });

  it("has an empty row, an empty column and a constant one", async () => {
    const body = Array.from({ length: 60 }, (_, i) => row(i).replace(/,([abc])\n/, `,,${i % 7 === 3 ? "" : "5"},$1\n`)).join("");
    write("hollow.csv", `age,weight,never,same,kind\n${body},,,,\n`);
    expect((await train("hollow.csv", "hollow.vhgm")).code).toBe(0);
    expect((await impute("hollow.csv", "hollow-out.csv", "hollow.vhgm")).code).toBe(0);
    const [, ...completed] = readCsv(at("hollow-out.csv"));
    expect(completed.every((cells) => cells[2] === "" && cells[3] === "5")).toBe(true);
    expect(completed.at(-1)).toEqual([expect.stringMatching(/^\d+$/), expect.stringMatching(/^\d+(\.\d)?$/), "", "5", expect.stringMatching(/^[abc]$/)]);
    expect((await vhgm(folder, ["info", "hollow.vhgm"])).stdout).toMatch(/never: .*value/);
    expect(await vhgm(folder, ["predict", "hollow.vhgm", "--ask", "never"])).toMatchObject({ code: 2, stderr: expect.stringMatching(/'never'/) });
  });

  it("begins with a byte order mark and ends its lines with CR LF, and so does what is made of it", async () => {
    write("windows.csv", `\ufeff${(header + rows(60)).replaceAll("\n", "\r\n")}`);
    expect((await train("windows.csv", "windows.vhgm")).code).toBe(0);
    expect((await impute("windows.csv", "windows-out.csv", "windows.vhgm")).code).toBe(0);
    // The same table, so the same model, and so the same answers.
    expect((await impute("plain.csv", "plain-out.csv")).code).toBe(0);
    expect(readFileSync(at("windows-out.csv"), "utf8")).toBe(`\ufeff${readFileSync(at("plain-out.csv"), "utf8").replaceAll("\n", "\r\n")}`);
  });

  it("has Japanese names and levels", async () => {
    const levels = { a: "Ａ型", b: "Ｂ型", c: "Ｏ型" } as const;
    write("健診.csv", `年齢,体重,血液型\n${rows(60).replace(/[abc]/g, (level) => levels[level as keyof typeof levels])}`);
    expect((await train("健診.csv", "健診.vhgm")).code).toBe(0);
    expect((await impute("健診.csv", "完成.csv", "健診.vhgm")).code).toBe(0);
    expect(readCsv(at("完成.csv"))[0]).toEqual(["年齢", "体重", "血液型"]);
    const run = await vhgm(folder, ["predict", "健診.vhgm", "--given", '{"年齢": 30}', "--ask", "血液型"]);
    expect(run.stdout).toMatch(/Ａ型 +█/);
  });

  it("has three rows", async () => {
    write("three.csv", `${header}20,50.0,a\n30,,b\n25,65.5,a\n`);
    const run = await vhgm(folder, ["complete", "three.csv", "-o", "three-out.csv", "--config", "quick.yaml", "--quiet"]);
    expect(run.code).toBe(0);
    const completed = readCsv(at("three-out.csv"));
    expect(Number(completed[2][1])).toBeGreaterThanOrEqual(50);
    expect(Number(completed[2][1])).toBeLessThanOrEqual(65.5);
  });
});
