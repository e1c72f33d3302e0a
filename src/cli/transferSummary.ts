import { groupTitle, transferHeadline, transferHeads, transferRows, transferSetting } from "../evaluation/report/transfer.js";
import { groupNames, type TransferEvaluation } from "../evaluation/transfer.js";
import { layTable, screenWidth } from "./text.js";

/** The findings about people from elsewhere for a terminal. */
export function transferSummary(evaluation: TransferEvaluation): string {
  const tables = groupNames.flatMap((group) => [
    `${groupTitle(evaluation, group)}:`,
    layTable([{ title: "method" }, ...transferHeads(evaluation).map((title) => ({ title, align: "right" as const }))], transferRows(evaluation, group), screenWidth()),
    "",
  ]);
  const signatures = evaluation.signatures.map(({ name, found, words }) => `- ${name}: ${found === null ? "not applicable" : found ? "FOUND" : "not found"}. ${words}`);
  return [transferSetting(evaluation), "", ...transferHeadline(evaluation), "", ...tables, "Four ways to fail:", ...signatures, ...(evaluation.notes.length > 0 ? ["", ...evaluation.notes] : [])].join("\n");
}
