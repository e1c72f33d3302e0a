import { describe, expect, it } from "vitest";
import { outputNames } from "./imputeFlags.js";
import { bar, cut, duration, layTable, percent, short, sketch, textWidth } from "./text.js";

describe("text", () => {
  it("measures and cuts by the columns that characters take", () => {
    expect(textWidth("abc")).toBe(3);
    expect(textWidth("収縮期血圧")).toBe(10);
    expect(textWidth("e\u0301")).toBe(1);
    expect(cut("収縮期血圧", 6)).toBe("収縮…");
    expect(cut("abcdef", 4)).toBe("abc…");
    expect(cut("abcd", 4)).toBe("abcd");
  });

  it("lays tables out", () => {
    const table = layTable([{ title: "name" }, { title: "n", align: "right" }, { title: "why" }], [["年齢", "5", "a"], ["sex", "12", "line\nbreak"]]);
    expect(table.split("\n")).toEqual(["name   n  why", "年齢   5  a", "sex   12  line break"]);
    const long = layTable([{ title: "a" }, { title: "b" }], [["x", "y".repeat(60)]], 50);
    expect(long.split("\n")[1]).toBe(`x  ${"y".repeat(46)}…`);
  });

  it("draws bars and sketches", () => {
    expect(bar(0.5, 4)).toBe("██  ");
    expect(bar(0.53125, 4)).toBe("██▏ ");
    expect(bar(1.2, 2)).toBe("██");
    expect(sketch([0, 1e-9, 4, 8])).toBe(" ▁▄█");
    expect(sketch([0, 0])).toBe("  ");
  });

  it("writes numbers for people", () => {
    expect([1234.5678, 0.00012, 1e9, 0, -3].map(short)).toEqual(["1235", "0.000120", "1.00e+9", "0", "-3"]);
    expect([0, 0.004, 0.0996, 0.5, 1].map(percent)).toEqual(["0%", "0.4%", "10%", "50%", "100%"]);
    expect([0.4, 59.7, 200, 7500].map(duration)).toEqual(["0 s", "1 min 0 s", "3 min 20 s", "2 h 5 min"]);
  });

  it("numbers the outputs of multiple imputation before the extension", () => {
    expect(outputNames("a/out.csv", undefined)).toEqual(["a/out.csv"]);
    expect(outputNames("a/out.csv.gz", 2)).toEqual(["a/out-1.csv.gz", "a/out-2.csv.gz"]);
    expect(outputNames("v1.2.parquet", 10).slice(-2)).toEqual(["v1.2-09.parquet", "v1.2-10.parquet"]);
  });
});
