import { describe, expect, test } from "vitest";
import type { Schema } from "../schema/schema.js";
import { memoryTable, type TextRow } from "./table.js";
import { extendByVisits, withVisits } from "./visits.js";

const schema: Schema = {
  version: 1,
  attributes: [
    { name: "id", role: "attribute", type: "count" },
    { name: "day", role: "attribute", type: "count", resolution: 1, unit: "days" },
    { name: "bili", role: "attribute", type: "positive", resolution: 0.1, min: 0, aliases: ["BILI"] },
    { name: "stage", role: "attribute", type: "ordinal", levels: ["1", "2"], missing: ["9"], applies_when: "bili > 1" },
  ],
};
const extended = extendByVisits(schema, { person: "id", time: "day" });
const columns = ["id", "day", "bili", "stage"];
async function visits(rows: readonly TextRow[], names: readonly string[] = columns): Promise<{ columns: readonly string[]; rows: TextRow[] }> {
  const table = withVisits(memoryTable("v.csv", names, rows), extended);
  const found: TextRow[] = [];
  for await (const batch of table.batches(2)) found.push(...batch);
  return { columns: table.columns, rows: found };
}

describe("visits", () => {
  test("see the last value before and the first one after, and how far the neighbouring visits are", async () => {
    const found = await visits([["1", "0", "1.5", "1"], ["2", "0", "", "2"], ["1", "30", "", "9"], ["1", "90.5", "2", ""]]);
    expect(found.columns).toEqual([...columns, "day since", "day until", "bili before", "bili after", "stage before", "stage after"]);
    expect(found.rows).toEqual([
      ["1", "0", "1.5", "1", "", "30", "", "2", "", ""],
      ["2", "0", "", "2", "", "", "", "", "", ""],
      ["1", "30", "", "9", "30", "60.5", "1.5", "2", "1", ""],
      ["1", "90.5", "2", "", "60.5", "", "1.5", "", "1", ""],
    ]);
  });

  test("add attributes of the same kind, under no rule and no second name", () => {
    expect(extended.visits).toEqual({ person: "id", time: "day" });
    expect(extended.attributes[0].role).toBe("id");
    expect(extended.attributes.slice(4)).toEqual([
      { name: "day since", role: "attribute", type: "positive", resolution: 1, unit: "days", visit: "before" },
      { name: "day until", role: "attribute", type: "positive", resolution: 1, unit: "days", visit: "after" },
      { name: "bili before", role: "attribute", type: "positive", resolution: 0.1, min: 0, visit: "before" },
      { name: "bili after", role: "attribute", type: "positive", resolution: 0.1, min: 0, visit: "after" },
      { name: "stage before", role: "attribute", type: "ordinal", levels: ["1", "2"], missing: ["9"], visit: "before" },
      { name: "stage after", role: "attribute", type: "ordinal", levels: ["1", "2"], missing: ["9"], visit: "after" },
    ]);
  });

  test.each<[string, readonly TextRow[], RegExp]>([
    ["unsorted", [["1", "30", "1", "1"], ["2", "0", "1", "1"], ["1", "0", "1", "1"]], /^Row 3 of v\.csv has day 0 of id 1, before that of row 1; a person's visits must be sorted by time, each time once\.$/],
    ["twice at one time", [["1", "30", "1", "1"], ["1", "30.0", "1", "1"]], /^Row 2 of v\.csv has day 30\.0 of id 1, the same as row 1;/],
    ["of nobody", [["", "30", "1", "1"]], /^Row 1 of v\.csv has no id; each visit needs a person\.$/],
    ["at no time", [["1", "soon", "1", "1"]], /^Row 1 of v\.csv has the day 'soon', which is no time;/],
  ])("%s are refused", async (_, rows, message) => {
    await expect(visits(rows)).rejects.toThrow(message);
  });

  test("take a time that looks like levels for a number", () => {
    const found = extendByVisits(schema, { person: "id", time: "stage" }).attributes;
    expect(found.find(({ name }) => name === "stage")).toEqual({ name: "stage", role: "attribute", type: "real", resolution: 1, missing: ["9"], applies_when: "bili > 1" });
    expect(found.find(({ name }) => name === "stage since")).toMatchObject({ type: "positive", resolution: 1 });
  });

  test("need their columns", async () => {
    await expect(visits([], ["id", "bili"])).rejects.toThrow(/^v\.csv has no column 'day', which tells visits apart; its columns are id, bili\.$/);
    expect(() => extendByVisits(schema, { person: "who", time: "day" })).toThrow(/Visits are told apart by 'who', which the dictionary does not have; it has id, day, bili, stage\./);
    const roman = { ...schema, attributes: schema.attributes.map((a) => (a.name === "stage" ? { ...a, levels: ["I", "II"] } : a)) };
    expect(() => extendByVisits(roman, { person: "id", time: "stage" })).toThrow(/must be a number or a date in a column of its own, not stage \(ordinal\)/);
    await expect(visits([["1", "0", "1", "2"]], ["id", "day", "bili", "bili before"])).rejects.toThrow(/already has a column 'bili before', which visits would add; rename it/);
  });
});
