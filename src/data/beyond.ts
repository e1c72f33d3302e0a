/** Values beyond the range that a dictionary gives their attribute. */
import { isNumeric, type Attribute } from "../schema/schema.js";
import { formatValue, type Cells } from "./cells.js";

export interface BeyondReport {
  readonly name: string;
  readonly count: number;
  /** The first such value, and the range, as they are written. */
  readonly first: string;
  readonly min?: string;
  readonly max?: string;
}

/** Counts values below `min` or above `max`, attribute by attribute, over batches of cells. */
export function createBeyond(): { add(cells: Cells): void; report(): BeyondReport[] } {
  const found = new Map<number, { attribute: Attribute; count: number; first: number }>();
  return {
    add({ attributes, values }) {
      attributes.forEach((attribute, at) => {
        const { type, visit, min = -Infinity, max = Infinity } = attribute;
        if (!isNumeric(type) || visit !== undefined) return;
        for (const x of values[at]) {
          if (!(x < min || x > max)) continue;
          const known = found.get(at);
          if (known) known.count++;
          else found.set(at, { attribute, count: 1, first: x });
        }
      });
    },
    report: () =>
      [...found].sort(([a], [b]) => a - b).map(([, { attribute, count, first }]) => {
        const text = (x: number): string => formatValue(x, { ...attribute, min: undefined, max: undefined });
        const { name, min, max } = attribute;
        return { name, count, first: text(first), ...(min === undefined ? {} : { min: text(min) }), ...(max === undefined ? {} : { max: text(max) }) };
      }),
  };
}

/** Attributes that have a sentence of their own. */
const most = 5;

/** What a person should know of them: a sentence for each of the attributes with most, and one for the others. */
export function beyondNotes(reports: readonly BeyondReport[]): string[] {
  const sorted = [...reports].sort((a, b) => b.count - a.count);
  const others = sorted.slice(most);
  return [
    ...sorted.slice(0, most).map(({ name, count, first, min, max }) => {
      const range = min === undefined ? `above ${max}, the largest value` : max === undefined ? `below ${min}, the smallest value` : `outside of ${min} to ${max}, the range`;
      return `${count === 1 ? "One cell" : `${count} cells`} of ${name} ${count === 1 ? "lies" : "lie"} ${range} of the dictionary (${count === 1 ? "" : "the first is "}${first}); kept as ${count === 1 ? "it stands" : "they stand"}.`;
    }),
    ...(others.length > 0 ? [`So do cells of ${others.length === 1 ? "one more attribute" : `${others.length} more attributes`}.`] : []),
  ];
}
