import type { Cells } from "./cells.js";
import type { Layout } from "./layout.js";

/** Rows as the network takes them: features, zero where there is a hole, and one bit per column that says "observed". */
export interface Encoded {
  readonly rows: number;
  /** (rows, features) */
  readonly features: Float32Array;
  /** (rows, columns): 1 observed, 0 hole */
  readonly observed: Uint8Array;
}

/** Standardised values beyond this many standard deviations are held at it, so that one odd value cannot rule a fit. */
const farthest = 12;

/** Encodes cells by a layout. A level that had no class when the layout was fitted counts as a hole. */
export function encodeCells(cells: Cells, layout: Layout): Encoded {
  const { rows } = cells;
  const features = new Float32Array(rows * layout.features);
  const observed = new Uint8Array(rows * layout.columns.length);
  layout.columns.forEach((column, j) => {
    const values = cells.values[column.source];
    for (let i = 0; i < rows; i++) {
      const x = values[i];
      if (Number.isNaN(x)) continue;
      const at = i * layout.features + column.first;
      if (column.kind === "number") {
        features[at] = Math.min(farthest, Math.max(-farthest, (x - column.center) / column.scale));
      } else {
        features[at + column.classOf[x]] = 1;
      }
      observed[i * layout.columns.length + j] = 1;
    }
  });
  return { rows, features, observed };
}
