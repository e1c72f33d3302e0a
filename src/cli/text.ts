/** Layout of what people read: columns, bars, numbers. */

/** Columns that a text takes in a terminal: Chinese, Japanese and Korean characters and emoji take two, marks none. */
export function textWidth(text: string): number {
  let width = 0;
  for (const char of text) {
    if (/\p{M}|\u200b|\u200d|\ufe0f/u.test(char)) continue;
    width += /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(char) ? 2 : 1;
  }
  return width;
}

/** The text cut to a number of columns, the cut shown by an ellipsis. */
export function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let out = "";
  for (const char of text) {
    if (textWidth(out + char) >= width) break;
    out += char;
  }
  return `${out.trimEnd()}…`;
}

export interface TextColumn {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Longer cells are cut. */
  readonly most?: number;
}

/** The last column of a table is not cut below this, whatever the screen. */
const leastLast = 40;

/** Rows as an aligned table under their titles. The last column is cut to what the screen leaves it. */
export function layTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[], screen = Infinity): string {
  const cells = [columns.map((c) => c.title), ...rows].map((row) => row.map((cell, j) => cut(cell.replace(/\s+/g, " "), columns[j].most ?? Infinity)));
  const widths = columns.map((_, j) => Math.max(...cells.map((row) => textWidth(row[j]))));
  const last = columns.length - 1;
  const others = widths.slice(0, last).reduce((sum, width) => sum + width + 2, 0);
  widths[last] = Math.min(widths[last], Math.max(leastLast, screen - others));
  return cells
    .map((row) =>
      row
        .map((cell, j) => {
          const text = cut(cell, widths[j]);
          const gap = " ".repeat(widths[j] - textWidth(text));
          return columns[j].align === "right" ? gap + text : text + gap;
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Columns of the terminal; unlimited where the output goes to a file or a program. */
export const screenWidth = (): number => (process.stdout.isTTY ? process.stdout.columns || 80 : Infinity);

const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A share between 0 and 1 as a bar of the given number of columns. */
export function bar(share: number, width: number): string {
  const units = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  const text = "█".repeat(units >> 3) + eighths[units & 7];
  return text + " ".repeat(width - [...text].length);
}

const heights = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/** Heights (any scale, not negative) as a row of small columns; what is not zero is visible. */
export function sketch(values: readonly number[]): string {
  const top = Math.max(...values, Number.MIN_VALUE);
  return values.map((v) => heights[v <= 0 ? 0 : Math.max(1, Math.round((8 * v) / top))]).join("");
}

/** A whole number with thousands separators. */
export const count = (n: number): string => n.toLocaleString("en-US");

/** An amount of data: "812 kB", "3.4 MB". */
export const bytes = (n: number): string => (n < 1e6 ? `${Math.ceil(n / 1e3)} kB` : `${(n / 1e6).toFixed(n < 1e8 ? 1 : 0)} MB`);

/** "1 row", "2,000 rows". */
export const counted = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

/** A number to four significant digits, without an exponent where that stays short. */
export function short(x: number): string {
  if (!Number.isFinite(x)) return String(x);
  if (x !== 0 && (Math.abs(x) >= 1e7 || Math.abs(x) < 1e-3)) return x.toPrecision(3);
  return String(Number(x.toPrecision(4)));
}

/** A difference, with its sign. */
export const signed = (x: number): string => `${x > 0 ? "+" : ""}${short(x)}`;

/** A difference of shares, with its sign, as the figure before "percentage points". */
export function points(difference: number): string {
  const rounded = Number((100 * difference).toFixed(1));
  return `${rounded > 0 ? "+" : ""}${rounded.toFixed(1)}`;
}

export const percent = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 0.0995 ? 1 : 0)}%`;

/** "45 s", "3 min 20 s", "2 h 5 min". */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.round((s % 3600) / 60)} min`;
}

/** Names in a sentence, the first ones only when there are many. */
export const listed = (names: readonly string[], most = 6): string =>
  names.length > most ? `${names.slice(0, most).join(", ")} and ${names.length - most} more` : names.join(", ");
