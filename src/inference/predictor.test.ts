import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { peopleCells, peopleRows } from "../../test/support/people.js";
import { trainedPredictor } from "../../test/support/trained.js";
import type { MemberPaths } from "../model/predictive.js";
import type { TrainingOptions } from "../training/options.js";
import { copyOf, encodeCells } from "../data/encode.js";
import type { Predictor } from "./predictor.js";

const asked = peopleCells(peopleRows(37, 2, 0.4));

describe.each([
  ["one network", {}],
  ["two members with prototypes", { members: 2, memory: "prototypes" }],
  ["two members, each of a latent of three draws", { members: 2, latent: "hivae", latentDraws: 3 }],
] satisfies [string, Partial<TrainingOptions>][])("a member alone, of %s", (_, options) => {
  let predictor: Predictor;
  beforeAll(async () => {
    predictor = await trainedPredictor(peopleCells(peopleRows(300, 1)), options);
  });
  afterAll(() => predictor.close());

  test("says bit for bit what it says among the others", async () => {
    const rows = encodeCells(asked, predictor.model.layout);
    const all = await predictor.run(rows);
    expect(all).toHaveLength(predictor.model.memberCount);
    for (const member of all.keys()) {
      const alone = await predictor.runMember(member, rows);
      expect(Object.keys(alone).sort()).toEqual(Object.keys(all[member]).sort());
      for (const [name, values] of Object.entries(alone)) expect(values, name).toEqual(all[member][name as keyof MemberPaths]);
    }
  });
});

test("what trees say of rows does not change with the rows", async () => {
  const predictor = await trainedPredictor(peopleCells(peopleRows(300, 1)), { memory: "rows", epochs: 2, steps: 60, trees: 10 });
  const rows = encodeCells(asked, predictor.model.layout);
  const given = copyOf(rows);
  const [before, after] = [await predictor.run(rows), await predictor.run(rows)];
  const columns = predictor.model.layout.columns.flatMap((_, j) => (predictor.model.forest?.[j] ? [j] : []));
  const said = (paths: readonly MemberPaths[]): unknown[] => Array.from({ length: rows.rows }, (_, r) => columns.map((j) => paths[0].trees!.of(r, j)));
  const expected = said(before);
  rows.features.fill(1);
  rows.observed.fill(1);
  expect(said(after)).toEqual(expected);
  expect(said(await predictor.run(given))).toEqual(expected);
  expect(columns).not.toEqual([]);
  await predictor.close();
});
