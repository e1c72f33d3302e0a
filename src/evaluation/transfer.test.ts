import { describe, expect, it } from "vitest";
import { quickOptions } from "../../test/support/trained.js";
import { factorTable, schemaOf } from "../../test/support/tables.js";
import { createRng } from "../base/random.js";
import { formatValue } from "../data/cells.js";
import { openSession } from "../engine/node/session.js";
import { createBaseline } from "./baselines/index.js";
import type { Method } from "./grid.js";
import { renderTransfer, transferHeadline, transferRows } from "./report/transfer.js";
import { prepareSubject } from "./subject.js";
import { evaluateTransfer, splitPeople, type TransferEvaluation } from "./transfer.js";

describe("splitPeople", () => {
  const isElsewhere = Array.from({ length: 200 }, (_, i) => i % 4 === 0);

  it("keeps a fifth of the others back, and nobody is in two groups", () => {
    const { training, alike, elsewhere } = splitPeople(isElsewhere, 1000, 1);
    expect([training.length, alike.length, elsewhere.length]).toEqual([120, 30, 50]);
    expect(new Set([...training, ...alike, ...elsewhere]).size).toBe(200);
    expect(elsewhere.every((i) => isElsewhere[i]) && !training.some((i) => isElsewhere[i])).toBe(true);
    expect(splitPeople(isElsewhere, 1000, 1)).toEqual({ training, alike, elsewhere });
    expect(splitPeople(isElsewhere, 25, 1).training).toHaveLength(25);
  });

  it("refuses groups of fewer than 20 people", () => {
    expect(() => splitPeople(isElsewhere.map((_, i) => i < 19), 1000, 1)).toThrow("Only 19 people are left held out; at least 20 are needed.");
  });
});

describe("evaluateTransfer", async () => {
  // Elsewhere two numbers no longer go with the rest of a person.
  const cells = factorTable(460, 4, [2, 3], 5);
  const isElsewhere = Array.from({ length: cells.rows }, (_, i) => i >= 360);
  const rng = createRng(1);
  const values = cells.values.map((column, j) => (j === 0 || j === 2 ? column.map((x, i) => (i < 360 ? x : column[360 + rng.int(100)])) : column));
  const subject = prepareSubject(
    "people.csv",
    cells.attributes.map((a) => a.name),
    Array.from({ length: cells.rows }, (_, i) => cells.attributes.map((a, j) => formatValue(values[j][i], a))),
    schemaOf(cells.attributes),
  );
  const impute = createBaseline("mean", openSession);
  const mean: Method = { name: "mean", kind: "baseline", about: "mean", identity: "1", work: 1, complete: (masked, seed, hooks) => impute(masked.cells, seed, hooks) };
  const seen: number[] = [];
  const spy: Method = { ...mean, name: "spy", complete: ({ cells: both, text }, seed, hooks) => (seen.push(both.rows, text.rows.length), impute(both, seed, hooks)) };
  const found: TransferEvaluation = await evaluateTransfer(
    {
      subject,
      split: splitPeople(isElsewhere, 1000, 1),
      names: { table: "people.csv", training: "people.csv without place = far", elsewhere: "place = far" },
      options: { ...quickOptions, memory: "none", epochs: 20, steps: 300 },
      inSample: [mean, spy],
      settings: { mechanisms: ["mcar"], seeds: [1], rate: 0.3 },
      identity: "1",
      notes: [],
      command: "vhgm evaluate people.csv --hold-out place=far",
      versions: { vhgm: "1" },
    },
    openSession,
  );

  it("tries a model on people alike and on people from elsewhere, with others that see them too", () => {
    expect(found.training).toMatchObject({ rows: 288, attributes: 6, observedCells: 288 * 6 });
    expect([found.groups.alike.table.rows, found.groups.elsewhere.table.rows]).toEqual([72, 100]);
    expect(seen).toEqual([288 + 72, 288 + 72, 288 + 100, 288 + 100]);
    const [alike, elsewhere] = [found.groups.alike, found.groups.elsewhere].map(({ results }) => results[0].overall.nrmse!);
    expect(alike).toBeLessThan(elsewhere - 0.1);
    for (const { results } of Object.values(found.groups)) expect(results.map((r) => [r.changed, r.unfilled])).toEqual([[0, 0], [0, 0], [0, 0]]);
  });

  it("finds the loss, and looks for the other three failures", () => {
    expect(found.loss.elsewhere.excess).toBeGreaterThan(found.loss.alike.excess + 0.1);
    expect(found.signatures.map((s) => s.name)).toEqual(["posterior collapse", "poorly modelled types", "overfitting to the masks of the training", "loss out of distribution"]);
    expect(found.signatures[0]).toMatchObject({ found: null, words: expect.stringContaining("no latent") });
    expect(found.signatures[3]).toMatchObject({ found: true, words: expect.stringMatching(/^The people of place = far differ .*of unseen people from the training's own sources/) });
  });

  it("is told in words, in a table and on a page", () => {
    expect(transferHeadline(found)[0]).toMatch(/^Numbers: NRMSE \d\.\d+ in place = far \(mean or mode: \d\.\d+\), against \d\.\d+ in people alike\.$/);
    expect(transferRows(found, "elsewhere").map((row) => row[0])).toEqual(["vhgm", "mean", "spy"]);
    const page = renderTransfer(found);
    for (const text of ["Four ways to fail", "loss out of distribution", "Are the distributions honest in place = far?", "vhgm evaluate people.csv --hold-out place=far"]) expect(page).toContain(text);
    expect(page).not.toMatch(/NaN|undefined|https?:/);
  });
});
