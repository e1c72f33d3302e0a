import { attributeTypes } from "../../schema/schema.js";
import type { Evaluation } from "../evaluation.js";
import { figureNames, figures, type FigureName } from "../figures.js";
import { attributeDots, calibration, differences, pitHistogram, times } from "./charts.js";
import { figureBlock, htmlDocument, paragraph } from "./document.js";
import { attributeFigures, calibrationByType, coverageCurve, meanSeconds, pitOf, reliabilityOf, type AttributeFigures, type TypeCalibration } from "./gather.js";
import { escapeHtml, legend } from "./svg.js";
import { attributeTable, comparisonTable, htmlTable, mechanismTable, methodTable, methodTables } from "./tables.js";
import { and, headline, percentOf, settingSentence, shown } from "./words.js";

/** Most attributes that a dot plot shows; of more, those on which methods differ most. */
const mostDots = 60;
/** Above so many attributes their table is folded. */
const mostOpenRows = 40;

/** The report: one page of HTML that needs nothing else, no network and no script. */
export const renderReport = (evaluation: Evaluation): string => htmlDocument(`How well holes are filled: ${evaluation.table.name}`, reportBody(evaluation));

/** All sections of the report of one table. */
export function reportBody(evaluation: Evaluation): string {
  const sections = [methodsSection, comparisonSection, attributesSection, honestySection, mechanismSection, timeSection, tablesSection, makingSection];
  return `${paragraph(settingSentence(evaluation), "soft")}
<div class="short">${headline(evaluation).map((s) => paragraph(s)).join("")}</div>
${evaluation.notes.filter((note) => note.startsWith("Not a fair test")).map((note) => `<div class="warn">${paragraph(note)}</div>`).join("")}
${sections.map((section) => section(evaluation)).join("\n")}`;
}

const namesOf = ({ methods }: Evaluation): string[] => methods.map((m) => m.name);

function methodsSection(evaluation: Evaluation): string {
  const tests = evaluation.comparisons.some((c) => c.basis === "masks") ? "a corrected t-test over masks" : "a bootstrap over people";
  const parts: string[] = [];
  for (const { title, figures: wanted } of methodTables) {
    const content = methodTable(evaluation, wanted, parts.length === 0);
    if (content !== "") parts.push(`<h3>${title}</h3>${content}`);
  }
  return `<section><h2>Methods</h2>${parts.join("")}${paragraph(
    `★ the best mean; ≈ what sets it apart from the best may be chance (5%, by ${tests}, corrected for the number of methods; tested for NRMSE, CRPS, accuracy and Brier). ` +
      "Mean rank: over attributes and masks, by NRMSE or accuracy, 1 is best. Lower is better for errors, CRPS, NLL, Brier and log loss. Time is per mask. All figures are explained at the end.",
    "foot",
  )}</section>`;
}

function comparisonSection({ comparisons, methods }: Evaluation): string {
  const method = methods[0].name;
  const parts = (["nrmse", "accuracy"] as const).flatMap((figure) => {
    const own = comparisons.filter((c) => c.figure === figure);
    if (own.length === 0) return [];
    return [`<h3>${figures[figure].label}: ${escapeHtml(method)} minus each</h3>${differences(own, method)}${comparisonTable(own, method)}`];
  });
  if (parts.length === 0) return "";
  const byMasks = comparisons.some((c) => c.basis === "masks");
  const basis = byMasks
    ? "Intervals and p: corrected resampled t-test (Nadeau & Bengio 2003) over masks, which allows for masks of one table overlapping; it says what to expect of further masks of this table."
    : "Intervals and p: bootstrap over people, for want of masks; three seeds or more give a test that also allows for the luck of training.";
  return `<section><h2>${escapeHtml(method)} against each</h2>${parts.join("")}${paragraph(`${basis} One table says nothing certain about other tables.`, "foot")}</section>`;
}

function attributesSection(evaluation: Evaluation): string {
  const names = namesOf(evaluation);
  const all = attributeFigures(evaluation.results, names);
  const parts = ([["numeric", "nrmse"], ["levels", "accuracy"]] as const).flatMap(([kind, figure]) => {
    const own = all.filter((a) => a.kind === kind && a.figures[0][figure] !== undefined);
    if (own.length === 0) return [];
    const shown = own.length > mostDots ? [...own].sort((a, b) => spread(b, figure) - spread(a, figure)).slice(0, mostDots) : own;
    const which = own.length > mostDots ? ` The ${mostDots} of ${own.length} on which methods differ most.` : "";
    return [`<h3>${kind === "numeric" ? "Numbers" : "Levels"}</h3>${figureBlock(attributeDots(shown, names, figure), `${figures[figure].label}: ${figures[figure].meaning}.${which}`)}`];
  });
  return parts.length === 0 ? "" : `<section><h2>Attribute by attribute</h2>${legend(names.map((name, k) => ({ name, k })))}${parts.join("")}</section>`;
}

function spread({ figures: own }: AttributeFigures, figure: FigureName): number {
  const values = own.map((f) => f[figure] ?? NaN).filter(Number.isFinite);
  return Math.max(...values) - Math.min(...values);
}

export function honestySection({ methods, results }: Evaluation): string {
  const names = methods.map((m) => m.name);
  const withPit = names.flatMap((name, k) => {
    const pit = pitOf(results, name);
    return pit.length > 0 ? [{ name, k, pit }] : [];
  });
  const reliable = names.flatMap((name, k) => {
    const points = reliabilityOf(results, name);
    return points.length > 0 ? [{ name, k, points }] : [];
  });
  if (withPit.length + reliable.length === 0) return "";
  const parts: string[] = [];
  if (withPit.length > 0) {
    const curves = withPit.map(({ name, k, pit }) => ({
      k,
      points: coverageCurve(pit).map(({ nominal, actual }, i) => ({ x: nominal, y: actual, title: `${name}: ${percentOf(nominal, 0)} intervals hold ${percentOf(actual)}`, marked: i % 2 === 1 })),
    }));
    parts.push(
      figureBlock(calibration(curves, "nominal share of an interval", "share that lies inside"), "Central intervals of numbers. On the dashed line they hold what they say; below it they are too narrow."),
      ...withPit.map(({ name, k, pit }) =>
        figureBlock(pitHistogram(pit, k, name), `${name}: level bars are calibrated; a valley in the middle is too narrow, a hill too wide, a slope biased.`),
      ),
    );
  }
  if (reliable.length > 0) {
    const curves = reliable.map(({ name, k, points }) => ({
      k,
      points: points.map(({ predicted, right, cells }) => ({ x: predicted, y: right, title: `${name}: ${cells} levels given ${percentOf(predicted)} were right in ${percentOf(right)}`, marked: true })),
    }));
    parts.push(figureBlock(calibration(curves, "probability given to the level filled in", "share that was right"), "Levels: how often the level that was filled in is right, by the probability that the method gave it."));
  }
  const shown = names.map((name, k) => ({ name, k })).filter(({ name }) => withPit.some((w) => w.name === name) || reliable.some((w) => w.name === name));
  return `<section><h2>Are the distributions honest?</h2>${paragraph(`For methods that give a distribution, intervals or draws: ${and(shown.map((s) => s.name))}.`, "soft")}${legend(shown)}<div class="pair">${parts.join("")}</div>${typeTable(results, names)}</section>`;
}

/** Coverage, interval score and calibration error by measurement scale, for each method that has them. */
function typeTable(results: Evaluation["results"], names: readonly string[]): string {
  const rows = names.map((name) => ({ name, types: calibrationByType(results, name) })).filter(({ types }) => types.length > 0);
  if (rows.length === 0) return "";
  const order = attributeTypes.filter((type) => rows.some((r) => r.types.some((t) => t.type === type)));
  const of = (at: number, type: string): TypeCalibration | undefined => rows[at].types.find((t) => t.type === type);
  const columns = rows.flatMap(({ name }, at) => [
    { head: `${name}: coverage`, text: (type: string) => percentOf(of(at, type)?.coverage) },
    { head: "interval score", text: (type: string) => shown(of(at, type)?.intervalScore, 2) },
    { head: "calibration error", text: (type: string) => shown(of(at, type)?.calibrationError) },
  ]);
  return `<h3>By type</h3>${htmlTable(
    ["type", "hidden cells", ...columns.map((c) => c.head)],
    order.map((type) => ({ cells: [type, Math.max(...rows.map((_, at) => of(at, type)?.cells ?? 0)).toLocaleString("en-US"), ...columns.map((c) => c.text(type))] })),
  )}${paragraph(
    "Coverage: share of hidden cells whose randomised probability integral transform lies in the central 90%; 90% is right, for levels too. Interval score: width of the 90% interval plus the fine for what lies outside, in standard deviations. Calibration error: by how much the probability given to the level filled in misses the share that was right, in ten bins.",
    "foot",
  )}`;
}

const mechanismMeanings = {
  mcar: "MCAR: cells are hidden completely at random",
  mar: "MAR: a random half of the columns stays complete and decides which cells of the others are hidden",
  mnar: "MNAR: the higher (or lower) a value, the likelier it is hidden; nothing in the table can tell, so every imputer is biased and intervals are too narrow",
  mnarlog: "MNARLOG: as MAR, and the deciding columns get holes too",
} as const;

const mechanismSection = (evaluation: Evaluation): string =>
  evaluation.settings.mechanisms.length < 2
    ? ""
    : `<section><h2>By mechanism</h2>${mechanismTable(evaluation)}${paragraph(`${evaluation.settings.mechanisms.map((m) => mechanismMeanings[m]).join(". ")}.`, "foot")}</section>`;

function timeSection(evaluation: Evaluation): string {
  const names = namesOf(evaluation);
  const seconds = names.map((name) => meanSeconds(evaluation.results, name));
  if (!seconds.some(Number.isFinite)) return "";
  return `<section><h2>Time</h2>${figureBlock(times(names, seconds), "Mean seconds per mask, training included, on a logarithmic axis. Outside commands are timed with their start.")}</section>`;
}

function tablesSection(evaluation: Evaluation): string {
  const names = namesOf(evaluation);
  const all = attributeFigures(evaluation.results, names);
  const parts = ([["numeric", "nrmse", ["crps", "nll", "coverage", "width"]], ["levels", "accuracy", ["balancedAccuracy", "brier", "logLoss"]]] as const).flatMap(([kind, figure, more]) => {
    const own = all.filter((a) => a.kind === kind);
    if (own.length === 0) return [];
    const content = attributeTable(own, names, figure, more);
    const title = `${kind === "numeric" ? "Numbers" : "Levels"}: ${figures[figure].label}`;
    return [own.length > mostOpenRows ? `<details><summary>${title} of ${own.length} attributes</summary>${content}</details>` : `<h3>${title}</h3>${content}`];
  });
  return parts.length === 0 ? "" : `<section><h2>Every attribute</h2>${parts.join("")}</section>`;
}

function makingSection({ methods, notes, made, table, settings, results }: Evaluation): string {
  const entry = (term: string, text: string): string => `<dt>${escapeHtml(term)}</dt><dd>${escapeHtml(text)}</dd>`;
  const present = figureNames.filter((name) => results.some((r) => r.overall[name] !== undefined));
  const aside = table.setAside.length > 0 ? `<h3>Columns that were not evaluated</h3><dl>${table.setAside.map((c) => entry(c.name, c.reason)).join("")}</dl>` : "";
  return `<section><h2>How this was made</h2>
<pre>${escapeHtml(made.command)}</pre>
${paragraph(`${Object.entries(made.versions).map(([name, version]) => `${name} ${version}`).join(", ")}. Seeds of the masks: ${settings.seeds.join(", ")}.`)}
${paragraph("Observed cells were hidden, every method filled the same holes, and what it filled was held against what had been there. True holes of the table are never scored. Columns with fewer than three hidden cells are left out.")}
${notes.map((note) => paragraph(note)).join("")}
<h3>Methods</h3><dl>${methods.map((m) => entry(m.name, m.about)).join("")}</dl>
<h3>Figures</h3><dl>${present.map((name) => entry(figures[name].label, `${figures[name].meaning}.`)).join("")}</dl>
${aside}</section>`;
}
