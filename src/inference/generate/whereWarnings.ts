/** When an answer to a condition has to be read with a warning, on the command line and in the page. */
import type { WhereReport } from "./conditioned.js";

/** Below this share of the learned population there is little to go by. */
const rare = 1e-4;
/** Fewer independent people than this share of the rows are worth a warning. */
const enough = 0.5;

/** Whether the model has seen hardly anybody who meets the condition. */
export const isRare = ({ share }: Pick<WhereReport, "share">): boolean => share < rare;

/** Whether many rows repeat the values of others in what the condition names. */
export const repeatsPeople = ({ exact, effective }: Pick<WhereReport, "exact" | "effective">, rows: number): boolean => !exact && effective < enough * rows;
