import { describe, expect, test } from "vitest";
import { compileDerived } from "../schema/derived.js";
import { compileLess } from "../schema/less.js";
import type { Schema } from "../schema/schema.js";
import { derivedNotes, derivedReport, lessNotes, lessReport } from "./agreement.js";
import { CellsBuilder } from "./cells.js";

const schema: Schema = {
  version: 1,
  attributes: [
    { name: "bmi", role: "attribute", type: "positive", resolution: 0.1, equals: "weight / (height / 100)^2" },
    { name: "weight", role: "attribute", type: "positive", resolution: 1 },
    { name: "height", role: "attribute", type: "positive", resolution: 1 },
  ],
};

function report(rows: readonly (readonly string[])[]) {
  const cells = new CellsBuilder(schema, ["bmi", "weight", "height"], "t.csv");
  cells.add(rows);
  return derivedReport(cells.finish(), compileDerived(schema));
}

describe("numbers that follow from others", () => {
  test("agree within what was rounded, and are not compared where something is missing", () => {
    // 70.4 kg and 174.6 cm make 23.1, recorded from the unrounded values.
    const [found] = report([["22.9", "70", "175"], ["23.1", "70", "175"], ["", "70", "175"], ["22.9", "", "175"]]);
    expect(found).toMatchObject({ name: "bmi", compared: 2, disagree: 0, first: -1 });
    expect(derivedNotes([found])).toEqual([]);
  });

  test("that disagree are counted, and the first is told", () => {
    const found = report([["22.9", "70", "175"], ["29", "70", "175"], ["19", "70", "175"]]);
    expect(found[0]).toMatchObject({ compared: 3, disagree: 2, first: 1, stands: 29, followsAs: 22.9 });
    expect(derivedNotes(found)).toEqual(["2 of 3 rows disagree with bmi = weight / (height / 100)^2 (the first is row 2, with 29 where 22.9 follows)."]);
  });
});

test("numbers that are not less than the dictionary says are counted, and the first is told", () => {
  const pressure: Schema = {
    version: 1,
    attributes: [
      { name: "id", role: "id", type: "count" },
      { name: "systolic", role: "attribute", type: "count" },
      { name: "diastolic", role: "attribute", type: "count", less_than: "systolic" },
    ],
  };
  const cells = new CellsBuilder(pressure, ["systolic", "diastolic"], "t.csv");
  cells.add([["120", "80"], ["", "130"], ["80", "120"], ["90", "90"]]);
  const found = lessReport(cells.finish(), compileLess(pressure));
  expect(found).toEqual([{ name: "diastolic", than: "systolic", compared: 3, disagree: 2, first: 2 }]);
  expect(lessNotes(found)).toEqual(["In 2 of 3 rows diastolic is not less than systolic, as less_than says of everybody (the first is row 3); the rule or the cells are wrong."]);
});
