import { describe, expect, it } from "vitest";
import { createProfiler, inferSchema, type AttributeNote, type InferOptions } from "./infer.js";
import type { Attribute } from "./schema.js";

type Inferred = Attribute & { note: AttributeNote };

const inferColumn = (name: string, cells: readonly (string | number)[], options: InferOptions = {}): Inferred => {
  const profiler = createProfiler([name]);
  profiler.add(cells.map((cell) => [String(cell)]));
  const { schema, notes } = inferSchema(profiler.finish(), options);
  return { ...schema.attributes[0], note: notes[0] };
};
const range = (n: number, value: (i: number) => string | number = (i) => i): (string | number)[] =>
  Array.from({ length: n }, (_, i) => value(i));
const repeat = (n: number, ...values: (string | number)[]): (string | number)[] => range(n, (i) => values[i % values.length]);

describe("columns that say little", () => {
  it("ignores a column without values", () => {
    for (const cells of [
      ["", "NA", "."],
      ["NaN", "null"],
      ["inf", "1e31"],
    ])
      expect(inferColumn("x", cells)).toMatchObject({ role: "ignore" });
  });
  it("keeps a constant as one level", () => {
    expect(inferColumn("x", ["5", "5", ""])).toMatchObject({ role: "attribute", type: "categorical", levels: ["5"] });
    expect(inferColumn("x", ["a", "a"]).note).toMatchObject({ reason: 'Every cell with a value holds "a".', suggestions: [] });
  });
  it("sets a constant of few aside, since blank may mean no", () => {
    for (const tick of ["x", "1", "yes", "2001-01-01"]) {
      const column = inferColumn("diabetes", ["", tick, "", tick, ""]);
      expect(column).toMatchObject({ role: "ignore", type: "categorical", levels: [tick] });
      expect(column.note.reason).toContain("It is copied through.");
      expect(column.note.suggestions).toEqual([expect.stringMatching(`^every filled cell holds "${tick}"; blank may mean "no": if so, write "no" into the blank cells`)]);
    }
  });
  it("keeps a constant of few that says what is absent: blank can't mean no", () => {
    for (const level of ["Not pregnant", "no", "None of these", "0"]) {
      expect(inferColumn("prg", ["", level, "", level, ""])).toMatchObject({ role: "attribute", type: "categorical", levels: [level] });
    }
    for (const level of ["Normal", "Nottingham", "x"]) expect(inferColumn("prg", ["", level, "", level, ""])).toMatchObject({ role: "ignore" });
  });
  it("works without rows, and refuses a table without columns", () => {
    expect(inferSchema(createProfiler(["x"]).finish()).schema.attributes[0].role).toBe("ignore");
    expect(() => inferSchema([])).toThrow("no columns");
  });
});

describe("levels", () => {
  it("takes two values as binary, absence first", () => {
    expect(inferColumn("x", repeat(20, "Yes", "No", ""))).toMatchObject({ type: "binary", levels: ["No", "Yes"] });
    expect(inferColumn("x", repeat(20, 2, 1))).toMatchObject({ type: "binary", levels: ["1", "2"] });
    expect(inferColumn("x", repeat(20, "1.0", "1", "1.0", "0"))).toMatchObject({ type: "binary", levels: ["0", "1.0"] });
  });
  it("takes few numbers as ordinal and suggests categorical by name", () => {
    const race = inferColumn("race", repeat(40, 3, 10, 1, 2));
    expect(race).toMatchObject({ type: "ordinal", levels: ["1", "2", "3", "10"] });
    expect(race.note.suggestions).toEqual(["type: categorical  # if these codes have no order"]);
    expect(inferColumn("education", repeat(40, 3, 1, 2)).note.suggestions).toEqual([]);
  });
  it("takes texts as categorical, or ordinal where they show an order", () => {
    expect(inferColumn("x", repeat(60, "b", "c", "a"))).toMatchObject({ type: "categorical", levels: ["a", "b", "c"] });
    expect(inferColumn("x", repeat(60, "high", "low", "medium"))).toMatchObject({
      type: "ordinal",
      levels: ["low", "medium", "high"],
    });
    expect(inferColumn("x", repeat(60, "None", "Most", "Several", "N/A"))).toMatchObject({
      type: "ordinal",
      levels: ["None", "Several", "Most"],
    });
  });
  it("suggests silent texts as missing", () => {
    const column = inferColumn("pregnant", repeat(60, "Yes", "No", "Unknown"));
    expect(column).toMatchObject({ type: "categorical", levels: ["No", "Yes", "Unknown"] });
    expect(column.note.suggestions[0]).toMatch(/^type: binary /);
    expect(column.note.suggestions[1]).toMatch(/^missing: \["Unknown"\] /);
    const scale = inferColumn("x", repeat(60, 1, 2, 3, 4, "Refused"));
    expect(scale).toMatchObject({ type: "categorical", levels: ["1", "2", "3", "4", "Refused"] });
    expect(scale.note.suggestions[0]).toMatch(/^type: ordinal /);
  });
  it("suggests codes that stand apart as missing", () => {
    const column = inferColumn("DIQ010", repeat(60, 1, 2, 7, 9));
    expect(column).toMatchObject({ type: "ordinal", levels: ["1", "2", "7", "9"] });
    expect(column.note.suggestions).toEqual([
      "type: binary  # once these codes are missing",
      'missing: ["7", "9"]  # 7, 9 stand apart from the rest, 1 to 2',
    ]);
  });
});

describe("levels in several spellings", () => {
  it("shows the lines that merge them", () => {
    const sex = inferColumn("sex", [...repeat(40, "male", "Female"), "Male", " male", "female"]);
    expect(sex).toMatchObject({ type: "categorical", levels: [" male", "Female", "Male", "female", "male"] });
    expect(sex.note.suggestions).toEqual([
      'levels: ["Female", "male"]  # other spellings then count as these: "Male", " male" as "male"; "female" as "Female"',
      "type: binary  # with the merged levels",
    ]);
    expect(inferColumn("x", repeat(60, "low", "Low", "low", "medium", "high")).note.suggestions[0]).toMatch(/^levels: \["low", "medium", "high"\]/);
    expect(inferColumn("x", repeat(60, "Yes", "yes ")).note.suggestions[0]).toMatch(/^levels: \["Yes"\]/);
    expect(inferColumn("x", repeat(60, "Yes", "No", "Unknown", "unknown")).note.suggestions.map((line) => line.split("  ")[0])).toEqual(["type: binary", 'missing: ["Unknown", "unknown"]', 'levels: ["No", "Yes", "Unknown"]']);
  });
  it("shows them where only the spellings are too many for levels", () => {
    const town = (i: number): string => `${i % 2 === 0 ? "Town" : "TOWN"} of ${i % 3 === 0 ? " " : ""}${String.fromCharCode(65 + (i % 19))}${" ".repeat(i % 5)}`;
    expect(inferColumn("town", range(300, town))).toMatchObject({ role: "text", note: { suggestions: [expect.stringMatching(/^levels: \["TOWN of A", .*; …$/), "role: attribute  # with the merged levels"] } });
  });
  it("says nothing of other columns", () => {
    for (const cells of [repeat(60, "a", "b", "c"), range(60, (i) => `Note ${i % 50}`), range(60, (i) => (i === 7 ? "note 3" : `Note ${i}`)), repeat(60, "1", "1.0", "2")]) expect(inferColumn("x", cells).note.suggestions).toEqual([]);
  });
});

describe("numbers", () => {
  it("tells count, positive and real apart, with resolution and range", () => {
    expect(inferColumn("x", repeat(60, ...range(12)))).toMatchObject({ type: "count", resolution: 1, min: 0, max: 11 });
    expect(inferColumn("x", repeat(60, ...range(12, (i) => i + 0.5)))).toMatchObject({
      type: "positive",
      resolution: 0.5,
      min: 0.5,
      max: 11.5,
    });
    expect(inferColumn("x", repeat(60, ...range(12, (i) => i / 10)))).toMatchObject({ type: "real", resolution: 0.1, min: 0 });
    expect(inferColumn("x", repeat(60, ...range(12, (i) => i - 3)))).toMatchObject({ type: "real", resolution: 1, min: -3 });
    expect(inferColumn("x", repeat(60, ...range(12, (i) => `${i}.0`)))).toMatchObject({ type: "count", resolution: 1 });
    expect(inferColumn("x", repeat(60, ...range(12, (i) => i * 10)))).toMatchObject({ type: "count", resolution: 10 });
    expect(inferColumn("x", repeat(60, ...range(12, (i) => Math.sqrt(i + 1))))).toMatchObject({
      type: "positive",
      resolution: 1e-6,
    });
  });
  it("takes NaN words as holes among numbers", () => {
    const column = inferColumn("x", [...range(30), "NaN", "None", ""]);
    expect(column).toMatchObject({ type: "count", max: 29 });
    expect(column.note).toMatchObject({ observed: 30 });
    expect(column.note.reason).toContain('1 cells with "None" count as missing.');
  });
  it("suggests codes and the range without them", () => {
    const column = inferColumn("days", repeat(300, ...range(31), 777, 999));
    expect(column).toMatchObject({ type: "count", max: 999 });
    expect(column.note.suggestions).toEqual([
      'missing: ["777", "999"]  # 777, 999 stand apart from the rest, 0 to 30',
      "max: 30  # once these codes are missing",
    ]);
    const low = inferColumn("days", repeat(300, ...range(31), -9));
    expect(low.note.suggestions.map((line) => line.split("  ")[0])).toEqual(["type: count", 'missing: ["-9"]', "min: 0"]);
  });
  it("names the first cell that is no number, and suggests words as missing", () => {
    const words = inferColumn("x", [...range(200, (i) => (i * 37) % 150), "Left", "unknown"]);
    expect(words).toMatchObject({ type: "count" });
    expect(words.note.suggestions[0]).toMatch(/^missing: \["Left", "unknown"\]/);
    expect(words.note.reason).toContain('Row 201 holds "Left", which is not a number');
    const slip = inferColumn("x", [...range(100, (i) => (i * 37) % 90), "1O2", ...range(50, (i) => i % 40)]);
    expect(slip).toMatchObject({ type: "count" });
    expect(slip.note.suggestions).toEqual([]);
    expect(slip.note.reason).toContain('Row 101 holds "1O2"');
  });
  it.each(["-", "?", "unknown", "refused", "na", "k.A.", "不明", "#VALUE!"])("takes %j among numbers as missing", (word) => {
    const column = inferColumn("x", range(100, (i) => (i % 10 === 0 ? word : i % 37)));
    expect(column).toMatchObject({ role: "attribute", type: "count", resolution: 1, min: 0, max: 36, missing: [word] });
    expect(column.note).toMatchObject({ observed: 90, missingRate: 1 - 90 / 100, suggestions: [] });
    expect(column.note.reason).toContain(`10 cells with ${JSON.stringify(word)} count as missing.`);
  });
  it("takes several well-known words, and keeps them beside suggested codes", () => {
    const column = inferColumn("x", range(300, (i) => (i % 20 === 0 ? "?" : i % 20 === 1 ? "None" : i % 20 === 2 ? "-" : i === 3 ? 999 : i % 31)));
    expect(column).toMatchObject({ type: "count", missing: ["?", "-"] });
    expect(column.note.suggestions[0]).toMatch(/^missing: \["\?", "-", "999"\]/);
    expect(column.note.reason).toContain('15 cells with "None" count as missing. 30 cells with "?" or "-" count as missing.');
  });
  it("leaves words among few numbers as they are", () => {
    expect(inferColumn("x", repeat(100, 1, 2, 3, 4, 5, 6, 7, 8, 9, "?"))).toMatchObject({ type: "categorical", levels: ["1", "2", "3", "4", "5", "6", "7", "8", "9", "?"] });
    expect(inferColumn("x", range(100, (i) => (i % 4 === 0 ? "?" : i % 37)))).not.toHaveProperty("missing");
  });
  it("suggests the lines that make numbers of a column with a few unknown texts", () => {
    const levels = inferColumn("dose", range(300, (i) => (i % 10 === 0 ? "pending" : (i % 31) / 2)));
    expect(levels.type).toBe("categorical");
    expect(levels.note.suggestions).toEqual([
      'type: real  # in place of the levels, if "pending" stands for "no value"',
      "resolution: 0.5  # the step of the numbers",
      'missing: ["pending"]  # 90% of the values are numbers',
    ]);
    const copied = inferColumn("dose", range(300, (i) => (i % 10 === 0 ? "pending" : i % 10 === 1 ? "?" : i * 7)));
    expect(copied.role).toBe("text");
    expect(copied.note.suggestions.map((line) => line.split("  ")[0])).toEqual(["role: attribute", "type: count", "resolution: 1", 'missing: ["pending", "?"]']);
    expect(inferColumn("dose", range(300, (i) => (i % 10 === 0 ? `pending ${i}` : i * 7))).note.suggestions).toEqual([]);
  });
  it("reads decimal commas where they can be nothing else", () => {
    const comma = (x: number): string => String(x).replace(".", ",");
    const column = inferColumn("height", range(100, (i) => (i % 10 === 0 ? "-" : comma(150 + (i % 40) / 2))));
    expect(column).toMatchObject({ role: "attribute", type: "positive", resolution: 0.5, min: 150.5, max: 169.5, decimal: ",", missing: ["-"] });
    expect(column.note.reason).toContain("They are written with a decimal comma.");
    expect(inferColumn("x", [...range(20, (i) => `${i},5`), ...range(20)])).toMatchObject({ type: "real", resolution: 0.5, min: 0, max: 19.5, decimal: "," });
    expect(inferColumn("x", range(5000, (i) => `-${i},25`))).toMatchObject({ type: "real", min: -4999.25, max: -0.25, decimal: "," });
    expect(inferColumn("x", repeat(90, ...range(30, (i) => `${i},5`), 999)).note.suggestions[0]).toMatch(/^missing: \["999"\]/);
  });
  it("leaves commas beside points, thousands and other texts as they are", () => {
    for (const cells of [
      [...range(40, (i) => `${i},5`), "3.5"],
      range(40, (i) => `${i + 1},345`),
      [...range(40, (i) => `${i},5`), "1,234,567"],
      [...range(40, (i) => `${i},5`), "about 3"],
    ]) {
      expect(inferColumn("x", cells)).not.toHaveProperty("decimal");
      expect(inferColumn("x", cells)).toMatchObject({ type: "categorical" });
    }
    expect(inferColumn("x", [...range(100, (i) => i * 1.5), "12,5"]).note.reason).toContain('Row 101 holds "12,5", which is not a number');
  });
  it("names extreme values and leaves them out of the range", () => {
    const column = inferColumn("x", [...range(30), "1e35", "inf"]);
    expect(column).toMatchObject({ min: 0, max: 29 });
    expect(column.note.reason).toContain('Row 31 holds "1e35", which is beyond 1e30');
  });
  it("suggests the role of survey weights and levels for nominal codes", () => {
    expect(
      inferColumn(
        "WTMEC2YR",
        range(50, (i) => 1000.5 + 7 * i),
      ).note.suggestions,
    ).toEqual(["role: weight  # the name is that of a survey weight"]);
    const suggestions = inferColumn("birthplace", repeat(90, ...range(12))).note.suggestions;
    expect(suggestions[0]).toMatch(/^type: categorical /);
    expect(suggestions[1]).toMatch(/^levels: \["0", "1", /);
  });
});

describe("codes with leading zeros", () => {
  it("takes few as levels without an order, and says how to give them one", () => {
    const column = inferColumn("stage", repeat(60, "01", "02", "10", "99"));
    expect(column).toMatchObject({ type: "categorical", levels: ["01", "02", "10", "99"] });
    expect(column.note.reason).toContain('"01" are codes');
    expect(column.note.suggestions).toEqual(["type: ordinal  # if these codes have an order", expect.stringMatching(/^missing: \["99"\]/)]);
    expect(inferColumn("x", repeat(60, "01", "02"))).toMatchObject({ type: "binary", levels: ["01", "02"] });
    expect(inferColumn("x", repeat(60, "01", "02", "03", "Refused"))).toMatchObject({ type: "categorical", levels: ["01", "02", "03", "Refused"] });
  });
  it("takes many as levels or copies them through, never as numbers", () => {
    const postcode = (n: number) => inferColumn("plz", range(2000, (i) => String(1067 + 900 * (i % n)).padStart(5, "0")));
    expect(postcode(40)).toMatchObject({ role: "attribute", type: "categorical" });
    expect(postcode(40).levels).toContain("01067");
    expect(postcode(40).note.suggestions).toEqual([expect.stringMatching(/^type: count {2}# in place of the levels, if these are numbers/)]);
    expect(inferColumn("plz", range(2000, (i) => (i === 7 ? "00501" : 10000 + (i % 900))))).toMatchObject({ role: "text" });
    expect(inferColumn("icd9", repeat(900, "041.0", "250.00", "401.9", ...range(15, (i) => `${300 + i}.1`)))).toMatchObject({ role: "attribute", type: "categorical" });
    expect(inferColumn("x", [...range(300, (i) => String(7 * i).padStart(6, "0")), ""])).toMatchObject({ role: "text" });
  });
  it("leaves numbers among which a zero is a slip", () => {
    expect(inferColumn("age", [...range(300, (i) => 1 + ((i * 7) % 90)), "05"])).toMatchObject({ type: "count", min: 1 });
    expect(inferColumn("x", repeat(300, "0", "0.5", ...range(30)))).toMatchObject({ type: "real" });
  });
});

describe("numbers and dates in other spellings", () => {
  const adviceOn = (cells: readonly (string | number)[]): string | undefined => inferColumn("x", cells).note.suggestions.find((text) => !/^\w+: /.test(text));
  it.each<[string, (i: number) => string | number, RegExp]>([
    ["percent", (i) => `${i % 70}.5%`, /^values such as "0.5%" are not read as numbers: take the % out/],
    ["limits among numbers", (i) => (i % 4 === 0 ? "<0.5" : (i % 70) / 10), /^values such as "<0.5" are limits/],
    ["units", (i) => `${150 + (i % 40)} cm`, /^values such as "150 cm" are not read as numbers: take the unit out/],
    ["units among numbers", (i) => (i % 3 === 0 ? `${20 + (i % 60)}歳` : 20 + (i % 60)), /^values such as "20歳" are not read/],
    ["currency", (i) => `$${i % 90},200`, /^values such as "\$0,200" are not read as numbers: take the currency's sign/],
    ["ambiguous commas", (i) => `${1 + (i % 90)},345`, /^"1,345" may have a decimal comma or separate thousands: write role: attribute, type: real and decimal: ","/],
    ["thousands", (i) => (i % 2 === 0 ? `1,234,${100 + i}` : i), /^values such as "1,234,100" seem to separate thousands/],
    ["thousands behind a space that keeps the line", (i) => `${10 + (i % 80)}\u00a0${100 + i}`, /^values such as "10\u00a0100" seem to separate thousands/],
    ["thousands behind a narrow space", (i) => (i % 2 === 0 ? `${10 + (i % 80)}\u202f${100 + i}` : i), /^values such as "10\u202f100" seem to separate thousands/],
    ["currency behind spaces", (i) => `${10 + (i % 80)}\u202f${100 + i}\u00a0€`, /^values such as "10\u202f100\u00a0€" are not read as numbers: take the currency's sign/],
    ["typographic minus signs", (i) => (i % 2 === 0 ? `−${i % 60}.5` : `${i % 60}.5`), /^values such as "−0.5" have a dash or a typographic minus before them: write - in its place/],
    ["full-width digits", (i) => (i % 2 === 0 ? "１２．５" : i % 90), /^values such as "１２．５" have full-width digits/],
    ["two numbers in a cell", (i) => `${100 + (i % 70)}/${60 + (i % 40)}`, /^values such as "100\/60" hold two numbers: make two columns/],
    ["times", (i) => `${i % 24}:${10 + (i % 50)}`, /^values such as "0:10" are times and not read as numbers: write them in one unit/],
    ["commas beside points", (i) => (i % 2 === 0 ? `${i},5` : `${i}.5`), /^values such as "0,5" have a comma/],
    ["days first", (i) => `${1 + (i % 28)}.${1 + (i % 12)}.2015`, /^values such as "1.1.2015" are not read as dates/],
    ["days first among ISO dates", (i) => (i % 2 === 0 ? `${1 + (i % 28)}.${1 + (i % 12)}.2015` : `2015-03-${10 + (i % 20)}`), /^values such as "1.1.2015" are not read as dates/],
    ["months first", (i) => `${1 + (i % 12)}/${1 + (i % 28)}/2020`, /^values such as "1\/1\/2020" are not read as dates/],
  ])("says what to do about %s", (_, cell, advice) => {
    expect(adviceOn(range(400, cell))).toMatch(advice);
  });
  it("copies many numbers with signs through, and keeps few as levels", () => {
    expect(inferColumn("x", range(400, (i) => `${i % 70}%`))).toMatchObject({ role: "text", note: { reason: "70 different numbers with signs are too many for levels. It is copied through." } });
    expect(inferColumn("x", range(400, (i) => (i % 4 === 0 ? "<0.5" : (i % 70) / 10)))).toMatchObject({ role: "text" });
    expect(inferColumn("x", range(400, (i) => `${i % 20}%`))).toMatchObject({ role: "attribute", type: "ordinal" });
    expect(inferColumn("x", range(400, (i) => `${150 + (i % 40)} cm`))).toMatchObject({ role: "attribute", type: "ordinal" });
    expect(inferColumn("x", range(400, (i) => `${10 + (i % 12)}/${11 + (i % 12)}`))).toMatchObject({ role: "attribute", type: "categorical" });
    expect(inferColumn("x", range(400, (i) => `−${i % 60}.5`))).toMatchObject({ role: "text" });
  });
  it("says nothing of other columns", () => {
    for (const cells of [range(400, (i) => `grade ${i % 20}`), range(400, (i) => `${i % 9}%`), range(400, (i) => `${i % 10}-${(i % 10) + 9}`), range(400, (i) => i % 40)]) expect(adviceOn(cells)).toBeUndefined();
  });
});

describe("dates", () => {
  const day = (i: number): string => new Date(Date.UTC(2001, 0, 1 + i)).toISOString().slice(0, 10);
  it("reads ISO dates, with or without time", () => {
    expect(inferColumn("visit", repeat(60, ...range(30, day)))).toMatchObject({
      type: "date",
      resolution: 1,
      min: 11323,
      max: 11352,
    });
    expect(inferColumn("visit", repeat(60, ...range(30, (i) => `${day(i)}T06:00:${10 + i}Z`))).resolution).toBeCloseTo(1 / 86400, 12);
    expect(inferColumn("visit", repeat(60, ...range(30, day)))).not.toHaveProperty("format");
  });
  it("keeps the spelling of dates, and whole hours and minutes", () => {
    const visit = (cell: (i: number) => string) => inferColumn("visit", repeat(60, ...range(30, cell)));
    expect(visit((i) => `${day(i)} 09:${10 + i}`)).toMatchObject({ type: "date", resolution: 1 / 1440, format: "YYYY-MM-DD hh:mm" });
    expect(visit((i) => `${day(i)} 06:00:00`)).toMatchObject({ resolution: 1 / 24, format: "YYYY-MM-DD hh:mm:ss" });
    expect(visit((i) => day(i).replaceAll("-", "/"))).toMatchObject({ resolution: 1, format: "YYYY/MM/DD" });
    expect(visit((i) => (i % 3 === 0 ? `${day(i)}T06:30Z` : day(i)))).toMatchObject({ resolution: 1 / 1440, format: "YYYY-MM-DDThh:mmZ" });
    expect(visit((i) => `${day(i)}T06:00:${10 + i}Z`)).not.toHaveProperty("format");
    expect(visit((i) => `${day(i)} 06:00:${10 + i}+09:00`)).not.toHaveProperty("format");
  });
  it("takes few dates as levels and names a cell that is none", () => {
    expect(inferColumn("wave", repeat(60, ...range(3, day)))).toMatchObject({
      type: "ordinal",
      levels: ["2001-01-01", "2001-01-02", "2001-01-03"],
    });
    expect(inferColumn("visit", [...range(60, day), "2001-02-30"]).note.reason).toContain(
      'Row 61 holds "2001-02-30", which is not a date',
    );
  });
});

describe("ids and texts", () => {
  it("takes unique whole numbers as ids by name or if they are consecutive", () => {
    expect(
      inferColumn(
        "SEQN",
        range(50, (i) => 7919 * i + 3),
      ),
    ).toMatchObject({ role: "id", type: "count" });
    expect(
      inferColumn(
        "x",
        range(50, (i) => i + 1),
      ),
    ).toMatchObject({ role: "id" });
    expect(
      inferColumn(
        "x",
        range(50, (i) => 2 * i),
      ),
    ).toMatchObject({ role: "attribute" });
    expect(inferColumn("id", ["3", "8"])).toMatchObject({ role: "id" });
    expect(
      inferColumn(
        "id",
        range(3000, (i) => i * 3),
      ),
    ).toMatchObject({ role: "id" });
  });
  it("never takes a column with holes as an id", () => {
    const column = inferColumn("id", [...range(50), ""]);
    expect(column).toMatchObject({ role: "attribute", type: "count" });
    expect(column.note.reason).toContain("It looks like an id, but 1 cells are missing");
    expect(inferColumn("id", [...range(50, (i) => `P${i}`), ""])).toMatchObject({ role: "text" });
  });
  it("suggests a key where an id repeats", () => {
    expect(inferColumn("patient_id", repeat(60, ...range(20))).note.suggestions).toEqual([
      "role: key  # the name is that of an id, but values repeat",
    ]);
  });
  it("tells codes, free text and too many levels apart", () => {
    expect(
      inferColumn(
        "x",
        range(50, (i) => `P-${i}`),
      ),
    ).toMatchObject({ role: "id" });
    expect(
      inferColumn(
        "name",
        range(50, (i) => `Mrs ${"ab".repeat(i + 1)}`),
      ),
    ).toMatchObject({ role: "text" });
    expect(inferColumn("note", repeat(200, ...range(15, (i) => `${"long words ".repeat(8)}${i}`)))).toMatchObject({
      role: "text",
    });
    expect(inferColumn("town", repeat(900, ...range(150, (i) => `town of ${i} name`)))).toMatchObject({ type: "categorical" });
    expect(inferColumn("town", repeat(600, ...range(400, (i) => `town of ${i} name`)))).toMatchObject({ role: "text" });
  });
});

it("takes labels, and the native type as a hint", () => {
  expect(inferColumn("x", ["1", "2"], { labels: ["Sex"] }).label).toBe("Sex");
  expect(inferColumn("x", repeat(60, 1, 2, 3), { nativeTypes: ["VARCHAR"] }).note.suggestions[0]).toMatch(/^type: categorical/);
});
