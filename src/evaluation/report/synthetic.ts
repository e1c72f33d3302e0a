import type { SyntheticEvaluation } from "../synthetic/synthetic.js";
import { syntheticFigures, syntheticHeadline, syntheticSetting, utilityRows, utilityTitles } from "../synthetic/words.js";
import { figureBlock, htmlDocument, paragraph } from "./document.js";
import { escapeHtml, legend } from "./svg.js";
import { looks, map, overlaid } from "./syntheticCharts.js";
import { htmlTable } from "./tables.js";
import { percentOf, shown } from "./words.js";

/** Most attributes that are drawn, in the distributions (the least alike) and in the maps (the most related). */
const mostDrawn = 60;
const mostMapped = 40;
/** Pairs in the table of those that are least alike. */
const mostPairs = 20;

/** Beside the style of every report. */
const moreStyle = `
.multiples { display: grid; grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); gap: .6rem 1rem; }
svg .ground { fill-opacity: .35; }`;

/** The report on invented people: one page of HTML that needs nothing else, no network and no script. */
export function renderSynthetic(evaluation: SyntheticEvaluation): string {
  const title = `Invented people: ${evaluation.tables.synthetic.name}`;
  const sections = [figuresSection, distributionsSection, mapsSection, attributesSection, makingSection];
  return htmlDocument(title, `${paragraph(syntheticSetting(evaluation), "soft")}
<div class="short">${syntheticHeadline(evaluation).map((s) => paragraph(s)).join("")}</div>
${evaluation.notes.map((note) => paragraph(note, "warn")).join("")}
${sections.map((section) => section(evaluation)).join("\n")}`, moreStyle);
}

const words = (text: string): { text: string; kind: string } => ({ text, kind: "words" });

const figuresSection = (evaluation: SyntheticEvaluation): string =>
  `<section><h2>Quality and privacy</h2>${htmlTable(
    ["", "invented", "real hold-out", words("best is")],
    syntheticFigures(evaluation).map(({ name, synthetic, holdout, best }) => ({ cells: [name, synthetic, holdout, words(best)] })),
  )}${paragraph("The hold-out shows what real people reach that the generator has not seen; more than that is not better but copied. Every figure is explained at the end.", "foot")}${
    evaluation.utility.length > 0 ? `<h3>Learning from invented people</h3>${htmlTable([...utilityTitles], utilityRows(evaluation).map((cells) => ({ cells })))}` : ""
  }</section>`;

function distributionsSection({ distributions, shapes }: SyntheticEvaluation): string {
  const scores = new Map(shapes.synthetic.columns.map((c) => [c.attribute, c.score]));
  const order = [...distributions].sort((a, b) => (scores.get(a.attribute) || 0) - (scores.get(b.attribute) || 0));
  const drawn = order.slice(0, mostDrawn).map((d) => overlaid(d, scores.get(d.attribute)!));
  const which = order.length > mostDrawn ? `The ${mostDrawn} least alike of ${order.length} attributes` : "Every attribute, the least alike first";
  return `<section><h2>Distributions</h2>${legend(looks)}<div class="multiples">${drawn.join("")}</div>${paragraph(`${which}. At the right: the column shape of the invented people, 1 is the same. Columns: the training table.`, "foot")}</section>`;
}

function mapsSection({ trends }: SyntheticEvaluation): string {
  const { associations: found, attributes } = trends;
  const strength = found.train.map((row) => row.reduce((sum, x) => sum + (Number.isFinite(x) ? x * x : 0), 0));
  const chosen = [...attributes.keys()].sort((a, b) => strength[b] - strength[a]).slice(0, mostMapped).sort((a, b) => a - b);
  const of = (matrix: readonly (readonly number[])[]): number[][] => chosen.map((i) => chosen.map((j) => matrix[i][j]));
  const minus = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number[][] => a.map((row, i) => row.map((x, j) => x - b[i][j]));
  const names = chosen.map((j) => attributes[j]);
  const [real, invented, fresh] = [of(found.train), of(found.synthetic), of(found.holdout)];
  const which = chosen.length < attributes.length ? ` The ${chosen.length} most related of ${attributes.length} attributes.` : "";
  const pairs = attributes
    .flatMap((a, i) => attributes.slice(i + 1).map((b, k) => ({ a, b, i, j: i + 1 + k, score: trends.synthetic.scores[i][i + 1 + k] })))
    .filter(({ score }) => Number.isFinite(score))
    .sort((x, y) => x.score - y.score)
    .slice(0, mostPairs);
  return `<section><h2>Relations of two attributes</h2>
${figureBlock(map(names, real, invented, ["training table", "invented"]), `Correlation of two numbers, Cramér's V of others (numbers in tenths): blue above zero, orange below. The two halves should mirror each other.${which}`)}
${figureBlock(map(names, minus(fresh, real), minus(invented, real), ["real hold-out minus training table", "invented minus training table"], 0.5), "What differs, full colour at 0.5: above the diagonal by invention, below it by chance alone.")}
<h3>Least alike</h3>${htmlTable(
    ["pair", "similarity", "of the hold-out", "relation: training", "invented", "hold-out"],
    pairs.map(({ a, b, i, j, score }) => ({
      cells: [`${a}, ${b}`, shown(score), shown(trends.holdout.scores[i][j]), shown(found.train[i][j], 2), shown(found.synthetic[i][j], 2), shown(found.holdout[i][j], 2)],
    })),
  )}</section>`;
}

function attributesSection({ shapes }: SyntheticEvaluation): string {
  const rows = shapes.synthetic.columns.map((c, j) => ({ ...c, other: shapes.holdout.columns[j] })).sort((a, b) => (a.score || 0) - (b.score || 0));
  const table = htmlTable(
    ["attribute", words("kind"), "shape", "of the hold-out", "missingness", "of the hold-out"],
    rows.map(({ attribute, kind, score, missing, other }) => ({ cells: [attribute, words(kind), shown(score), shown(other.score), shown(missing), shown(other.missing)] })),
  );
  return `<section><h2>Every attribute</h2>${rows.length > mostMapped ? `<details><summary>${rows.length} attributes</summary>${table}</details>` : table}</section>`;
}

const meanings: readonly (readonly [string, string])[] = [
  ["column shapes", "1 minus the Kolmogorov-Smirnov distance of numbers, 1 minus the total variation distance of levels, averaged; KSComplement and TVComplement of SDMetrics."],
  ["pair trends", "two numbers: 1 minus half the difference of their correlations; others: 1 minus the total variation distance of the joint table, numbers in ten bins, holes as a level; CorrelationSimilarity and ContingencySimilarity of SDMetrics. Small tables score lower by chance alone, hence the hold-out of the same size."],
  ["related pairs", "the same for pairs with a correlation above 0.5, or Cramér's V above 0.3, in the training table; the mean over all pairs hardly feels it when relations are lost."],
  ["told from real", "a random forest learns to tell hold-out people from others, by everything, holes included; area under its ROC curve in five-fold cross-validation (classifier two-sample test). People of the training table show what chance gives."],
  ["predicted", "random forests predict an attribute of hold-out people from all others, learned from equally many real people of the training table, invented people, or both. Attributes: the three numbers and the three with levels that are related most to others."],
  ["missingness", "1 minus the difference of the shares of empty cells."],
  ["exact copies", "rows that equal a training row in every cell, holes included."],
  ["distance", "Gower's: mean over attributes of the difference of numbers, as a share of the range of the middle 98%, and of 1 for other levels or a hole."],
  ["closer to training", "share of invented people whose closest record among equally many training and hold-out people is a training person; 50% is expected of a generator that copies nothing. A hint only: its interval counts the chance of the invented rows, not that of who is in the two other tables."],
  ["membership attack", "the attacker holds records and asks how many times closer an invented person is to each than other real people are (a ratio of nearest-neighbour densities, as in DOMIAS). AUC: probability that someone who was learned from looks more suspect than someone who was not. Intervals: bootstrap over people."],
  ["copying generator", "the same attack when the training rows themselves are handed out: shows that the attack can see copies in these tables."],
];

function makingSection({ made, trends }: SyntheticEvaluation): string {
  return `<section><h2>How this was made</h2>
<pre>${escapeHtml(made.command)}</pre>
${paragraph(`${Object.entries(made.versions).map(([name, version]) => `${name} ${version}`).join(", ")}; ${made.seconds.toFixed(0)} s.`)}
${paragraph(`The QualityReport of SDMetrics counts related pairs alone and cuts the numbers of each table by that table's own range; so counted, pair trends are ${percentOf(trends.synthetic.reportScore)} (invented) and ${percentOf(trends.holdout.reportScore)} (hold-out).`)}
<h3>Figures</h3><dl>${meanings.map(([term, text]) => `<dt>${escapeHtml(term)}</dt><dd>${escapeHtml(text)}</dd>`).join("")}</dl></section>`;
}
