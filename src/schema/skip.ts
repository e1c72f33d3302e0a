/** Finds skip patterns: a column that is filled in only for people with certain levels of another column. */
import { formatCondition, type Condition } from "./condition.js";
import { isMissingText } from "./missing.js";
import { levelIndex } from "./levels.js";
import type { ColumnProfile } from "./profile.js";
import type { Attribute } from "./schema.js";

/** A column that looks as if it applied only under a condition. */
export interface SkipPattern {
  /** In the language of `applies_when`: "B = 'x'" or "B = 'x' or B = 'y'". */
  readonly condition: string;
  /** Share of rows with a value where the condition holds, and where it does not. */
  readonly inside: number;
  readonly outside: number;
}

/** Rows that must lie on either side before anything is said. */
const minRows = 20;
/** Share of rows with a value allowed outside the condition, and demanded inside it. */
const maxOutside = 0.005;
const minInside = 0.5;
/** A level belongs to the condition if at least this share of its rows have a value. */
const minLevelShare = 0.2;
const maxLevels = 10;

interface Gate {
  readonly column: number;
  readonly levels: readonly { readonly text: string; readonly rows: Uint32Array; readonly count: number }[];
}

/**
 * Skip patterns by place of the column, from the profiles' common sample of rows. Of several conditions the one with the
 * largest share of values inside is taken, then the nearest column before, as questionnaires ask the gate first.
 */
export function findSkipPatterns(attributes: readonly Attribute[], profiles: readonly ColumnProfile[]): Map<number, SkipPattern> {
  const rows = profiles[0]?.sample.length ?? 0;
  const found = new Map<number, SkipPattern>();
  if (rows < 2 * minRows) return found;
  const gates = attributes.flatMap((attribute, column) => makeGate(attribute, column, profiles[column].sample) ?? []);
  attributes.forEach((attribute, column) => {
    if (attribute.role !== "attribute") return;
    const filled = bitset(profiles[column].sample, (text) => !isMissingText(text, attribute));
    const total = countBits(filled);
    if (total < minRows || total > 0.98 * rows) return;
    let best: (SkipPattern & { distance: number }) | null = null;
    for (const gate of gates) {
      if (gate.column === column) continue;
      const pattern = tryGate(gate, attributes[gate.column].name, filled, total, rows);
      if (!pattern) continue;
      const distance = gate.column < column ? column - gate.column : attributes.length + gate.column - column;
      const gain = best ? Math.round(100 * pattern.inside) - Math.round(100 * best.inside) : 1;
      if (gain > 0 || (gain === 0 && distance < best!.distance)) best = { ...pattern, distance };
    }
    if (best) found.set(column, { condition: best.condition, inside: best.inside, outside: best.outside });
  });
  return found;
}

function makeGate(attribute: Attribute, column: number, sample: readonly string[]): Gate | null {
  const { levels, role } = attribute;
  if (role !== "attribute" || !levels || levels.length < 2 || levels.length > maxLevels) return null;
  const place = levelIndex(attribute);
  const places = sample.map(place);
  const sets = levels.map((text, i) => {
    const rows = bitset(places, (p) => p === i);
    return { text, rows, count: countBits(rows) };
  });
  return { column, levels: sets.filter((level) => level.count > 0) };
}

function tryGate(gate: Gate, name: string, filled: Uint32Array, total: number, rows: number): SkipPattern | null {
  let insideRows = 0;
  let insideFilled = 0;
  let gateRows = 0;
  const texts: string[] = [];
  for (const level of gate.levels) {
    const both = countCommon(level.rows, filled);
    gateRows += level.count;
    if (both < minLevelShare * level.count) continue;
    insideRows += level.count;
    insideFilled += both;
    texts.push(level.text);
  }
  // Only rows in which the gate was answered otherwise show a skip; where it is empty too, a whole block may be missing.
  if (insideRows < minRows || gateRows - insideRows < minRows) return null;
  const inside = insideFilled / insideRows;
  const outside = (total - insideFilled) / (rows - insideRows);
  if (inside < minInside || outside >= maxOutside) return null;
  const conditions = texts.map((value): Condition => ({ kind: "compare", name, op: "=", value }));
  return {
    condition: formatCondition(conditions.length === 1 ? conditions[0] : { kind: "or", terms: conditions }),
    inside,
    outside,
  };
}

function bitset<T>(items: readonly T[], test: (item: T) => boolean): Uint32Array {
  const bits = new Uint32Array(Math.ceil(items.length / 32));
  items.forEach((item, i) => {
    if (test(item)) bits[i >>> 5] |= 1 << (i & 31);
  });
  return bits;
}

/** Bits set in a word, by adding neighbours in parallel (Warren, "Hacker's Delight", 5-1). */
function popCount(word: number): number {
  word -= (word >>> 1) & 0x55555555;
  word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
  return Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function countBits(bits: Uint32Array): number {
  let count = 0;
  for (let i = 0; i < bits.length; i++) count += popCount(bits[i]);
  return count;
}

function countCommon(a: Uint32Array, b: Uint32Array): number {
  let count = 0;
  for (let i = 0; i < a.length; i++) count += popCount(a[i] & b[i]);
  return count;
}
