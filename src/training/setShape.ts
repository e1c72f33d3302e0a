import type { Layout } from "../data/layout.js";

/** Queries of columns with about as many classes lie side by side, in a fixed number of places. */
export interface QueryClass {
  readonly kind: "number" | "levels";
  /** Features of a place: 1 for numbers; for levels at least the number of classes. */
  readonly width: number;
  readonly capacity: number;
}

/** Sizes of a training batch of the set encoder; all but the number of tokens are fixed. */
export interface SetShape {
  readonly batch: number;
  /** Most queries of a row. */
  readonly perRow: number;
  readonly classes: readonly QueryClass[];
  /** Places of all classes together, and their features. */
  readonly places: number;
  readonly features: number;
}

/** Most classes of a column -> the width of its places: next power of two. */
const placeWidth = (width: number): number => 2 ** Math.ceil(Math.log2(Math.max(width, 2)));

/** The class that a column's queries belong to. */
export const classOf = ({ kind, width }: Layout["columns"][number], classes: readonly QueryClass[]): number =>
  classes.findIndex((c) => c.kind === kind && c.width === (kind === "number" ? 1 : placeWidth(width)));

/**
 * Places for the queries of a batch: each class gets its share of the observed cells and four standard deviations more,
 * so that hardly a sampled cell is left out.
 * @param frequency (columns) observed rates
 */
export function setShape(layout: Layout, frequency: ArrayLike<number>, batch: number, perRow: number): SetShape {
  const shares = new Map<string, { kind: QueryClass["kind"]; width: number; share: number }>();
  let total = 0;
  layout.columns.forEach(({ kind, width }, j) => {
    const own = kind === "number" ? 1 : placeWidth(width);
    const key = `${kind}${own}`;
    const known = shares.get(key);
    shares.set(key, { kind, width: own, share: (known?.share ?? 0) + frequency[j] });
    total += frequency[j];
  });
  const most = batch * perRow;
  const classes = [...shares.values()].map(({ kind, width, share }) => {
    const expected = (most * share) / Math.max(total, 1e-9);
    return { kind, width, capacity: Math.min(most, Math.ceil(expected + 4 * Math.sqrt(expected) + 4)) };
  });
  return {
    batch,
    perRow,
    classes,
    places: classes.reduce((sum, c) => sum + c.capacity, 0),
    features: classes.reduce((sum, c) => sum + c.capacity * c.width, 0),
  };
}
