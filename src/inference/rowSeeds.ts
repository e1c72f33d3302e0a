/** Seeds of rows, so that draws depend neither on the batch nor on the order of a table. */
import { hashText } from "../base/random.js";

/** From the person key, or from the row's content and how many equal rows came before it. */
export interface RowSeeds {
  seed(key: string | undefined, content: readonly string[]): number;
  /** A key of several rows, if one was met: such rows are drawn with the same random numbers. */
  repeated(): string | undefined;
}

/** Only so many keys are remembered, so that memory does not grow with the rows. */
const rememberedKeys = 100_000;

/**
 * With a key the order of rows does not matter, and little is kept of them. Without one (or with an empty one) equal rows are
 * told apart by their occurrence, which takes 11 to 21 bytes per distinct row.
 */
export function createRowSeeds(seed: number): RowSeeds {
  const seen = createOccurrences();
  const keys = new Set<number>();
  let repeated: string | undefined;
  const longHash = (text: string): number => hashText(text, seed) * 2097152 + (hashText(text, ~seed) & 0x1fffff);

  function remember(key: string): void {
    const hash = longHash(key);
    if (keys.has(hash)) repeated = key;
    else if (keys.size < rememberedKeys) keys.add(hash);
  }

  return {
    seed(key, content) {
      if (key) {
        if (repeated === undefined) remember(key);
        return hashText(key, seed);
      }
      const text = content.join("\u0001");
      return hashText(`${text}\u0002${seen.count(longHash(text))}`, seed);
    },
    repeated: () => repeated,
  };
}

/** How often each number came before. */
export interface Occurrences {
  /** @param hash a whole number from 0 to 2^53 - 2 @returns 0 for its first time, then 1, 2, … */
  count(hash: number): number;
}

/**
 * A set of numbers by open addressing, with linear probing; those that come again are counted in a map beside it. A map of all
 * of them would take several times the memory, and cannot hold more than 2^24.
 */
export function createOccurrences(): Occurrences {
  const again = new Map<number, number>();
  let size = 1024;
  let slots = new Float64Array(size);
  let used = 0;

  /** Where a number is, or would go; slots hold numbers plus one, 0 is free. */
  function place(hash: number): number {
    let at = (hash % 4294967291) & (size - 1);
    while (slots[at] !== 0 && slots[at] !== hash + 1) at = (at + 1) & (size - 1);
    return at;
  }

  function grow(): void {
    const old = slots;
    size *= 2;
    slots = new Float64Array(size);
    for (const held of old) if (held !== 0) slots[place(held - 1)] = held;
  }

  return {
    count(hash) {
      const at = place(hash);
      if (slots[at] === 0) {
        slots[at] = hash + 1;
        if (++used > 0.75 * size) grow();
        return 0;
      }
      const before = (again.get(hash) ?? 0) + 1;
      again.set(hash, before);
      return before;
    },
  };
}
