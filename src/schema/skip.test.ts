import { expect, it } from "vitest";
import { createProfiler, inferSchema } from "./infer.js";

const suggestionsOf = (columns: string[], rows: string[][]): Record<string, string[]> => {
  const profiler = createProfiler(columns);
  profiler.add(rows);
  const { notes } = inferSchema(profiler.finish());
  return Object.fromEntries(notes.map((note) => [note.name, note.suggestions.filter((line) => line.startsWith("applies_when"))]));
};

it("suggests the gate of a skipped question", () => {
  const rows = Array.from({ length: 400 }, (_, i) => {
    const smokes = ["never", "it's over", "daily"][i % 3];
    return [
      smokes,
      smokes === "never" ? "" : String(12 + (i % 17)),
      i % 2 === 0 ? "f" : "m",
      i % 2 === 0 ? String(i % 13) : "NA",
      i % 5 === 0 ? "" : "1.5",
    ];
  });
  const found = suggestionsOf(["ever smoked", "start", "sex", "births", "random"], rows);
  expect(found.start[0]).toMatch(
    /^applies_when: "\\"ever smoked\\" = 'daily' or \\"ever smoked\\" = 'it''s over'"  # has a value in 100% of the rows where this holds and in 0% of the others$/,
  );
  expect(found.births[0]).toContain(`applies_when: "sex = 'f'"`);
  expect(found.sex).toEqual([]);
  expect(found.random).toEqual([]);
});

it("stays silent when blocks are missing together or values are missing at random", () => {
  const rows = Array.from({ length: 400 }, (_, i) => (i % 4 === 0 ? ["", ""] : [i % 2 === 0 ? "yes" : "no", String(i % 23)]));
  expect(suggestionsOf(["a", "b"], rows).b).toEqual([]);
});
