import { expect, test } from "vitest";
import { parseDictionary } from "../schema/dictionary.js";
import { readNames } from "./attributeNames.js";
import { readAssignments } from "./given.js";

const names = ["income", "income, eur", "weight", "weight, eur", "x y", "x y=1"];
const schema = parseDictionary(JSON.stringify({ version: 1, attributes: names.map((name) => ({ name, type: "real", ...(name === "weight" ? { aliases: ["kg, net"] } : {}) })) }), "d.json");

test.each([
  [["income,weight"], ["income", "weight"]],
  [["income, eur"], ["income, eur"]],
  [["income, eur,weight, eur , kg, net"], ["income, eur", "weight, eur", "kg, net"]],
  [["weight", "income,weight"], ["weight", "income"]],
  [["income\\, eur,what\\, else"], ["income, eur", "what, else"]],
] as const)("names in %j", (given, wanted) => {
  expect(readNames(given, schema, "--ask")).toEqual(wanted);
});

test("nothing between commas is refused", () => {
  expect(() => readNames(["income,,weight"], schema, "--ask")).toThrow("--ask 'income,,weight' names nothing between two commas;");
});

test.each([
  ["x y=1=u", { "x y=1": "u" }],
  ["x y=2", { "x y": "2" }],
  ["weight = a=b", { weight: "a=b" }],
  ["none=a=b", { none: "a=b" }],
])("the assignment %s", (text, wanted) => {
  expect(readAssignments([text], schema, "--do")).toEqual(wanted);
});

test("an assignment has a name and a value", () => {
  for (const text of ["x y", "=1"]) expect(() => readAssignments([text], schema, "--do")).toThrow(`--do '${text}' is not of the form NAME=VALUE`);
  expect(() => readAssignments(["x y=1", "x y=2"], schema, "--do")).toThrow("--do sets 'x y' twice");
});
