/** Writes SAS transport files of versions 5 and 8 (technical note TS-140), as much of them as tests need. */

/** A cell: a number, a text, or the letter of a missing value. */
export type XptCell = number | string | { missing: string };
export interface XptColumn {
  name: string;
  label?: string;
  /** Bytes; 8 for numbers unless given. */
  length?: number;
  text?: boolean;
}

/** The nearest IBM number of 8 bytes; a double's 53 bits always fit. */
export function toIbm(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  if (value === 0) return bytes;
  let exponent = 64;
  let fraction = Math.abs(value);
  for (; fraction >= 1; exponent++) fraction /= 16;
  for (; fraction < 1 / 16; exponent--) fraction *= 16;
  bytes.writeBigUInt64BE(BigInt(fraction * 2 ** 56));
  bytes[0] = exponent | (value < 0 ? 0x80 : 0);
  return bytes;
}

const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((80 - (bytes.length % 80)) % 80, " ")]);
const header = (name: string, digits: string): Buffer =>
  Buffer.from(`HEADER RECORD*******${name.padEnd(8)}HEADER RECORD!!!!!!!${digits.padEnd(30, "0")}  `);

function cellBytes(cell: XptCell, { length = 8, text }: XptColumn): Buffer {
  if (text) return Buffer.concat([Buffer.from(cell as string), Buffer.alloc(length, " ")]).subarray(0, length);
  if (typeof cell === "object") return Buffer.concat([Buffer.from(cell.missing), Buffer.alloc(7)]).subarray(0, length);
  return toIbm(cell as number).subarray(0, length);
}

export function member(columns: XptColumn[], rows: XptCell[][], { version = 5, size = 140 } = {}): Buffer {
  let start = 0;
  const described = columns.map((column, i) => {
    const bytes = Buffer.alloc(size);
    const length = column.length ?? 8;
    bytes.writeInt16BE(column.text ? 2 : 1, 0);
    bytes.writeInt16BE(length, 4);
    bytes.writeInt16BE(i + 1, 6);
    bytes.fill(" ", 8, 84);
    bytes.write(column.name.slice(0, 8), 8);
    bytes.write((column.label ?? "").slice(0, 40), 16);
    bytes.writeInt32BE(start, 84);
    if (version === 8) bytes.fill(" ", 88, 120).write(column.name, 88);
    start += length;
    return bytes;
  });
  const v8 = version === 8;
  const labels = columns.filter((column) => v8 && (column.label ?? "").length > 40);
  const longLabels = labels.map((column) => {
    const head = Buffer.alloc(6);
    head.writeUInt16BE(columns.indexOf(column) + 1, 0);
    head.writeUInt16BE(column.name.length, 2);
    head.writeUInt16BE((column.label ?? "").length, 4);
    return Buffer.concat([head, Buffer.from(column.name), Buffer.from(column.label ?? "")]);
  });
  return Buffer.concat([
    header(v8 ? "MEMBV8" : "MEMBER", `000000000000000001600000000${size}`),
    header(v8 ? "DSCPTV8" : "DSCRPTR", ""),
    Buffer.alloc(160, " "),
    header(v8 ? "NAMSTV8" : "NAMESTR", `000000${String(columns.length).padStart(4, "0")}`),
    padded(Buffer.concat(described)),
    ...(labels.length > 0 ? [header("LABELV8", String(labels.length).padEnd(30)), padded(Buffer.concat(longLabels))] : []),
    header(v8 ? "OBSV8" : "OBS", ""),
    padded(Buffer.concat(rows.flatMap((row) => row.map((cell, j) => cellBytes(cell, columns[j]))))),
  ]);
}

export const library = (version = 5): Buffer =>
  Buffer.concat([header(version === 8 ? "LIBV8" : "LIBRARY", ""), Buffer.alloc(160, " ")]);

/** A whole file of version 5 with one table. */
export const xptFile = (columns: readonly XptColumn[], rows: readonly (readonly XptCell[])[]): Buffer => Buffer.concat([library(), member([...columns], rows.map((row) => [...row]))]);
