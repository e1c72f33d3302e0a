import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { VhgmError } from "../../base/errors.js";

/** A text file, packed or not; `name` stands for it in messages. */
export interface TextFile {
  readonly path: string;
  readonly name: string;
  readonly gzip: boolean;
  /** The content, where it is in memory already; nothing is read from `path` then. */
  readonly bytes?: Uint8Array;
}

/** Longest cell (CSV) or line (JSON lines) in characters: a missing quote must not pull a whole file into memory. */
export const MAX_TEXT = 1 << 24;

/**
 * The text of a UTF-8 file in pieces, a byte order mark left out.
 * @throws VhgmError "data" where the bytes are not UTF-8 text, the gzip stream is damaged, or the file can't be read.
 */
export async function* textChunks(file: TextFile): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const decode = async (bytes?: Uint8Array): Promise<string> => {
    let text: string;
    try {
      text = bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
    } catch {
      throw await notText(file);
    }
    // NUL is valid UTF-8, but a table with it is UTF-16 without a mark, or no text at all.
    if (text.includes("\0")) throw await notText(file);
    return text;
  };
  for await (const bytes of byteChunks(file)) {
    const text = await decode(bytes);
    if (text !== "") yield text;
  }
  const rest = await decode();
  if (rest !== "") yield rest;
}

/** Whether the text begins with UTF-8's byte order mark. */
export async function startsWithMark(file: TextFile): Promise<boolean> {
  for await (const bytes of byteChunks(file)) return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return false;
}

/** The bytes of a file, unpacked. */
async function* byteChunks({ path, name, gzip, bytes }: TextFile): AsyncGenerator<Buffer, void, undefined> {
  const source = bytes ? Readable.from(slices(bytes)) : createReadStream(path);
  // `pipeline` closes the source as well when the loop below is left early; errors arrive through the iteration.
  const stream = gzip ? pipeline(source, createGunzip(), () => {}) : source;
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (cause) {
    throw readError(name, cause);
  }
}

function* slices(bytes: Uint8Array): Generator<Buffer, void, undefined> {
  const size = 1 << 16;
  for (let at = 0; at < bytes.length; at += size) yield Buffer.from(bytes.buffer, bytes.byteOffset + at, Math.min(size, bytes.length - at));
}

/** Turns an error of the file system or of zlib into a sentence. */
export function readError(name: string, cause: unknown): VhgmError {
  const { code = "", message } = cause as NodeJS.ErrnoException;
  if (code === "Z_BUF_ERROR") {
    return new VhgmError("data", `${name} is damaged: its gzip data end too early; copy or download it again.`, { cause });
  }
  if (code.startsWith("Z_")) {
    const advice = "copy or download it again, or rename it without .gz";
    return new VhgmError("data", `${name} is damaged or not gzip (${message}); ${advice}.`, { cause });
  }
  if (code === "EACCES" || code === "EPERM") return new VhgmError("data", `${name} can't be read: permission denied.`, { cause });
  return new VhgmError("data", `${name} can't be read: ${message}.`, { cause });
}

const MAGIC: ReadonlyArray<readonly [bytes: readonly number[], meaning: string]> = [
  [[0x1f, 0x8b], "is gzip data; add .gz to its name"],
  [[0x50, 0x4b, 3, 4], "is a zip archive or an Excel workbook; unpack it, or save the sheet as CSV UTF-8"],
  [[0x50, 0x41, 0x52, 0x31], "is a Parquet file; rename it to .parquet"],
  [[0xff, 0xfe], "is UTF-16; save it as UTF-8, e.g. iconv -f UTF-16 -t UTF-8"],
  [[0xfe, 0xff], "is UTF-16; save it as UTF-8, e.g. iconv -f UTF-16 -t UTF-8"],
];

/** Reads the file again up to its first line that is not UTF-8 text, and says what it is and how to mend it. */
async function notText(file: TextFile): Promise<VhgmError> {
  let line = 1;
  let carry = Buffer.alloc(0);
  let first = true;
  for await (const chunk of byteChunks(file)) {
    if (first) {
      const known = MAGIC.find(([bytes]) => bytes.every((byte, i) => chunk[i] === byte));
      if (known) return new VhgmError("data", `${file.name} ${known[1]}.`);
      first = false;
    }
    const bytes = Buffer.concat([carry, chunk]);
    const end = bytes.lastIndexOf(10) + 1;
    const bad = badLine(bytes.subarray(0, end), line);
    if (bad) return encodingError(file.name, bad);
    for (let i = bytes.indexOf(10); i >= 0; i = bytes.indexOf(10, i + 1)) line++;
    carry = bytes.subarray(end);
  }
  return encodingError(file.name, { line, bytes: carry });
}

const isText = (bytes: Buffer): boolean => isUtf8(bytes) && !bytes.includes(0);

function badLine(bytes: Buffer, firstLine: number): { line: number; bytes: Buffer } | undefined {
  if (isText(bytes)) return undefined;
  for (let line = firstLine, start = 0; ; line++) {
    const end = bytes.indexOf(10, start) + 1;
    const found = bytes.subarray(start, end);
    if (!isText(found)) return { line, bytes: found };
    start = end;
  }
}

function encodingError(name: string, bad: { line: number; bytes: Buffer }): VhgmError {
  if (bad.bytes.includes(0)) {
    return new VhgmError(
      "data",
      `${name}, line ${bad.line}: there is a NUL character; if the file is UTF-16, save it as UTF-8 ` +
        `(e.g. iconv -f UTF-16LE -t UTF-8), otherwise it is not a text table.`,
    );
  }
  return new VhgmError(
    "data",
    `${name}, line ${bad.line}: the text is not UTF-8; save the file as UTF-8, ` +
      `e.g. iconv -f ${guessEncoding(bad.bytes)} -t UTF-8 OLD > NEW.`,
  );
}

/**
 * Japanese or Western, the two that are met most. Western words with one accented letter are often valid Shift_JIS too
 * ("männlich"), but their bytes lie above 0xBF, where those of most Japanese characters begin below 0xA0.
 */
function guessEncoding(bytes: Buffer): string {
  try {
    new TextDecoder("shift_jis", { fatal: true }).decode(bytes);
  } catch {
    return "WINDOWS-1252";
  }
  let japanese = 0;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] < 0x80) continue;
    japanese += bytes[i] < 0xa0 ? 1 : -1;
    if (bytes[i] < 0xa0) i++;
  }
  return japanese > 0 ? "CP932" : "WINDOWS-1252";
}
