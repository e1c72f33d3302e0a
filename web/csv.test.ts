import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeText, dialectOf, formatCsv, parseCsv } from "./csv.js";

describe("csv in the page", () => {
  it("reads quotes, line ends and a byte order mark", () => {
    expect(parseCsv('\ufeffa,"b ""x"""\r\n1,"two\nlines"\r\n\r\n,2')).toEqual({ columns: ["a", 'b "x"'], rows: [["1", "two\nlines"], ["", "2"]] });
  });

  it("finds the delimiter in the header, outside quotes", () => {
    expect(dialectOf('"a,b,c";d;e\n1;2;3').delimiter).toBe(";");
    expect(dialectOf('"a\nb,c,d";e\n1;2').delimiter).toBe(";");
    expect(parseCsv("a\tb\n1\t2").rows).toEqual([["1", "2"]]);
    expect(dialectOf("weight, kg\theight, cm\n70\t170", "t.tsv").delimiter).toBe("\t");
  });

  it("writes a table as it came, with its separator, byte order mark and line ends", () => {
    for (const text of ['\ufeffa;b\r\n1,5;2\r\n"3;";\r\n', "sep=;\r\na;b\r\n1;2\r\n", "sep=:\na:b\n1:2\n", 'a\t"b, c"\n1\t2\n', 'a,"b;c"\n1,2;3\n']) {
      const dialect = dialectOf(text);
      expect(formatCsv(parseCsv(text, dialect), dialect)).toBe(text);
    }
  });

  it("keeps empty rows of a table with one column", () => {
    expect(parseCsv("a\n1\n\n2\n").rows).toEqual([["1"], [""], ["2"]]);
  });

  it("names the row that is longer than the header, and a quote without end", () => {
    expect(() => parseCsv("a,b\n1,2\n1,2,3")).toThrow(expect.objectContaining({ fault: { kind: "length", row: 2, cells: 3, columns: 2 } }));
    expect(() => parseCsv('a,b\n1,"2')).toThrow(expect.objectContaining({ fault: { kind: "quote", row: 1 } }));
  });

  it("refuses bytes that are not UTF-8 instead of changing letters", () => {
    const bytes = (text: string, encoding: BufferEncoding): ArrayBuffer => Uint8Array.from(Buffer.from(text, encoding)).buffer;
    expect(decodeText(bytes("Größe\n1", "utf8"))).toBe("Größe\n1");
    expect(decodeText(bytes("\ufeffa\n1", "utf8"))).toBe("\ufeffa\n1");
    expect(() => decodeText(bytes("Größe\n1", "latin1"))).toThrow(expect.objectContaining({ fault: { kind: "encoding" } }));
  });

  it("reads back what it writes", () => {
    const cell = fc.string({ maxLength: 6, unit: fc.constantFrom("a", "1", '"', ",", "\n", "\r", " ", "é", ";") });
    const table = fc.integer({ min: 2, max: 4 }).chain((width) => {
      const row = fc.array(cell, { minLength: width, maxLength: width });
      return fc.record({ columns: row, rows: fc.array(row, { maxLength: 4 }) });
    });
    fc.assert(fc.property(table, (t) => {
      expect(parseCsv(formatCsv(t))).toEqual(t);
    }));
  });
});
