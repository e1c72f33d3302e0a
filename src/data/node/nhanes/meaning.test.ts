import { describe, expect, test } from "vitest";
import type { CodebookVariable } from "./codebook.js";
import { isNoAnswer, meaningOf } from "./meaning.js";
import { unitOf } from "./units.js";

const variable = (label: string, ...values: [string, string][]): CodebookVariable => ({ name: "X", label, text: label, values: values.map(([code, description]) => ({ code, description })) });

describe("numbers", () => {
  test("codes without an answer are missing", () => {
    const { known, texts } = meaningOf("OCQ180", "Hours worked last week (hours)", variable("", ["1 to 125", "Range of Values"], ["77777", "Refused"], ["99999", "Don't know"], [".", "Missing"]));
    expect(texts).toBeUndefined();
    expect(known).toEqual({ label: "Hours worked last week (hours)", unit: "hours", missing: ["77777", "99999"], reason: "By the codebook, 77777 (Refused), 99999 (Don't know) count as missing." });
  });

  test.each<[string, [string, string], [string, string], string[] | undefined]>([
    ["the top of a cut scale stays", ["0 to 79", "Range of Values"], ["80", "80 years of age and over"], undefined],
    ["a value at the end stays", ["0 to 4.98", "Range of Values"], ["5", "Value greater than or equal to 5.00"], undefined],
    ["a number far off that is spoken stays", ["1 to 20", "Range of Values"], ["95", "95 or more"], undefined],
    ["with thousands", ["1 to 20", "Range of Values"], ["5000", "5,000 and above"], undefined],
    ["nought below the range stays", ["1 to 720", "Range of Values"], ["0", "Less than 1 month"], undefined],
    ["nought in words stays", ["50 to 720", "Range of Values"], ["0", "None"], undefined],
    ["a code that is no number of the scale goes", ["2 to 60", "Range of Values"], ["6666", "Less than weekly"], ["6666"]],
    ["a range of one number", ["1", "Range of Values"], ["77", "Refused"], ["77"]],
  ])("%s", (_, range, other, missing) => expect(meaningOf("X", "x", variable("x", range, other)).known.missing).toEqual(missing));

  test("codes whose texts are the numbers themselves", () => {
    const { known, texts } = meaningOf("DMDHHSIZ", "Household size", variable("", ["1", "1"], ["2", "2"], ["3", "3"], ["7", "7 or more people in the Household"], ["77", "Refused"]));
    expect(texts).toBeUndefined();
    expect(known.missing).toEqual(["77"]);
    expect(known.levels).toBeUndefined();
  });
});

describe("codes", () => {
  test("become the codebook's texts; texts without an answer are missing", () => {
    const { known, texts } = meaningOf("SMQ040", "Do you now smoke?", variable("", ["1", "Every day,"], ["2", "Some days, or"], ["3", "Not at all?"], ["7", "Refused"], ["9", "Don't know"], [".", "Missing"]));
    expect(known).toEqual({ label: "Do you now smoke?", levels: ["Every day", "Some days", "Not at all"], missing: ["Refused", "Don't know"], reason: "Levels and their texts are the codebook's." });
    expect([...texts!]).toEqual([["1", "Every day"], ["2", "Some days"], ["3", "Not at all"], ["7", "Refused"], ["9", "Don't know"]]);
  });

  test("two codes of one text stay apart; codes with leading zeros are found as numbers and as texts", () => {
    const { known, texts } = meaningOf("X", "x", variable("x", ["01", "Other"], ["2", "Other"], ["3", "Same"]));
    expect(known.levels).toEqual(["Other", "Other (2)", "Same"]);
    expect(texts!.get("1")).toBe("Other");
    expect(texts!.get("01")).toBe("Other");
  });

  test.each<[string, string, string[], boolean | undefined]>([
    ["rising numbers", "Length of time in US", ["Less than 1 year", "1 yr., less than 5 yrs.", "5 yrs., less than 10 yrs.", "50 years or more"], true],
    ["education", "Education level - Adults 20+", ["Less than 9th grade", "9-11th grade", "High school graduate", "Some college"], true],
    ["incomes that overlap", "Annual household income", ["$ 0 to $ 4,999", "$ 5,000 to $ 9,999", "Over $20,000", "Under $20,000"], undefined],
    ["no numbers", "Marital status", ["Married", "Widowed", "Divorced"], undefined],
  ])("order: %s", (_, label, texts, ordered) => {
    expect(meaningOf("X", label, variable(label, ...texts.map((text, i): [string, string] => [String(i + 1), text]))).known.ordered).toBe(ordered);
  });
});

test("order: education with a code apart has none", () => {
  const grades = variable("", ["0", "Kindergarten"], ["1", "1st grade"], ["2", "2nd grade"], ["55", "Less than 5th grade"]);
  expect(meaningOf("DMDEDUC3", "Education level - Children/Youth 6-19", grades).known.ordered).toBeUndefined();
});

describe("roles", () => {
  test.each([
    ["SEQN", "Respondent sequence number", "key"],
    ["WTINT2YR", "Full sample 2 year interview weight", "weight"],
    ["WTDRD1", "Dietary day one sample weight", "weight"],
    ["SDMVSTRA", "Masked variance pseudo-stratum", "ignore"],
    ["WTQ", "Number of wheels", undefined],
    ["BMXWT", "Weight (kg)", undefined],
  ])("%s", (column, label, role) => expect(meaningOf(column, label, undefined).known.role).toBe(role));
});

test("labels of the file go before the codebook's", () => {
  expect(meaningOf("X", "In the file", variable("In the book")).known.label).toBe("In the file");
  expect(meaningOf("X", undefined, variable("In the book (mg)")).known).toMatchObject({ label: "In the book (mg)", unit: "mg" });
});

test.each([
  ["Refused", true], ["SP refused", true], ["Don't Know", true], ["Don’t know/not sure", true], ["Could not obtain", true], ["Cannot be assessed", true], ["Missing", true],
  ["No lab result", true], ["Blank but applicable", true], ["Not done", true], ["No", false], ["None", false], ["Not at all", false], ["Unknown-origin steel", false],
  ["No response to stimulus A", false], ["Indeterminate", false], ["Negative", false],
])("%s says nothing: %s", (text, silent) => expect(isNoAnswer(text)).toBe(silent));

test.each([
  ["Weight (kg)", "kg"], ["Body Mass Index (kg/m**2)", "kg/m**2"], ["White blood cell count (1000 cells/uL)", "1000 cells/uL"], ["Glycohemoglobin (%)", "%"],
  ["Blood lead (umol/L)", "umol/L"], ["Apolipoprotein (B) (mg/dL)", "mg/dL"], ["Systolic (mm Hg)", "mm Hg"], ["eGFR (mL/min)", "mL/min"], ["Insulin (uU/mL)", "uU/mL"],
  ["Breast-fed infant (either day)", undefined], ["Time of eating occasion (HH:MM)", undefined], ["Gender", undefined], ["Platelets (x10^3 cells/uL)", "x10^3 cells/uL"],
])("the unit of %s is %s", (label, unit) => expect(unitOf(label)).toBe(unit));
