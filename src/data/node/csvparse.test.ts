import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { csvParser, sniffDelimiter } from "./csvparse.js";

/** Parses a text that arrives in pieces of the given lengths, the last of which repeats. */
function parse(text: string, delimiter = ",", pieces: readonly number[] = [text.length + 1]): (readonly [number, ...string[]])[] {
  const parser = csvParser("t.csv", delimiter);
  const records = [];
  for (let at = 0, k = 0; at < text.length; k++) {
    const length = pieces[Math.min(k, pieces.length - 1)];
    records.push(...parser.push(text.slice(at, at + length)));
    at += length;
  }
  records.push(...parser.end());
  return records.map(({ line, cells }) => [line, ...cells] as const);
}

describe("records", () => {
  const cases: Record<string, [text: string, records: (readonly [number, ...string[]])[]]> = {
    "LF": ["a,b\n1,2\n", [[1, "a", "b"], [2, "1", "2"]]],
    "CRLF": ["a,b\r\n1,2\r\n", [[1, "a", "b"], [2, "1", "2"]]],
    "CR": ["a,b\r1,2\r", [[1, "a", "b"], [2, "1", "2"]]],
    "mixed line ends": ["a\r\nb\nc\rd", [[1, "a"], [2, "b"], [3, "c"], [4, "d"]]],
    "no line end at the end": ["a,b\n1,", [[1, "a", "b"], [2, "1", ""]]],
    "nothing": ["", []],
    "blank lines have no cells": ["\na\n\n\r\nb\n", [[1], [2, "a"], [3], [4], [5, "b"]]],
    "a quoted empty cell is a cell": ['""\n', [[1, ""]]],
    "quoted line breaks count as lines": ['"a\nb",c\r\n"d\r\ne",f\n', [[1, "a\nb", "c"], [3, "d\r\ne", "f"]]],
    "quoted delimiter and doubled quotes": ['"a,b","say ""hi""",""""\n', [[1, "a,b", 'say "hi"', '"']]],
    "a quote within a cell is text": ['5"7,a""b\n', [[1, '5"7', 'a""b']]],
    "spaces are kept, also before a quote": [' a , "b" \n', [[1, " a ", ' "b" ']]],
    "trailing delimiter": ["a,b,\n", [[1, "a", "b", ""]]],
    "only delimiters": [",,\n", [[1, "", "", ""]]],
    "quoted cell at the end of the text": ['a,"b"', [[1, "a", "b"]]],
    "Japanese": ["年齢,身長\n三十,百七十\n", [[1, "年齢", "身長"], [2, "三十", "百七十"]]],
  };
  for (const [name, [text, records]] of Object.entries(cases)) {
    test(name, () => {
      expect(parse(text)).toEqual(records);
      expect(parse(text, ",", [1])).toEqual(records);
    });
  }

  test("any text gives the same records, or the same error, however it is cut", () => {
    const outcome = (text: string, pieces: number[]) => {
      try {
        return parse(text, ";", pieces);
      } catch (error) {
        return (error as Error).message;
      }
    };
    const text = fc.array(fc.constantFrom(...'a;"\n\r é'), { maxLength: 30 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }), (text, pieces) => {
        expect(outcome(text, pieces)).toEqual(outcome(text, [100]));
      }),
    );
  });
});

describe("errors", () => {
  test("text behind a closing quote", () => {
    expect(() => parse('a,b\n1,"x"y\n')).toThrow(
      't.csv, line 2: cell 2 has text behind its closing quote; write a quote within quotes as "".',
    );
  });
  test("a quote that is never closed, at the line where it opens", () => {
    expect(() => parse('a\n1\n"x\ny\n')).toThrow("t.csv, line 3: a quote is opened here and never closed.");
  });
  test("a cell of more than 16 million characters", () => {
    const piece = "x".repeat(1 << 22);
    const parser = csvParser("t.csv", ",");
    parser.push('a\n"');
    expect(() => {
      for (let k = 0; k < 5; k++) parser.push(piece);
    }).toThrow("t.csv, line 2: a cell is longer than 16777216 characters; is the quote that opens there ever closed?");
  });
});

describe("sniffDelimiter", () => {
  test.each([
    ["a,b\n1,2\n", ","],
    ["a;b\n1,5;2,5\n", ";"],
    ["a\tb\n1\t2\n", "\t"],
    ["a|b\n1|2\n", "|"],
    ["height, cm;weight\n1,5;2\n3;4\n", ";"],
    ["a\n1\n", ","],
    ["a;b\n", ";"],
    ["", ","],
    ['"x;y",b\n"1;2",3\n', ","],
    ['"a\n;b",c\n1,2\n', ","],
    // Ragged, so that no delimiter agrees: the one that splits the header.
    ["a,b,c\n1,2\n", ","],
    ["x\n1,5\n", ","],
    ['a,";0;b ;c"\n', ","],
  ])("%j", (text, delimiter) => expect(sniffDelimiter(text, true)).toBe(delimiter));

  test("the unfinished record at the end of a sample does not count", () => {
    expect(sniffDelimiter("a;b;c\n1,5;2;3\n1,5;2", false)).toBe(";");
  });
});
