import type { SyntheticEvaluation } from "../evaluation/synthetic/synthetic.js";
import { syntheticFigures, syntheticHeadline, syntheticSetting, utilityRows, utilityTitles } from "../evaluation/synthetic/words.js";
import { layTable } from "./text.js";

/** The findings about invented people for a terminal. */
export function syntheticSummary(evaluation: SyntheticEvaluation): string {
  const figures = layTable(
    [{ title: "" }, { title: "invented", align: "right" }, { title: "real hold-out", align: "right" }, { title: "best is" }],
    syntheticFigures(evaluation).map(({ name, synthetic, holdout, best }) => [name, synthetic, holdout, best]),
  );
  const learned = layTable(utilityTitles.map((title, k) => ({ title, align: k > 1 ? ("right" as const) : ("left" as const) })), utilityRows(evaluation));
  return [syntheticSetting(evaluation), "", figures, "", ...(evaluation.utility.length > 0 ? [learned, ""] : []), ...syntheticHeadline(evaluation), ...evaluation.notes].join("\n");
}
