import { z } from "@hono/zod-openapi";
import { describe, expect, it } from "vitest";
import { problemOf, Refusal, refusalOf } from "./api/problem.js";
import { VhgmError } from "../base/errors.js";
import { depth, parseJson } from "./body.js";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("depth", () => {
  it.each([["1", 0], ["{}", 1], ['[[],{"a":[]}]', 3], ['"[[[["', 0], ['["\\"[[", "]"]', 1], ['{"[": "{"}', 1]])("of %s is %i", (text, expected) => {
    expect(depth(text)).toBe(expected);
  });
});

describe("parseJson", () => {
  it("names the field as a JSON pointer", () => {
    const schema = z.strictObject({ "a/b": z.array(z.number()).optional() });
    for (const [text, field] of [['{"a/b": [1, "x"]}', "/a~1b/1"], ['{"~": 1}', "/~0"], ["3", ""]]) {
      expect(() => parseJson(bytes(text), schema)).toThrow(expect.objectContaining({ status: 422, field }));
    }
    expect(parseJson(bytes('{"a/b": [1]}'), schema)).toEqual({ "a/b": [1] });
  });

  it("refuses what objects would drop silently: a name that stands twice, and __proto__ however it is spelled", () => {
    const schema = z.strictObject({ given: z.record(z.string(), z.number()) });
    expect(() => parseJson(bytes('{"given": {"age": 60, "age": 20}}'), schema)).toThrow("The name 'age' stands twice in one object of the body; once is allowed.");
    expect(() => parseJson(bytes('{"given": {"__\\u0070roto__": 1}}'), schema)).toThrow("No field can be called __proto__.");
  });
});

describe("refusalOf", () => {
  it("tells what a person can mend, and nothing of what went wrong inside", () => {
    expect(problemOf(refusalOf(new VhgmError("usage", "No.", { field: ["given", "a"] })))).toEqual({ type: "about:blank", title: "Unprocessable Content", status: 422, detail: "No.", code: "usage", field: "/given/a" });
    expect(JSON.stringify(problemOf(refusalOf(new TypeError("/home/somebody/secret is undefined"))))).not.toContain("secret");
    expect(refusalOf(new VhgmError("data", "the table, line 2: no.")).message).toBe("The table, line 2: no.");
    const refusal = new Refusal(401, "unauthorized", "No key.");
    expect(refusalOf(refusal)).toBe(refusal);
  });
});
