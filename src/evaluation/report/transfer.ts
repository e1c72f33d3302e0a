import { figures, type FigureName } from "../figures.js";
import { meanFigure } from "../compare.js";
import type { Evaluation } from "../evaluation.js";
import { groupNames, type GroupName, type TransferEvaluation } from "../transfer.js";
import { attributeDots } from "./charts.js";
import { figureBlock, htmlDocument, paragraph } from "./document.js";
import { attributeFigures, calibrationErrorOf, meanSeconds } from "./gather.js";
import { honestySection } from "./page.js";
import { escapeHtml, legend } from "./svg.js";
import { htmlTable } from "./tables.js";
import { figureText, percentOf, secondsText, shown } from "./words.js";

const shownFigures: readonly FigureName[] = ["nrmse", "r2", "accuracy", "crps", "coverage", "logLoss"];

/** Column heads of the figures of a group. */
export const transferHeads = (evaluation: TransferEvaluation): string[] => [...presentFigures(evaluation).map((f) => figures[f].label), "calibration error", "time"];

/** One row per method: its name and its figures in a group. */
export function transferRows(evaluation: TransferEvaluation, group: GroupName): string[][] {
  const { methods, results } = evaluation.groups[group];
  const present = presentFigures(evaluation);
  return methods.map(({ name }) => [
    name,
    ...present.map((figure) => figureText(figure, meanFigure(results, name, figure))),
    shown(calibrationErrorOf(results, name)),
    secondsText(meanSeconds(results, name)),
  ]);
}

const presentFigures = ({ groups }: TransferEvaluation): FigureName[] =>
  shownFigures.filter((figure) => groupNames.some((group) => groups[group].results.some((r) => r.overall[figure] !== undefined)));

/** What the people of a group are called. */
export const groupTitle = ({ names }: TransferEvaluation, group: GroupName): string => (group === "alike" ? `Unseen people of ${names.training}` : names.elsewhere);

/** Who learned from whom, in a sentence. */
export function transferSetting({ training, names, groups }: TransferEvaluation): string {
  const { rate, mechanisms, seeds } = groups.alike.settings;
  return (
    `vhgm learned from ${training.rows.toLocaleString("en-US")} people of ${names.training}, and fills holes of people whom it has not seen: ` +
    `${groups.alike.table.rows.toLocaleString("en-US")} of the same sources, and ${groups.elsewhere.table.rows.toLocaleString("en-US")} from elsewhere (${names.elsewhere}); ` +
    `${percentOf(rate, 0)} of their observed cells hidden (${mechanisms.map((m) => m.toUpperCase()).join(", ")}; seed${seeds.length > 1 ? "s" : ""} ${seeds.join(", ")}).`
  );
}

/** The findings in words: what is lost elsewhere, what learning from them too would give, and whether intervals hold. */
export function transferHeadline(evaluation: TransferEvaluation): string[] {
  const { groups, names } = evaluation;
  const { methods } = groups.elsewhere;
  const inSample = methods.slice(1).find((m) => m.kind === "vhgm")?.name;
  const of = (group: GroupName, method: string, figure: FigureName): number => meanFigure(groups[group].results, method, figure);
  const known = (x: number): boolean => !Number.isNaN(x);
  const sentences: string[] = [];
  for (const [figure, subject] of [["nrmse", "Numbers"], ["accuracy", "Levels"]] as const) {
    const [alike, elsewhere] = groupNames.map((group) => of(group, "vhgm", figure));
    if (!known(alike) || !known(elsewhere)) continue;
    const same = inSample === undefined ? NaN : of("elsewhere", inSample, figure);
    const instead = known(same) ? `; a model that has learned from them too reaches ${figureText(figure, same)}` : "";
    const mean = methods.some((m) => m.name === "mean") && known(of("elsewhere", "mean", figure)) ? ` (mean or mode: ${figureText(figure, of("elsewhere", "mean", figure))})` : "";
    sentences.push(`${subject}: ${figures[figure].label} ${figureText(figure, elsewhere)} in ${names.elsewhere}${mean}, against ${figureText(figure, alike)} in people alike${instead}.`);
  }
  const coverage = of("elsewhere", "vhgm", "coverage");
  if (known(coverage)) sentences.push(`Honesty: the 90% intervals hold ${percentOf(coverage)} of the hidden numbers of ${names.elsewhere}, and ${percentOf(of("alike", "vhgm", "coverage"))} of people alike.`);
  return sentences;
}

/** The report on people from elsewhere: one page of HTML that needs nothing else. */
export function renderTransfer(evaluation: TransferEvaluation): string {
  const { names, signatures, loss, notes, made, groups } = evaluation;
  const table = (group: GroupName): string =>
    `<h3>${escapeHtml(groupTitle(evaluation, group))}</h3>${htmlTable(
      ["method", ...transferHeads(evaluation)],
      transferRows(evaluation, group).map((cells, k) => ({ cells, kind: k === 0 ? "own" : undefined })),
    )}`;
  const found = signatures.map(({ name, found, words }) => {
    const [kind, verdict] = found === null ? ["soft", "not applicable"] : found ? ["bad", "found"] : ["good", "not found"];
    return `<dt>${escapeHtml(name)}<br><span class="${kind}">${verdict}</span></dt><dd>${escapeHtml(words)}</dd>`;
  });
  const entry = (term: string, text: string): string => `<dt>${escapeHtml(term)}</dt><dd>${escapeHtml(text)}</dd>`;
  return htmlDocument(
    `People from elsewhere: ${names.table}`,
    `${paragraph(transferSetting(evaluation), "soft")}
<div class="short">${transferHeadline(evaluation).map((s) => paragraph(s)).join("")}</div>
<section><h2>Beside people alike</h2>${table("alike")}${table("elsewhere")}${paragraph(
      "vhgm learned from the training's people alone; every other method also from what is visible of the people whose holes it fills (in-sample). NRMSE is in standard deviations of the group's own columns, so that groups of unlike spread are not on one scale: hold each method against mean.",
      "foot",
    )}</section>
<section><h2>Four ways to fail</h2><dl class="signatures">${found.join("")}</dl>${paragraph("The failures that the paper on the Virtual Human Generative Model (arXiv 2306.10656) describes, looked for in this training and in these people.", "foot")}</section>
${attributesSection(evaluation)}
<section><h2>Where the loss is</h2>${htmlTable(
      ["attribute", "excess elsewhere", "excess in people alike"],
      loss.elsewhere.worst.slice(0, mostListed).map(({ name, excess }) => ({ cells: [name, shown(excess), shown(loss.alike.worst.find((w) => w.name === name)?.excess)] })),
    )}${paragraph("Nats per hidden cell above the cells that the training held out; the largest first.", "foot")}</section>
${honestySection(onlyModels(groups.elsewhere)).replace("Are the distributions honest?", `Are the distributions honest in ${escapeHtml(names.elsewhere)}?`)}
<section><h2>How this was made</h2><pre>${escapeHtml(made.command)}</pre>
${paragraph(`${Object.entries(made.versions).map(([name, version]) => `${name} ${version}`).join(", ")}. The training took ${secondsText(evaluation.training.seconds)}; of its sources a random fifth was kept back to be tried on.`)}
${notes.map((note) => paragraph(note)).join("")}
<dl>${groups.elsewhere.methods.map((m) => entry(m.name, m.about)).join("")}</dl></section>`,
    ".signatures dt span { font-weight: 400; }",
  );
}

/** Most attributes in the list of losses, and in the picture. */
const mostListed = 20;
const mostDots = 60;

/** One row per attribute: people alike against people from elsewhere. */
function attributesSection({ groups }: TransferEvaluation): string {
  const [alike, elsewhere] = groupNames.map((group) => attributeFigures(groups[group].results, ["vhgm"]));
  const parts = ([["numeric", "nrmse"], ["levels", "accuracy"]] as const).flatMap(([kind, figure]) => {
    const rows = elsewhere
      .filter((a) => a.kind === kind)
      .flatMap((a) => {
        const other = alike.find((b) => b.name === a.name);
        return other ? [{ ...a, figures: [a.figures[0], other.figures[0]] }] : [];
      })
      .slice(0, mostDots);
    return rows.length === 0 ? [] : [`<h3>${kind === "numeric" ? "Numbers" : "Levels"}</h3>${figureBlock(attributeDots(rows, ["elsewhere", "alike"], figure), `${figures[figure].label}: ${figures[figure].meaning}.`)}`];
  });
  return parts.length === 0 ? "" : `<section><h2>vhgm, attribute by attribute</h2>${legend([{ name: "elsewhere", k: 0 }, { name: "alike", k: 1 }])}${parts.join("")}</section>`;
}

const onlyModels = (evaluation: Evaluation): Evaluation => {
  const methods = evaluation.methods.filter((m) => m.kind === "vhgm");
  return { ...evaluation, methods };
};
