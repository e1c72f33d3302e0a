import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countDecimals, formatDate, formatDecimal, parseDate, parseDecimal, parseNumber } from "./values.js";

describe("parseNumber", () => {
  it.each([
    ["12", 12],
    [" -3.50 ", -3.5],
    ["1e5", 1e5],
    ["1E-3", 1e-3],
    ["+7", 7],
    [".5", 0.5],
    ["5.", 5],
    ["0", 0],
    ["-0.5", -0.5],
    ["007", 7],
    ["inf", Infinity],
    ["-Infinity", -Infinity],
    ["1e400", Infinity],
  ])("reads %j", (text, value) => expect(parseNumber(text)).toBe(value));

  it.each([
    "",
    " ",
    "NA",
    "NaN",
    "nan",
    ".",
    "-",
    "+",
    "1,5",
    "1 000",
    "0x1F",
    "0b1",
    "0o7",
    "1e",
    "12abc",
    "<5",
    "10-19",
    "infinite",
    "１２",
  ])("refuses %j", (text) => expect(parseNumber(text)).toBeNull());

  it("reads back what JavaScript writes", () => {
    fc.assert(fc.property(fc.double({ noNaN: true }), (x) => parseNumber(String(x)) === x));
  });
});

describe("countDecimals", () => {
  it.each([
    [12, 0],
    [12.5, 1],
    [0.001, 3],
    [1e-7, 7],
    [1.25e-8, 10],
    [0.1 + 0.2, 1],
    [101.15109851000001, 8],
    [1e21, 0],
    [-3.14, 2],
  ])("%d has %d", (value, decimals) => expect(countDecimals(value)).toBe(decimals));
});

describe("dates", () => {
  it("counts days since 1970", () => {
    expect(parseDate("1970-01-01")).toBe(0);
    expect(parseDate("2000/03/01")).toBe(11017);
    expect(parseDate("1969-12-31")).toBe(-1);
    expect(parseDate("0099-01-01")).toBe(-683368);
  });

  it("reads times, as UTC where no zone stands", () => {
    expect(parseDate("1970-01-02T06:00")).toBe(1.25);
    expect(parseDate("1970-01-02 06:00:00Z")).toBe(1.25);
    expect(parseDate("1970-01-02T06:00:00+06:00")).toBe(1);
    expect(parseDate("1970-01-02 06:00:00+06")).toBe(1);
    expect(parseDate("1970-01-01 21:30:00-0230")).toBe(1);
    expect(parseDate("1970-01-01T00:00:00.5")).toBeCloseTo(0.5 / 86400, 12);
  });

  it.each([
    "2001-02-29",
    "2001-13-01",
    "2001-00-10",
    "2001-05/03",
    "20010503",
    "3 May 2001",
    "2001-05-03T25:00",
    "2001-05",
    "05-03-2001",
  ])("refuses %j", (text) => expect(parseDate(text)).toBeNull());

  it("writes what it reads", () => {
    fc.assert(fc.property(fc.integer({ min: -300_000, max: 300_000 }), (days) => parseDate(formatDate(days)) === days));
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), (seconds) => {
        expect(parseDate(formatDate(seconds / 86400, 1 / 86400))! * 86400).toBeCloseTo(seconds, 4);
      }),
    );
  });
});

it.each([["171,8", 171.8], ["-0,5", -0.5], [" 12 ", 12], ["1,5e3", 1500], ["171.8", null], ["1.234,5", null], ["1,234,567", null], ["x", null]])("reads %j with a decimal comma", (text, value) => {
  expect(parseDecimal(text, ",")).toBe(value);
});
it("writes the decimal sign of a column", () => {
  expect([formatDecimal(171.8, ","), formatDecimal(171.8), formatDecimal(1.5e-7, ","), formatDecimal(3, ",")]).toEqual(["171,8", "171.8", "1,5e-7", "3"]);
});
