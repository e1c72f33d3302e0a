import type { z } from "@hono/zod-openapi";
import { describe, expect, it } from "vitest";
import { imputeQuery, attributesQuery, compareRequest, generateRequest, nextRequest, predictRequest } from "./api/schemas.js";
import { pointer } from "./api/problem.js";
import { checked } from "./body.js";

describe("what is at fault in a request", () => {
  it.each<[z.ZodType, unknown, string]>([
    [generateRequest, {}, "The field /rows is missing; it takes a number."],
    [generateRequest, { rows: 1.5 }, "The field /rows is 1.5, but takes a whole number."],
    [generateRequest, { rows: "10" }, "The field /rows is '10', but takes a number."],
    [generateRequest, { rows: 0 }, "The field /rows is 0, but must be at least 1."],
    [generateRequest, { rows: 1, format: "xml" }, "The field /format is 'xml', but takes one of: json, csv, texts."],
    [predictRequest, [], "The body is a list, but takes an object."],
    [predictRequest, null, "The body is null, but takes an object."],
    [predictRequest, { level: 90 }, "The field /level is 90, but must be below 1."],
    [predictRequest, { level: 0 }, "The field /level is 0, but must be above 0."],
    [predictRequest, { ask: "mass" }, "The field /ask is 'mass', but takes a list."],
    [predictRequest, { levl: 0.9 }, "The field /levl is not known here."],
    [predictRequest, { given: { age: [1] } }, "The field /given/age takes a number, a text, true, false or null."],
    [compareRequest, { scenarios: [{ name: "", given: {} }] }, "The field /scenarios/0/name has 0 characters, but must have at least 1 character."],
    [compareRequest, { scenarios: [{ name: "a", given: {} }] }, "The field /scenarios has 1 item, but must have at least 2 items."],
    [nextRequest, { targets: ["a"], top: "x".repeat(100) }, `The field /top is '${"x".repeat(60)}…', but takes a number.`],
    [attributesQuery, { limit: "abc" }, "The field /limit is 'abc', but takes a number."],
    [attributesQuery, { limit: "0" }, "The field /limit is '0', but must be at least 1."],
    [attributesQuery, { type: "foo" }, "The field /type is 'foo', but takes one of: real, positive, count, ordinal, categorical, binary, date."],
    [imputeQuery, { draws: "-1" }, "The field /draws is '-1', but must be at least 0."],
    [imputeQuery, { draws: "1.5" }, "The field /draws is '1.5', but takes a whole number."],
    [imputeQuery, { intervals: "90" }, "The field /intervals is '90', but must be below 1."],
    [imputeQuery, { why: "maybe" }, "The field /why is 'maybe', but takes one of: 0, 1, true, false."],
  ])("is told with what is allowed", (schema, raw, sentence) => {
    expect(() => checked(raw, schema, pointer)).toThrow(expect.objectContaining({ status: 422, message: sentence }));
  });
});
