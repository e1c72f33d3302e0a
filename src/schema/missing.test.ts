import { describe, expect, it } from "vitest";
import { isMissingText, sameNumber } from "./missing.js";

const number = { type: "real" } as const;
const scale = { type: "ordinal", levels: ["None", "Several", "Most"] } as const;

describe("isMissingText", () => {
  it("takes empty cells, NA and . as holes everywhere", () => {
    for (const attribute of [number, { ...scale, levels: [...scale.levels] }, { role: "text", type: "categorical" } as const]) {
      for (const text of ["", " ", "NA", " NA ", ".", "\t"]) expect(isMissingText(text, attribute)).toBe(true);
    }
  });

  it("takes the words as holes among numbers and unknown levels, but not where they are levels or free text", () => {
    const levels = [...scale.levels];
    expect(isMissingText("NaN", number)).toBe(true);
    expect(isMissingText("None", number)).toBe(true);
    expect(isMissingText("None", { ...scale, levels })).toBe(false);
    expect(isMissingText("null", { ...scale, levels })).toBe(true);
    expect(isMissingText("None", { role: "text", type: "categorical" })).toBe(false);
  });

  it("obeys the person: a listed level is a value, a listed missing text is a hole", () => {
    expect(isMissingText("NA", { type: "categorical", levels: ["EU", "NA"] })).toBe(false);
    expect(isMissingText("", { type: "categorical", levels: ["", "NA"] })).toBe(true);
    expect(isMissingText("Refused", { ...number, missing: ["Refused"] })).toBe(true);
    expect(isMissingText("9", { type: "ordinal", levels: ["1", "9"], missing: ["9"] })).toBe(true);
  });

  it("matches number codes by value and other texts exactly", () => {
    const attribute = { ...number, missing: ["7777", "refused"] };
    expect(isMissingText("7777.0", attribute)).toBe(true);
    expect(isMissingText("77777", attribute)).toBe(false);
    expect(isMissingText("Refused", attribute)).toBe(false);
    expect(isMissingText("12", attribute)).toBe(false);
  });
});

it("sameNumber compares values", () => {
  expect(sameNumber("1", "1.0")).toBe(true);
  expect(sameNumber("1", "2")).toBe(false);
  expect(sameNumber("a", "a")).toBe(false);
});
