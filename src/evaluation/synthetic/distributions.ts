import { formatValue } from "../../data/cells.js";
import { levelsOf, type SyntheticPeople } from "./people.js";
import { knownSorted, levelShares } from "./shapes.js";

/** One attribute in the three tables, ready to be drawn over each other. */
export interface Distribution {
  readonly attribute: string;
  readonly label?: string;
  /** Bins of equal width over the middle 99% of all values, which the outermost bins take what lies beyond of; or levels. */
  readonly kind: "number" | "levels";
  /** Names of the levels, or the ends of the range as texts. */
  readonly names: readonly string[];
  /** Shares among cells with a value; NaN if a table has none. */
  readonly shares: Readonly<Record<keyof SyntheticPeople, readonly number[]>>;
}

const bins = 24;

export const distributionsOf = ({ train, holdout, synthetic }: SyntheticPeople): Distribution[] =>
  train.attributes.map((attribute, j): Distribution => {
    const columns = { train: train.values[j], holdout: holdout.values[j], synthetic: synthetic.values[j] };
    const each = (measure: (column: Float64Array) => number[]): Distribution["shares"] => ({
      train: measure(columns.train),
      holdout: measure(columns.holdout),
      synthetic: measure(columns.synthetic),
    });
    const { name, label } = attribute;
    const levels = levelsOf(attribute);
    if (levels > 0) return { attribute: name, label, kind: "levels", names: attribute.levels!, shares: each((column) => levelShares(column, levels)) };
    const ranges = Object.values(columns).flatMap((column) => {
      const sorted = knownSorted(column);
      return sorted.length > 0 ? [sorted[Math.floor(0.005 * sorted.length)], sorted[Math.ceil(0.995 * sorted.length) - 1]] : [];
    });
    const [low, high] = [Math.min(...ranges), Math.max(...ranges)];
    const width = (high - low) / bins || 1;
    const binOf = (x: number): number => (Number.isNaN(x) ? NaN : Math.min(bins - 1, Math.max(0, Math.floor((x - low) / width))));
    const wide = { ...attribute, min: undefined, max: undefined };
    return { attribute: name, label, kind: "number", names: [formatValue(low, wide), formatValue(high, wide)], shares: each((column) => levelShares(column.map(binOf), bins)) };
  });
