import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { VhgmError } from "../../base/errors.js";
import type { TextRow } from "../table.js";
import { checkColumns, type FileTable } from "./filetable.js";
import { readError } from "./text.js";

/** Everything in a transport file stands in records of 80 bytes. */
const RECORD = 80;
const BLANK = 0x20;

interface Variable {
  readonly name: string;
  readonly label: string | undefined;
  readonly numeric: boolean;
  /** Position in the row, and bytes taken there. */
  readonly start: number;
  readonly length: number;
}

interface Member {
  readonly variables: readonly Variable[];
  /** Where the rows start in the file. */
  readonly dataStart: number;
}

/**
 * The first table of a SAS transport file, version 5 or 8 (SAS technical note TS-140), the format of NHANES.
 * Numbers are printed in the shortest form that gives them back; missing values, also the special ones (.A to .Z, ._),
 * are empty cells; 5.397605346934028e-79, which conversions to this format leave in place of zero, is "0". Text is cut
 * at its trailing blanks and taken for UTF-8 or else Windows-1252. `nativeTypes` are DOUBLE and VARCHAR.
 *
 * Blank bytes that fill the last record are no rows. If a table has text columns only, rows at its end that are wholly
 * blank within those last 79 bytes can't be told from filling, and are taken for it.
 *
 * @throws VhgmError "data" for a file that is not a transport file or ends too early
 */
export async function openXpt(path: string, name: string): Promise<FileTable> {
  let member: Member;
  let handle: FileHandle | undefined;
  try {
    handle = await open(path);
    member = await readHeader(handle, name);
  } catch (cause) {
    throw cause instanceof VhgmError ? cause : readError(name, cause);
  } finally {
    await handle?.close();
  }
  const { variables, dataStart } = member;
  const columns = variables.map((variable) => variable.name);
  checkColumns(name, columns);
  const rowLength = variables.reduce((sum, variable) => sum + variable.length, 0);
  const anyNumber = variables.some((variable) => variable.numeric);
  const blankRow = Buffer.alloc(rowLength, BLANK);
  const notes: string[] = [];
  const note = (sentence: string): void => {
    if (!notes.includes(sentence)) notes.push(sentence);
  };
  const moreMembers = (): void => note(`${name} holds more than one table; only the first is read.`);

  async function* batches(rowsPerBatch = 1024): AsyncGenerator<TextRow[], void, undefined> {
    const batch: TextRow[] = [];
    let carry: Buffer = Buffer.alloc(0);
    let total = 0;
    // Blank rows wait until something follows them, since they may be the filling of the last record.
    const blankRows: number[] = [];
    for await (const records of dataRecords(path, name, dataStart, moreMembers)) {
      const bytes = carry.length === 0 ? records : Buffer.concat([carry, records]);
      const first = total - carry.length;
      total += records.length;
      let at = 0;
      for (; at + rowLength <= bytes.length; at += rowLength) {
        const row = bytes.subarray(at, at + rowLength);
        if (row.equals(blankRow)) {
          blankRows.push(first + at);
          continue;
        }
        for (let k = blankRows.length; k > 0; k--) batch.push(variables.map(() => ""));
        blankRows.length = 0;
        batch.push(variables.map((variable) => cellText(row, variable)));
        while (batch.length >= rowsPerBatch) yield batch.splice(0, rowsPerBatch);
      }
      carry = bytes.subarray(at);
    }
    if (carry.some((byte) => byte !== BLANK && byte !== 0)) {
      throw new VhgmError("data", `${name} ends within a row; it was cut off, so copy or download it again.`);
    }
    if (total % RECORD !== 0) {
      note(`${name} is not a whole number of ${RECORD}-byte records long, so rows may be missing at its end.`);
    }
    for (const start of blankRows) if (!anyNumber && start <= total - RECORD) batch.push(variables.map(() => ""));
    while (batch.length > 0) yield batch.splice(0, rowsPerBatch);
  }

  const labels = variables.map((variable) => variable.label);
  const nativeTypes = variables.map((variable) => (variable.numeric ? "DOUBLE" : "VARCHAR"));
  return { name, columns, labels, nativeTypes, notes, batches, async close() {} };
}

/** The bytes of the first member's rows, in whole records as far as the file has them. */
async function* dataRecords(path: string, name: string, start: number, more: () => void): AsyncGenerator<Buffer> {
  let carry: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of createReadStream(path, { start, highWaterMark: RECORD * 1024 })) {
      const bytes: Buffer = carry.length === 0 ? chunk : Buffer.concat([carry, chunk]);
      const end = bytes.length - (bytes.length % RECORD);
      for (let at = bytes.indexOf(HEADER); at >= 0 && at < end; at = bytes.indexOf(HEADER, at + 1)) {
        if (at % RECORD !== 0 || !/^MEMB/.test(headerName(bytes, at))) continue;
        more();
        yield bytes.subarray(0, at);
        return;
      }
      yield bytes.subarray(0, end);
      carry = bytes.subarray(end);
    }
  } catch (cause) {
    throw readError(name, cause);
  }
  if (carry.length > 0) yield carry;
}

const HEADER = "HEADER RECORD*******";
const headerName = (bytes: Buffer, at: number): string => latin1(bytes, at + 20, at + 28);
const latin1 = (bytes: Buffer, from: number, to: number): string => bytes.toString("latin1", from, to).trimEnd();

async function readHeader(handle: FileHandle, name: string): Promise<Member> {
  let position = 0;
  const take = async (length: number): Promise<Buffer> => {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
    position += length;
    if (bytesRead < length) throw new VhgmError("data", `${name} ends within its header; copy or download it again.`);
    return buffer;
  };
  const expect = async (...names: string[]): Promise<Buffer> => {
    const record = await take(RECORD);
    const found = headerName(record, 0);
    if (record.toString("latin1", 0, 20) === HEADER && names.includes(found)) return record;
    throw new VhgmError(
      "data",
      record.toString("latin1", 0, 14) === "**COMPRESSED**"
        ? `${name} is a SAS CPORT file, which only SAS can read; save it with XPORT or as CSV.`
        : `${name} is no SAS transport file: a ${names[0]} header is expected at byte ${position - RECORD}.`,
    );
  };

  const library = await expect("LIBRARY", "LIBV8");
  const v8 = headerName(library, 0) === "LIBV8";
  await take(2 * RECORD);
  // Digits 74 to 78 of the member's header give the length of each variable's description: 140, on VMS 136.
  const size = Number(latin1(await expect("MEMBER", "MEMBV8"), 74, 78)) || 140;
  await expect("DSCRPTR", "DSCPTV8");
  await take(2 * RECORD);
  const count = Number(latin1(await expect("NAMESTR", "NAMSTV8"), 48, 58));
  if (!(count > 0) || size < 88) throw new VhgmError("data", `${name} describes no variables; it is empty or damaged.`);
  const described = await take(Math.ceil((count * size) / RECORD) * RECORD);
  let variables = Array.from({ length: count }, (_, i) => variable(described.subarray(i * size, (i + 1) * size), v8));
  for (;;) {
    const record = await expect("OBS", "OBSV8", "LABELV8", "LABELV9");
    const kind = headerName(record, 0);
    if (kind === "OBS" || kind === "OBSV8") break;
    variables = await readLabels(variables, Number(latin1(record, 48, 53)), kind === "LABELV9" ? 5 : 3, take);
    position = Math.ceil(position / RECORD) * RECORD;
  }
  const rowLength = variables.reduce((sum, { length }) => sum + length, 0);
  for (const { name: column, numeric, start, length } of variables) {
    if (length >= (numeric ? 2 : 1) && (!numeric || length <= 8) && start >= 0 && start + length <= rowLength) continue;
    const place = `${length} bytes at byte ${start} of a row of ${rowLength}`;
    throw new VhgmError("data", `${name} gives "${column}" ${place}; it is damaged.`);
  }
  return { variables, dataStart: position };
}

/** One NAMESTR: type @0, length @4, name @8, label @16, position in the row @84, in version 8 the long name @88. */
function variable(bytes: Buffer, v8: boolean): Variable {
  const longName = v8 && bytes.length >= 120 ? text(bytes.subarray(88, 120)) : "";
  return {
    name: longName || text(bytes.subarray(8, 16)),
    label: text(bytes.subarray(16, 56)) || undefined,
    numeric: bytes.readInt16BE(0) === 1,
    start: bytes.readInt32BE(84),
    length: bytes.readInt16BE(4),
  };
}

/** Long labels of version 8: number of the variable, lengths of its name, its formats (9 only) and label, these texts. */
async function readLabels(
  variables: readonly Variable[],
  count: number,
  fields: 3 | 5,
  take: (length: number) => Promise<Buffer>,
): Promise<Variable[]> {
  const result = [...variables];
  for (let k = 0; k < count; k++) {
    const head = await take(2 * fields);
    const lengths = Array.from({ length: fields - 1 }, (_, i) => head.readUInt16BE(2 * i + 2));
    const texts: string[] = [];
    for (const length of lengths) texts.push(length > 0 ? text(await take(length)) : "");
    // By name, since writers disagree on whether the number counts from 0 or 1.
    const index = result.findIndex((variable) => variable.name === texts[0]);
    if (index >= 0) result[index] = { ...result[index], label: texts.at(-1) || result[index].label };
  }
  return result;
}

function cellText(row: Buffer, { numeric, start, length }: Variable): string {
  const bytes = row.subarray(start, start + length);
  return numeric ? numberText(bytes) : text(bytes);
}

const WESTERN = new TextDecoder("windows-1252");

function text(bytes: Buffer): string {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === BLANK || bytes[end - 1] === 0)) end--;
  const used = bytes.subarray(0, end);
  return isUtf8(used) ? used.toString("utf8") : WESTERN.decode(used);
}

function numberText(bytes: Buffer): string {
  const value = ibmToNumber(bytes);
  return value === undefined ? "" : String(value);
}

/** What zero becomes in conversions that see the smallest normal number in it: 16^-65. */
const ZERO_ARTEFACT = 2 ** -260;

/**
 * An IBM 360 floating point number of 2 to 8 bytes, (-1)^s 16^(e - 64) f with f in [0, 1) of up to 56 bits, rounded to
 * the nearest double; undefined for a SAS missing value ("." "_" or "A" to "Z" in the first byte, zeros behind).
 */
export function ibmToNumber(bytes: Uint8Array): number | undefined {
  let high = 0;
  let low = 0;
  for (let i = 1; i < 4; i++) high = high * 256 + (bytes[i] ?? 0);
  for (let i = 4; i < 8; i++) low = low * 256 + (bytes[i] ?? 0);
  const first = bytes[0];
  if (high === 0 && low === 0) {
    const missing = first === 0x2e || first === 0x5f || (first >= 0x41 && first <= 0x5a);
    return missing ? undefined : 0;
  }
  // Both terms are exact, so that the sum is rounded once; scaling by a power of two is exact.
  const magnitude = (high * 2 ** 32 + low) * 2 ** (4 * ((first & 0x7f) - 64) - 56);
  if (magnitude === ZERO_ARTEFACT) return 0;
  return first & 0x80 ? -magnitude : magnitude;
}
