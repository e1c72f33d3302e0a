/**
 * In how many rows two columns were observed together: what a table can tell of a pair, and what it cannot. Counts are
 * capped, because only small ones matter; columns with the same capped counts beside every other column form a class, so
 * that thousands of attributes from a few sources take a few hundred bytes.
 */
import { VhgmError } from "../base/errors.js";

/** Counts above this are kept as this. */
export const mostTogether = 100;

export interface Together {
  /** (columns) */
  readonly classOf: Uint16Array;
  readonly classes: number;
  /** Capped counts of pairs of classes: the lower triangle with its diagonal, row by row. */
  readonly counts: Uint8Array;
}

const triangle = (n: number): number => (n * (n + 1)) / 2;
const placeOf = (a: number, b: number): number => (a >= b ? triangle(a) + b : triangle(b) + a);

/** How many rows observe both columns, at most `mostTogether`; for a column and itself, how many observe it. */
export const peopleTogether = ({ classOf, counts }: Together, i: number, j: number): number => counts[placeOf(classOf[i], classOf[j])];

/** Counts the pairs of columns of a table. @param columns (columns) of (rows) values, NaN where there is a hole */
export function countTogether(columns: readonly Float64Array[]): Together {
  const bits = columns.map(observedBits);
  const p = columns.length;
  const pairs = new Uint8Array(p * p);
  for (let i = 0; i < p; i++) for (let j = 0; j <= i; j++) pairs[i * p + j] = common(bits[i], bits[j]);
  mirror(pairs, p);
  return intoClasses(pairs, p);
}

interface ObservedBits {
  readonly words: Uint32Array;
  /** Words outside [first, end) are zero: the columns of one of several stacked tables do not meet those of another. */
  readonly first: number;
  readonly end: number;
}

function observedBits(column: Float64Array): ObservedBits {
  const words = new Uint32Array(Math.ceil(column.length / 32));
  for (let i = 0; i < column.length; i++) if (!Number.isNaN(column[i])) words[i >>> 5] |= 1 << (i & 31);
  let end = words.length;
  while (end > 0 && words[end - 1] === 0) end--;
  let first = 0;
  while (first < end && words[first] === 0) first++;
  return { words, first, end };
}

function common(a: ObservedBits, b: ObservedBits): number {
  const end = Math.min(a.end, b.end);
  let count = 0;
  for (let k = Math.max(a.first, b.first); k < end && count < mostTogether; k++) {
    const both = a.words[k] & b.words[k];
    if (both !== 0) count += bitCount(both);
  }
  return Math.min(mostTogether, count);
}

/** Bits set in a word, by adding neighbours in parallel (Warren, "Hacker's Delight", 5-1). */
function bitCount(word: number): number {
  word -= (word >>> 1) & 0x55555555;
  word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
  return Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Copies the lower triangle of a square into its upper one, tile by tile, as whole columns would miss the cache. */
function mirror(square: Uint8Array, size: number): void {
  const tile = 64;
  for (let a = 0; a < size; a += tile) {
    for (let b = 0; b <= a; b += tile) {
      for (let i = a; i < Math.min(size, a + tile); i++) for (let j = b; j < Math.min(i, b + tile); j++) square[j * size + i] = square[i * size + j];
    }
  }
}

/** Groups columns whose rows of counts are the same, the count with themselves included: then counts depend on the two classes only. */
function intoClasses(square: Uint8Array, columns: number): Together {
  const classOf = new Uint16Array(columns);
  const members: number[] = [];
  const byHash = new Map<number, number[]>();
  for (let i = 0; i < columns; i++) {
    let hash = 0;
    for (let k = i * columns; k < (i + 1) * columns; k++) hash = Math.imul(hash ^ square[k], 0x01000193);
    const candidates = byHash.get(hash) ?? [];
    const found = candidates.find((c) => sameRow(square, columns, i, members[c]));
    classOf[i] = found ?? members.length;
    if (found !== undefined) continue;
    byHash.set(hash, [...candidates, members.length]);
    members.push(i);
  }
  const counts = new Uint8Array(triangle(members.length));
  for (let a = 0, k = 0; a < members.length; a++) for (let b = 0; b <= a; b++) counts[k++] = square[members[a] * columns + members[b]];
  return { classOf, classes: members.length, counts };
}

function sameRow(square: Uint8Array, columns: number, i: number, j: number): boolean {
  for (let k = 0; k < columns; k++) if (square[i * columns + k] !== square[j * columns + k]) return false;
  return true;
}

/** As bytes: numbers of columns and classes (32 bits), the columns' classes (16 bits), the counts (8 bits); little-endian. */
export function packTogether({ classOf, classes, counts }: Together): Uint8Array {
  const bytes = new Uint8Array(8 + 2 * classOf.length + counts.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, classOf.length, true);
  view.setUint32(4, classes, true);
  classOf.forEach((c, j) => view.setUint16(8 + 2 * j, c, true));
  bytes.set(counts, 8 + 2 * classOf.length);
  return bytes;
}

/** @throws VhgmError "bundle" for bytes that are no such counts */
export function unpackTogether(bytes: Uint8Array): Together {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [columns, classes] = bytes.length < 8 ? [0, 0] : [view.getUint32(0, true), view.getUint32(4, true)];
  const classOf = bytes.length === 8 + 2 * columns + triangle(classes) ? Uint16Array.from({ length: columns }, (_, j) => view.getUint16(8 + 2 * j, true)) : null;
  if (!classOf || classOf.some((c) => c >= classes)) {
    throw new VhgmError("bundle", `The ${bytes.length} bytes of the counts of people do not fit ${columns} attributes in ${classes} classes.`);
  }
  return { classOf, classes, counts: bytes.slice(8 + 2 * columns) };
}
