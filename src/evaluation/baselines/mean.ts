import { categorical } from "../../model/likelihoods/index.js";
import type { Imputer } from "../imputer.js";
import { filledByCentre, holedColumns } from "./columns.js";

/** Fills a number by its mean and an attribute with levels by its commonest one; a level's probability is its share. */
export const imputeByMean: Imputer = async (cells) => {
  const columns = holedColumns(cells);
  return {
    values: columns.map(filledByCentre),
    distribution: (_row, attribute) => {
      const { levels, observed, shares } = columns[attribute];
      return levels > 0 && observed.length > 0 ? categorical(shares) : undefined;
    },
  };
};
