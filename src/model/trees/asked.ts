/** What trees ask of a person: every attribute, with its holes filled by the paths below the trees. */
import type { Encoded } from "../../data/encode.js";
import type { Layout } from "../../data/layout.js";
import type { PathWeights } from "../columnCalibration.js";
import { stackedFeature, type MemberPaths } from "../predictive.js";

/** How holes are filled before trees are asked. */
export interface FillWeights {
  readonly layout: Layout;
  readonly columns: readonly { readonly weights: PathWeights }[];
}

/**
 * (questions) the column that each is about. A number is asked for its standardised value, an ordered attribute for its mean
 * class, one of two classes for the probability of the first, any other for the probability of each class.
 */
export const questionsOf = (layout: Layout): Int32Array => Int32Array.from(layout.columns.flatMap((column, j) => new Array<number>(perClass(column) ? column.width : 1).fill(j)));

const perClass = ({ kind, width, attribute: { type } }: Layout["columns"][number]): boolean => kind === "levels" && width > 2 && type !== "ordinal";

/**
 * One person's answers: what was observed, and stacked predictions of the rest, averaged over members.
 * @param out (questions)
 */
export function answersOf({ layout, columns }: FillWeights, members: readonly MemberPaths[], { features, observed }: Encoded, row: number, out: Float32Array): void {
  const start = row * layout.features;
  let at = 0;
  layout.columns.forEach((column, j) => {
    const { kind, first, width } = column;
    const known = observed[row * layout.columns.length + j];
    const feature = (k: number): number => (known ? features[start + first + k] : stackedFeature(members, start + first + k, columns[j].weights));
    if (perClass(column)) for (let k = 0; k < width; k++) out[at++] = feature(k);
    else if (kind === "number" || width === 2) out[at++] = feature(0);
    else {
      let mean = 0;
      for (let k = 1; k < width; k++) mean += k * feature(k);
      out[at++] = mean;
    }
  });
}
