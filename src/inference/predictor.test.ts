import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { peopleCells, peopleRows } from "../../test/support/people.js";
import { trainedPredictor } from "../../test/support/trained.js";
import type { MemberPaths } from "../model/predictive.js";
import type { TrainingOptions } from "../training/options.js";
import { encodeCells } from "../data/encode.js";
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
