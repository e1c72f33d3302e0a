import type { SyntheticEvaluation } from "../evaluation/synthetic/synthetic.js";
import { syntheticFigures, syntheticHeadline, syntheticSetting } from "../evaluation/synthetic/words.js";
import { layTable } from "./text.js";

/** The findings about invented people for a terminal. */
export function syntheticSummary(evaluation: SyntheticEvaluation): string {
  const figures = layTable(
    [{ title: "" }, { title: "invented", align: "right" }, { title: "real hold-out", align: "right" }, { title: "best is" }],
    syntheticFigures(evaluation).map(({ name, synthetic, holdout, best }) => [name, synthetic, holdout, best]),
  );
  return [syntheticSetting(evaluation), "", figures, "", ...syntheticHeadline(evaluation), ...evaluation.notes].join("\n");
}
