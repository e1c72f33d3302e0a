import { expect, test } from "vitest";
import { jsonNames } from "./jsonNames.js";

test.each([
  ['{"a": 1, "b": {"a": 2}, "c": [{"a": 1}, {"a": 1}]}', undefined],
  ['{"a": "a", "b": "a", "c": ["a", "a"]}', undefined],
  ['{"a": 1, "b": [{}], "a" : 2}', "a"],
  ['{"x": {"a": 1, "\\u0061": 2}}', "a"],
  ['{"a\\"": 1, "a": "\\"a\\": 1", "a\\\\": 2}', undefined],
  ['"a"', undefined],
])("of %s the name that stands twice is %s", (text, repeated) => {
  JSON.parse(text);
  expect(jsonNames(text).repeated).toBe(repeated);
});

test("__proto__ is found however it is spelled, as a name only", () => {
  for (const text of ['{"__proto__": 1}', '{"a": [{"_\\u005Fproto__"\n: 1}]}']) expect(jsonNames(text).proto).toBe(true);
  for (const text of ['{"a": "__proto__"}', '["__proto__"]', '{"a": "\\"__proto__\\":"}']) expect(jsonNames(text).proto).toBe(false);
});
