/** Cell texts read as numbers and dates. Every part of the project that reads a cell goes through these functions. */

/** Numbers beyond this size (and infinities) are refused everywhere: they are typing errors or sentinel values. */
export const largestNumber = 1e30;

const msPerDay = 86_400_000;

/**
 * The number that a cell text spells ("12", " -3.50 ", "1e5", "+7", ".5", "inf"), or null if it spells none.
 * Decimal points only; no thousands separators, hexadecimal or NaN spellings. The result may be infinite ("inf", "1e400").
 */
export function parseNumber(text: string): number | null {
  const t = text.trim();
  const first = t.charCodeAt(0);
  const second = t.charCodeAt(1);
  const isDigit = first >= 48 && first <= 57;
  // Number() reads "0x1F", "0b1" and "0o7"; the second character tells them from "0", "0.5" and "0e1".
  if (isDigit ? second > 57 && second !== 69 && second !== 101 : first !== 43 && first !== 45 && first !== 46) {
    return /^inf(inity)?$/i.test(t) ? Infinity : null;
  }
  const value = Number(t);
  if (!Number.isNaN(value)) return value;
  const infinity = /^([+-])inf(inity)?$/i.exec(t);
  return infinity ? (infinity[1] === "-" ? -Infinity : Infinity) : null;
}

/** Whether a number is spelled with a needless zero at its start ("007", "041.0"), as codes are. */
export const hasLeadingZero = (text: string): boolean => /^\s*0\d/.test(text) && parseNumber(text) !== null;

/** The sign before a number's decimals. */
export type DecimalSign = "." | ",";

/** As `parseNumber`, in a column with this decimal sign. Where it is a comma, a point (of thousands?) makes the text no number. */
export function parseDecimal(text: string, sign: DecimalSign = "."): number | null {
  if (sign === ".") return parseNumber(text);
  return text.includes(".") ? null : parseNumber(text.replace(",", "."));
}

/** The text of a number in a column with this decimal sign. */
export const formatDecimal = (value: number, sign: DecimalSign = "."): string => String(value).replace(".", sign);

/**
 * Decimals that a number uses: 0 for 12 (also when it is written 12.0), 2 for 3.25, 7 for 1e-7. Digits beyond the 15th
 * are left out, as they are traces of binary arithmetic (0.30000000000000004 uses one decimal).
 */
export function countDecimals(value: number): number {
  if (Number.isInteger(value) || !Number.isFinite(value)) return 0;
  const [mantissa, exponent] = String(Number(value.toPrecision(15))).split("e");
  const fraction = mantissa.split(".")[1]?.length ?? 0;
  return Math.max(0, fraction - Number(exponent ?? 0));
}

const datePattern =
  /^(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?$/;

/**
 * Days since 1970-01-01 of an ISO date (YYYY-MM-DD or YYYY/MM/DD), with a fraction if a time of day follows; null if the
 * text is none or the day does not exist. A time without a zone is taken as UTC, so that the result depends on no machine.
 */
export function parseDate(text: string): number | null {
  const match = datePattern.exec(text.trim());
  if (!match) return null;
  const [, year, , month, day, hour = "0", minute = "0", second = "0", fraction = "0", zone = "Z"] = match;
  const midnight = new Date(0);
  midnight.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (midnight.getUTCMonth() !== Number(month) - 1 || midnight.getUTCDate() !== Number(day)) return null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const offset = zone === "Z" ? 0 : Number(`${zone[0]}1`) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(":", "")));
  const ms = ((Number(hour) * 60 + Number(minute) - offset) * 60 + Number(second)) * 1000 + Number(`0.${fraction}`) * 1000;
  return (midnight.getTime() + ms) / msPerDay;
}

/**
 * The ISO text of days since 1970-01-01: YYYY-MM-DD, or YYYY-MM-DDTHH:MM:SSZ when the resolution is finer than a day.
 * The inverse of `parseDate` to a second.
 */
export function formatDate(days: number, resolution = 1): string {
  const seconds = resolution >= 1 ? Math.round(days) * 86_400 : Math.round(days * 86_400);
  const iso = new Date(seconds * 1000).toISOString();
  return resolution >= 1 ? iso.slice(0, iso.indexOf("T")) : iso.replace(".000Z", "Z");
}

/** The spellings in which dates are written: "YYYY-MM-DD", "YYYY/MM/DD hh:mm", "YYYY-MM-DDThh:mm:ssZ" and their like. */
export const dateFormatPattern = /^YYYY([-/])MM\1DD(?:[T ]hh:mm(?::ss)?Z?)?$/;

/** The spelling in which `formatDate` writes. */
export const defaultDateFormat = (resolution: number): string => (resolution >= 1 ? "YYYY-MM-DD" : "YYYY-MM-DDThh:mm:ssZ");

/** The spelling of a text that `parseDate` reads; null with fractions of seconds or another zone, which are not written. */
export function dateFormatOf(text: string): string | null {
  const match = datePattern.exec(text.trim());
  if (!match) return null;
  const [, , sign, , , hour, , second, fraction, zone] = match;
  if (fraction !== undefined || (zone !== undefined && zone !== "Z")) return null;
  const time = hour === undefined ? "" : `${text.includes("T") ? "T" : " "}hh:mm${second === undefined ? "" : ":ss"}${zone ?? ""}`;
  return `YYYY${sign}MM${sign}DD${time}`;
}

/** An ISO text of `formatDate` in another spelling. */
export function respellDate(iso: string, format: string): string {
  const [year, month, day, hour = "00", minute = "00", second = "00"] = iso.split(/[-T:Z]/);
  return format.replace("YYYY", year).replace("MM", month).replace("DD", day).replace("hh", hour).replace("mm", minute).replace("ss", second);
}
