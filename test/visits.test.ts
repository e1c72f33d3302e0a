import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { createRng } from "../src/base/random.js";
import { readCsv, vhgm, workFolder } from "./support/cli.js";

const folder = workFolder();
const at = (name: string): string => join(folder, name);
const visits = 5;
/** People whose level differs much between them and little from visit to visit; nothing else tells it. */
const people = 120;
const hiddenOf = (person: number, visit: number): boolean => person >= 90 && visit === 2;
const truth: number[][] = [];

beforeAll(async () => {
  const rng = createRng(11);
  const lines = ["id,day,level,noise"];
  for (let i = 0; i < people; i++) {
    const own = 50 + 15 * rng.normal();
    const slope = 2 * rng.normal();
    truth.push(Array.from({ length: visits }, (_, v) => own + slope * v + rng.normal()));
    truth[i].forEach((level, v) => lines.push(`${i},${30 * v},${hiddenOf(i, v) ? "" : level.toFixed(1)},${rng.normal().toFixed(2)}`));
  }
  writeFileSync(at("visits.csv"), `${lines.join("\n")}\n`);
  writeFileSync(at("quick.yaml"), "epochs: 30\nsteps: 400\n");
  expect(await vhgm(folder, ["train", "visits.csv", "-o", "visits.vhgm", "--visits-by", "id", "--time", "day", "--config", "quick.yaml", "--quiet"])).toMatchObject({ code: 0 });
  expect(await vhgm(folder, ["train", "visits.csv", "-o", "single.vhgm", "--config", "quick.yaml", "--quiet"])).toMatchObject({ code: 0 });
});

const errorOf = (file: string): number => {
  const [header, ...rows] = readCsv(at(file));
  const level = header.indexOf("level");
  const errors = rows.flatMap((row, r) => (hiddenOf(Math.floor(r / visits), r % visits) ? [(Number(row[level]) - truth[Math.floor(r / visits)][r % visits]) ** 2] : []));
  expect(errors).toHaveLength(30);
  return Math.sqrt(errors.reduce((a, b) => a + b, 0) / errors.length);
};

describe("repeated visits", () => {
  it("fills a gap from the person's other visits, which a model of single visits cannot", async () => {
    for (const model of ["visits", "single"]) expect(await vhgm(folder, ["impute", `${model}.vhgm`, "visits.csv", "-o", `${model}-out.csv`, "--quiet"])).toMatchObject({ code: 0 });
    expect(readCsv(at("visits-out.csv"))[0]).toEqual(["id", "day", "level", "noise"]);
    expect(errorOf("single-out.csv")).toBeGreaterThan(8);
    expect(errorOf("visits-out.csv")).toBeLessThan(4);
  });

  it("needs both flags, one table, and times that grow", async () => {
    expect(await vhgm(folder, ["train", "visits.csv", "-o", "none.vhgm", "--visits-by", "id"])).toMatchObject({ code: 2, stderr: expect.stringMatching(/--time/) });
    writeFileSync(at("mixed.csv"), "id,day,level\n1,30,5\n1,0,6\n2,0,7\n2,30,8\n");
    expect(await vhgm(folder, ["train", "visits.csv", "mixed.csv", "-o", "none.vhgm", "--visits-by", "id", "--time", "day"])).toMatchObject({ code: 2, stderr: expect.stringMatching(/one table/) });
    const mixed = await vhgm(folder, ["train", "mixed.csv", "-o", "none.vhgm", "--visits-by", "id", "--time", "day"]);
    expect(mixed.code).not.toBe(0);
    expect(mixed.stderr).toMatch(/^Row 2 of mixed\.csv has day 0 of id 1, before that of row 1;/m);
    expect(existsSync(at("none.vhgm"))).toBe(false);
  });
});
