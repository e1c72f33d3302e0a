import type { Cells } from "../../data/cells.js";
import { isNumeric } from "../../schema/schema.js";

/** An attribute of a table with holes, as the baselines see it. */
export interface HoledColumn {
  /** Position among the attributes. */
  readonly at: number;
  /** Number of levels; 0 for a number. */
  readonly levels: number;
  /** (rows) values, NaN in holes. */
  readonly values: Float64Array;
  /** Rows with a value, and rows without one. */
  readonly observed: Int32Array;
  readonly holes: Int32Array;
  /** Mean of a number, commonest level (the first of equals) of an attribute with levels; NaN without any value. */
  readonly centre: number;
  /** Share of each level among the observed cells; empty for a number. */
  readonly shares: Float64Array;
}

export const holedColumns = ({ attributes, values }: Cells): HoledColumn[] =>
  attributes.map((attribute, at) => {
    const levels = isNumeric(attribute.type) ? 0 : (attribute.levels?.length ?? 0);
    const column = values[at];
    const rows = [...column.keys()];
    const observed = Int32Array.from(rows.filter((i) => !Number.isNaN(column[i])));
    const holes = Int32Array.from(rows.filter((i) => Number.isNaN(column[i])));
    const shares = new Float64Array(levels);
    for (const i of observed) if (levels > 0) shares[column[i]] += 1 / observed.length;
    const mean = observed.reduce((sum, i) => sum + column[i], 0) / observed.length;
    const commonest = shares.reduce((best, share, k) => (share > shares[best] + 1e-12 ? k : best), 0);
    const centre = observed.length === 0 || levels === 0 ? mean : commonest;
    return { at, levels, values: column, observed, holes, centre, shares };
  });

/** A copy of the column with its holes filled by its mean or commonest level. */
export function filledByCentre({ values, holes, centre }: HoledColumn): Float64Array {
  const filled = values.slice();
  for (const i of holes) filled[i] = centre;
  return filled;
}
