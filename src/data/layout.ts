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
  /** Numbers: feature = (value - center) / scale. */
  readonly center: number;
  readonly scale: number;
  /** Levels: class of each level, and the share of each level within its class (1 unless levels share a class). */
  readonly classOf: readonly number[];
  readonly shareInClass: readonly number[];
}

/** Columns of equal width that lie side by side, so that blocks can be cut out by reshaping. */
export interface Group {
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

const rank = (c: { kind: Column["kind"]; width: number }): number => (c.kind === "number" ? 0 : c.width);

function assemble(drafts: readonly Omit<Column, "first">[], empty: readonly string[]): Layout {
  const columns: Column[] = [];
  const groups: Group[] = [];
  let first = 0;
  for (const draft of drafts) {
    const last = groups.at(-1);
    const joins = last && last.width === draft.width && (columns.at(-1)!.kind === draft.kind);
    if (joins) groups[groups.length - 1] = { ...last, count: last.count + 1 };
    else groups.push({ width: draft.width, count: 1, firstColumn: columns.length, firstFeature: first });
    columns.push({ ...draft, first });
    first += draft.width;
  }
  return { columns, groups, numbers: columns.filter((c) => c.kind === "number").length, features: first, empty };
}

type Draft = Pick<Column, "kind" | "width" | "center" | "scale" | "classOf" | "shareInClass">;

function numberColumn(values: Float64Array): Draft | null {
  let n = 0;
  let mean = 0;
  let squares = 0;
  for (const x of values) {
    if (Number.isNaN(x)) continue;
    n++;
    const d = x - mean;
    mean += d / n;
    squares += d * (x - mean);
  }
  if (n === 0) return null;
  const sd = Math.sqrt(squares / n);
  const scale = sd > 1e-12 * Math.max(1, Math.abs(mean)) ? sd : 1;
  return { kind: "number", width: 1, center: mean, scale, classOf: [], shareInClass: [] };
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
  return { kind: "levels", width: Math.min(order.length, maxClasses), center: 0, scale: 1, classOf, shareInClass };
}
