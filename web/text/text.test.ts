import { expect, it } from "vitest";
import { en } from "./en.js";

it("says how many showed two attributes together, if anybody did", () => {
  expect(en.person.never("crp", 0)).toMatch(/^Never seen together with crp in the training data\. /);
  expect(en.person.never("crp", 1)).toMatch(/^Hardly ever seen together with crp in the training data \(1 person at most\)\. /);
});
