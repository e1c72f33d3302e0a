import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { createRng, permutation } from "../src/base/random.js";
import { csv, readCsv, smallTable, trainSmall, vhgm, workFolder } from "./support/cli.js";

const folder = workFolder();
const at = (name: string): string => join(folder, name);
const bytes = (name: string): string => readFileSync(at(name), "utf8");
const { table } = smallTable(60, 5);

beforeAll(async () => {
  await trainSmall(folder);
  writeFileSync(at("new.csv"), csv(table));
});

const impute = async (output: string, ...options: string[]): Promise<void> => {
  const run = await vhgm(folder, ["impute", "model.vhgm", "new.csv", "-o", output, "--rounds", "5", "--quiet", ...options]);
  expect(run).toMatchObject({ code: 0, stderr: "" });
};

describe("the same seed gives the same bytes", () => {
  it("of a model, and another seed another model", async () => {
    const first = readFileSync(at("model.vhgm"));
    await trainSmall(folder);
    expect(readFileSync(at("model.vhgm")).equals(first)).toBe(true);
    await vhgm(folder, ["train", "people.csv", "-o", "other.vhgm", "--config", "quick.yaml", "--seed", "2", "--quiet"]);
    expect(readFileSync(at("other.vhgm")).equals(first)).toBe(false);
  });

  it.each([[[]], [["--intervals", "0.9", "--why"]], [["-m", "2"]], [["-m", "2", "--key", "person_id"]]])("of a completed table in any batch size, with %j", async (options) => {
    const suffix = options[0] === "-m" ? "-2.csv" : ".csv";
    for (const batch of ["1", "7", "1000"]) await impute(`batch${batch}.csv`, "--batch", batch, ...options);
    expect(bytes(`batch7${suffix}`)).toBe(bytes(`batch1${suffix}`));
    expect(bytes(`batch1000${suffix}`)).toBe(bytes(`batch1${suffix}`));
  });

  it("and another seed gives other draws", async () => {
    await impute("a.csv", "-m", "1", "--seed", "1");
    await impute("b.csv", "-m", "1", "--seed", "2");
    expect(bytes("a-1.csv")).not.toBe(bytes("b-1.csv"));
  });

  it("for a person, wherever the person stands in the table", async () => {
    const [header, ...rows] = table;
    const shuffled = Array.from(permutation(rows.length, createRng(9)), (i) => rows[i]);
    writeFileSync(at("shuffled.csv"), csv([header, ...shuffled]));
    await impute("in-order.csv", "-m", "2", "--key", "person_id");
    const run = await vhgm(folder, ["impute", "model.vhgm", "shuffled.csv", "-o", "any-order.csv", "--rounds", "5", "--quiet", "-m", "2", "--key", "person_id", "--batch", "13"]);
    expect(run.code).toBe(0);
    for (const k of [1, 2]) {
      const byPerson = (name: string): string[] => readCsv(at(name)).map((row) => row.join(",")).sort();
      expect(byPerson(`any-order-${k}.csv`)).toEqual(byPerson(`in-order-${k}.csv`));
    }
  });

  it("and, without a key, for a row's content", async () => {
    const [header, ...rows] = table;
    writeFileSync(at("reversed.csv"), csv([header, ...rows.toReversed()]));
    await impute("forward.csv", "-m", "1");
    await vhgm(folder, ["impute", "model.vhgm", "reversed.csv", "-o", "backward.csv", "--rounds", "5", "--quiet", "-m", "1"]);
    expect(readCsv(at("backward-1.csv")).slice(1).toReversed()).toEqual(readCsv(at("forward-1.csv")).slice(1));
  });
});
