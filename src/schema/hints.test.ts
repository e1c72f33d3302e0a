import { describe, expect, it } from "vitest";
import { isolatedCodes, nameWords, namesId, namesNominal, namesSurveyWeight, saysNothing } from "./hints.js";
import { createProfiler } from "./profiler.js";

it("nameWords splits at case and signs", () => {
  expect(nameWords("SurveyYr")).toEqual(["survey", "yr"]);
  expect(nameWords("patient_ID")).toEqual(["patient", "id"]);
  expect(nameWords("BMI.kg/m2")).toEqual(["bmi", "kg", "m2"]);
  expect(nameWords("患者番号 ID")).toEqual(["患者番号", "id"]);
});

it.each(["id", "ID", "SEQN", "patient_id", "SubjectID", "subjectid", "Respondent", "study subject"])("%j names an id", (name) =>
  expect(namesId(name)).toBe(true),
);
it.each(["age", "thyroid", "steroids", "Number of siblings", "patient age", "widow", "covid"])("%j names no id", (name) =>
  expect(namesId(name)).toBe(false),
);
it.each(["WTMEC2YR", "WTINT2YR", "WTSAF2YR", "WTDRD1", "weight_svy", "sampling weight", "X_LLCPWT", "fnlwgt"])(
  "%j names a survey weight",
  (name) => expect(namesSurveyWeight(name)).toBe(true),
);
it.each(["Weight", "weight_kg", "wt71", "wtloss", "birth weight", "wt82_71"])("%j names no survey weight", (name) =>
  expect(namesSurveyWeight(name)).toBe(false),
);
it.each(["Race1", "marital", "status", "birthplace", "alcohol type"])("%j names codes without an order", (name) =>
  expect(namesNominal(name)).toBe(true),
);
it.each(["education", "stage", "age"])("%j names no such codes", (name) => expect(namesNominal(name)).toBe(false));
it.each(["Refused", "don't know", "DK", "?", "--", "–", "Unknown ", "na", "k.A.", "不明", "#VALUE!"])("%j says nothing", (text) =>
  expect(saysNothing(text)).toBe(true),
);
it.each(["None", "no", "unknown father", "5"])("%j says something", (text) => expect(saysNothing(text)).toBe(false));

describe("isolatedCodes", () => {
  const codesOf = (cells: readonly (string | number)[]): readonly string[] => {
    const profiler = createProfiler(["x"]);
    profiler.add(cells.map((cell) => [String(cell)]));
    return isolatedCodes(profiler.finish()[0], new Set(cells).size).texts;
  };
  const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

  it("finds codes far above or below", () => {
    expect(codesOf([1, 2, 7, 9])).toEqual(["7", "9"]);
    expect(codesOf([1, 2, 3, 9])).toEqual(["9"]);
    expect(codesOf([...range(1, 7), 77, 99])).toEqual(["77", "99"]);
    expect(codesOf([...range(0, 365), 777, 999])).toEqual(["777", "999"]);
    expect(codesOf([...range(18, 80), 999])).toEqual(["999"]);
    expect(codesOf([...range(0, 10), -9, -1])).toEqual(["-1", "-9"]);
    expect(codesOf([...range(1, 5), 9, "9999.0"])).toEqual(["9", "9999.0"]);
    expect(codesOf([-5.5, -3.25, 0, 1.5, 2, 3, -999])).toEqual(["-999"]);
  });

  it("leaves values that belong to the range", () => {
    for (const cells of [
      range(0, 17),
      range(0, 9),
      [...range(0, 6), 7],
      [1.5, 2.5, 5.25, 9],
      range(0, 99),
      [7, 9],
      range(-9, 9),
    ]) {
      expect(codesOf(cells)).toEqual([]);
    }
  });
});
