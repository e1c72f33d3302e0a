import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createRng } from "../../base/random.js";
import { binTable } from "../../model/trees/binned.js";
import { growColumn, type ColumnJob } from "../../model/trees/grower.js";
import { openTreeThread, threadFile, treeThreads } from "./treeThreads.js";

const built = existsSync(threadFile);
if (!built) console.warn("threads of trees are not tested: dist/ is absent; run the build first");

const rng = createRng(1);
const rows = 60;
const table = binTable(Float32Array.from({ length: rows * 3 }, () => rng.normal()), rows, 3);
const job = (column: number, more: Partial<ColumnJob> = {}): ColumnJob => ({
  rows: Int32Array.from({ length: rows }, (_, i) => i), target: Float32Array.from({ length: rows }, (_, i) => i % 3), width: 3, questions: [0, 1, 2], tried: 2, trees: 4, leaf: 3, seed: 9, column, ...more,
});

describe.skipIf(!built)("a thread of trees", () => {
  test("grows what this thread grows, one column after the other", async () => {
    const grower = openTreeThread(table);
    for (const column of [0, 5]) expect(await grower.grow(job(column))).toEqual(growColumn(table, job(column)));
    await grower.close();
  });

  test("says that it ended", async () => {
    const grower = openTreeThread(table);
    await expect(grower.grow(job(0, { questions: [7] }))).rejects.toThrow(/^The thread that grows trees ended: /);
    await grower.close();
  });
});

test("threads of trees are as many as asked for, none for one", () => {
  expect(treeThreads(1)).toBeUndefined();
  expect(treeThreads(3)).toHaveLength(3);
});
