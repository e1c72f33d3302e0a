import { describe, expect, it } from "vitest";
import { orderLevels } from "./ordered.js";

describe("orderLevels", () => {
  it.each([
    [["1st", "2nd", "3rd", "10th"]],
    [["never", "sometimes", "often", "always"]],
    [["Never", "Rarely", "Most of the time", "Always"]],
    [["Low", "Medium", "High"]],
    [["poor", "fair", "good", "very good", "excellent"]],
    [["Poor", "Fair", "Good", "Vgood", "Excellent"]],
    [["0-9", "10-19", "20-29", "100-109"]],
    [["<18", "18-24", "25-64", "65+"]],
    [["under 5,000", "$5,000 to $9,999", "$10,000 to $19,999", "$20,000 and over"]],
    [["0_hrs", "0_to_1_hr", "1_hr", "2_hr", "4_hr", "More_4_hr"]],
    [["12.0_18.5", "18.5_to_24.9", "25.0_to_29.9", "30.0_plus"]],
    [["Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree"]],
    [["None", "Several", "Most"]],
    [["none", "mild", "moderate", "severe"]],
    [["8th Grade", "9 - 11th Grade", "High School", "Some College", "College Grad"]],
    [["I", "II", "III", "IV"]],
    [["stage 1", "stage 2", "stage 3"]],
    [["underweight", "normal", "overweight", "obese"]],
  ])("orders %j", (ordered) => {
    expect(orderLevels([...ordered].sort().reverse())).toEqual(ordered);
  });

  it.each([
    [["Black", "Hispanic", "White"]],
    [["type 1", "type 2", "type 3"]],
    [["A10", "B20", "C30"]],
    [["site 1", "ward 2", "ward 3"]],
    [["never", "sometimes", "purple"]],
    [["good", "Good", "poor"]],
    [["low", "high"]],
    [["1 kg", "2 cm", "3 s"]],
    [["2001-05-03", "2001-05-04", "2001-05-05"]],
  ])("leaves %j alone", (levels) => expect(orderLevels(levels)).toBeNull());
});
