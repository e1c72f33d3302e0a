import { isNumeric, type Attribute } from "../schema/schema.js";
import type { Cells } from "./cells.js";

/** Most classes that one attribute gets of its own; rarer levels share a last class. */
const maxClasses = 64;

/** One attribute as the network sees it: one standardised feature for a number, one indicator per class for levels. */
export interface Column {
  /** Position in the schema's list of modelled attributes. */
  readonly source: number;
  readonly attribute: Attribute;
  readonly kind: "number" | "levels";
  /** First feature and number of features. */
  readonly first: number;
  readonly width: number;
  /** Numbers: the first feature is (value - center) / scale. */
  readonly center: number;
  readonly scale: number;
  /**
   * Skewed numbers have a second feature, their normal score by rank, which other columns learn from: quantiles of the
   * observed values at evenly spaced ranks, empty for the others.
   */
  readonly ranks: readonly number[];
  /** Levels: class of each level, and the share of each level within its class (1 unless levels share a class). */
  readonly classOf: readonly number[];
  readonly shareInClass: readonly number[];
}

/** Columns of equal width that lie side by side, so that blocks can be cut out by reshaping. */
export interface Group {
  readonly kind: Column["kind"];
  readonly width: number;
  readonly count: number;
  readonly firstColumn: number;
  readonly firstFeature: number;
}

/**
 * The order in which attributes enter the network: numbers first, then attributes with levels by their number of
 * classes. Attributes with no observed cell have no column: nothing can be learned of them.
 */
export interface Layout {
  readonly columns: readonly Column[];
  readonly groups: readonly Group[];
  readonly numbers: number;
  readonly features: number;
  /** Attributes of the schema that have no observed cell. */
  readonly empty: readonly string[];
}

/** Position of each place's column in the layout, -1 where nothing was learned of it. */
export function columnsOfPlaces({ columns }: Layout, places: number): Int32Array {
  const found = new Int32Array(places).fill(-1);
  columns.forEach(({ source }, j) => (found[source] = j));
  return found;
}

/** Number of quantiles behind a normal score by rank. */
const rankKnots = 65;
/** Numbers with a skewness or an excess kurtosis beyond these get a normal score. */
const skewed = { skewness: 1, kurtosis: 3 };

/** Layout of a table: centres and scales of its numbers, classes of its levels. */
export function fitLayout(cells: Cells): Layout {
  const drafts: Omit<Column, "first">[] = [];
  const empty: string[] = [];
  cells.attributes.forEach((attribute, source) => {
    const values = cells.values[source];
    const draft = isNumeric(attribute.type) ? numberColumn(values) : levelsColumn(values, attribute);
    if (draft) drafts.push({ source, attribute, ...draft });
    else empty.push(attribute.name);
  });
  drafts.sort((a, b) => rank(a) - rank(b) || a.source - b.source);
  return assemble(drafts, empty);
}

const rank = (c: { kind: Column["kind"]; width: number }): number => (c.kind === "number" ? 0 : 2) + c.width;

function assemble(drafts: readonly Omit<Column, "first">[], empty: readonly string[]): Layout {
  const columns: Column[] = [];
  const groups: Group[] = [];
  let first = 0;
  for (const draft of drafts) {
    const last = groups.at(-1);
    const joins = last && last.width === draft.width && last.kind === draft.kind;
    if (joins) groups[groups.length - 1] = { ...last, count: last.count + 1 };
    else groups.push({ kind: draft.kind, width: draft.width, count: 1, firstColumn: columns.length, firstFeature: first });
    columns.push({ ...draft, first });
    first += draft.width;
  }
  return { columns, groups, numbers: columns.filter((c) => c.kind === "number").length, features: first, empty };
}

type Draft = Pick<Column, "kind" | "width" | "center" | "scale" | "ranks" | "classOf" | "shareInClass">;

function numberColumn(values: Float64Array): Draft | null {
  const observed = values.filter((x) => !Number.isNaN(x)).sort();
  const n = observed.length;
  if (n === 0) return null;
  const average = (f: (x: number) => number): number => observed.reduce((sum, x) => sum + f(x) / n, 0);
  const center = average((x) => x);
  const sd = Math.sqrt(average((x) => (x - center) ** 2));
  const scale = sd > 1e-12 * Math.abs(center) ? sd : 1;
  const skewness = average((x) => ((x - center) / scale) ** 3);
  const kurtosis = average((x) => ((x - center) / scale) ** 4) - 3;
  const needed = scale === sd && n >= 20 && (Math.abs(skewness) > skewed.skewness || kurtosis > skewed.kurtosis);
  const ranks = needed ? Array.from({ length: rankKnots }, (_, k) => observed[Math.round((k / (rankKnots - 1)) * (n - 1))]) : [];
  return { kind: "number", width: needed ? 2 : 1, center, scale, ranks, classOf: [], shareInClass: [] };
}

function levelsColumn(values: Float64Array, attribute: Attribute): Draft | null {
  const counts = new Float64Array(attribute.levels?.length ?? 0);
  for (const x of values) if (!Number.isNaN(x)) counts[x]++;
  if (counts.every((c) => c === 0)) return null;
  const order = [...counts.keys()];
  const classOf = [...order];
  const shareInClass = order.map(() => 1);
  if (order.length > maxClasses) {
    const byCount = [...order].sort((a, b) => counts[b] - counts[a] || a - b);
    const rare = byCount.slice(maxClasses - 1);
    const total = rare.reduce((sum, level) => sum + counts[level] + 0.5, 0);
    byCount.slice(0, maxClasses - 1).sort((a, b) => a - b).forEach((level, k) => (classOf[level] = k));
    for (const level of rare) {
      classOf[level] = maxClasses - 1;
      shareInClass[level] = (counts[level] + 0.5) / total;
    }
  }
  return { kind: "levels", width: Math.min(order.length, maxClasses), center: 0, scale: 1, ranks: [], classOf, shareInClass };
}
