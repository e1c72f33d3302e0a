import { expect, test } from "vitest";
import { listOf, oneOf } from "./flags.js";

test("a list's option adds to its list when it is given again, and takes the place of its default", () => {
  const read = listOf(oneOf(["mcar", "mar", "mnar"]));
  const usual = ["mcar" as const];
  const once = read("mar", [...usual]);
  expect(once).toEqual(["mar"]);
  expect(read("mnar,mar", once)).toEqual(["mar", "mnar"]);
  expect(() => read("often")).toThrow("Allowed are mcar, mar, mnar.");
  expect(() => read("mar,,mnar")).toThrow("Names separated by commas");
});
