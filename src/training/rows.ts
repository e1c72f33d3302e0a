/** Places of at most `most` of so many rows: all, or evenly spaced ones, since tables are sorted by study, visit or age. */
export function evenlySpaced(rows: number, most: number): Int32Array {
  const count = Math.min(rows, most);
  return Int32Array.from({ length: count }, (_, i) => Math.floor((i * rows) / count));
}

/** Chosen rows of an array with so many values a row. */
export function pickRows<T extends Float32Array | Uint8Array>(all: T, width: number, chosen: Int32Array): T {
  const out = all.slice(0, chosen.length * width) as T;
  chosen.forEach((i, r) => out.set(all.subarray(i * width, (i + 1) * width), r * width));
  return out;
}
