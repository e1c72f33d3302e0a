import { mostMoved, type ComparedAttribute, type Comparison, type Contrast, type EnsembleDifference } from "../../inference/compare.js";
import { spreadAlike } from "../../inference/difference.js";
import type { Given } from "../../inference/predict.js";
import { formatDate } from "../../schema/values.js";
import { figureBlock, htmlDocument, paragraph } from "./document.js";
import { domainOf, drawing, element, escapeHtml, label, line, linearScale, marker, legend, ticks } from "./svg.js";

/** Most attributes in the picture; the table holds all. */
const mostDrawn = 40;

/** A page with the ranked differences between scenarios: a picture, a table of everything, and what it must be read with. */
export function renderComparison(comparison: Comparison, made: { readonly model: string; readonly given: Given }): string {
  const { scenarios, attributes, notes } = comparison;
  const names = scenarios.map((s) => s.name);
  const title = `${names.slice(1).join(", ")} against ${names[0]}`;
  const personal = scenarios.flatMap((s) => s.notes.map((note) => `${s.name}: ${note}`));
  const values = (given: Given): string => Object.entries(given).map(([name, value]) => `${name} = ${String(value)}`).join(", ") || "nothing";
  const intervals = comparison.members > 1 ? ` Lines: ${Math.round(100 * comparison.level)}% intervals over ${comparison.members} members.` : "";
  const which = attributes.length > mostDrawn ? ` The ${mostDrawn} largest of ${attributes.length}.` : "";
  return htmlDocument(
    title,
    `${paragraph(`Model ${made.model}. In all scenarios: ${values(made.given)}.`, "soft")}
<dl>${scenarios.map((s) => `<dt>${escapeHtml(s.name)}</dt><dd>${escapeHtml(values(s.given))}</dd>`).join("")}</dl>
<div class="short">${notes.map((note) => paragraph(note)).join("")}</div>
${personal.map((note) => paragraph(note, "warn")).join("")}
<section><h2>What differs most</h2>${legend(names.slice(1).map((name, k) => ({ name, k })))}
${figureBlock(picture(comparison), `Difference to ${names[0]} in standard deviations of people alike; for levels, change of the probability that moves most.${intervals}${which}`)}</section>
<section><h2>Every attribute</h2>${table(comparison)}
${paragraph('"Same rank": the difference for one person who keeps the same rank among people alike in both scenarios. How one person\'s two outcomes would really pair is not identified by any data.', "foot")}</section>`,
  );
}

/** Differences on one scale: numbers in standard deviations, levels in probability. */
function scaled({ answers }: ComparedAttribute, own: Contrast, scenarios: Comparison["scenarios"]): EnsembleDifference {
  if (!own.mean) return mostMoved(own);
  const spread = spreadAlike(answers[0], answers[scenarios.findIndex((s) => s.name === own.scenario)]) || 1;
  const per = (x: number | undefined): number | undefined => (x === undefined ? undefined : x / spread);
  return { value: own.mean.value / spread, low: per(own.mean.low), high: per(own.mean.high) };
}

function picture({ attributes, scenarios }: Comparison): string {
  const shown = attributes.filter((a) => a.contrasts.length > 0).slice(0, mostDrawn);
  if (shown.length === 0) return "";
  const [left, width, step, top] = [230, 720, 22, 26];
  const all = shown.flatMap((a) => a.contrasts.map((c) => scaled(a, c, scenarios)));
  const x = linearScale(domainOf(all.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]), [0]), [left, width - 16]);
  const height = top + shown.length * step + 8;
  const names = scenarios.slice(1).map((s) => s.name);
  const rows = shown.flatMap((attribute, i) => {
    const y = top + (i + 0.5) * step;
    const text = `${attribute.label ?? attribute.name}${attribute.contrasts[0].mean ? "" : `: ${mostMoved(attribute.contrasts[0]).level}`}`;
    return [
      label(left - 10, y + 4, text.length > 34 ? `${text.slice(0, 33)}…` : text, { "text-anchor": "end" }),
      ...attribute.contrasts.flatMap((own) => {
        const k = names.indexOf(own.scenario);
        const at = y + (k - (names.length - 1) / 2) * 5;
        const { value, low, high } = scaled(attribute, own, scenarios);
        const interval = low === undefined || high === undefined ? [] : [element("line", { x1: x(low), y1: at, x2: x(high), y2: at, class: "interval even" })];
        return [...interval, marker(k, x(value), at, 4.2, `${attribute.name}, ${own.scenario}: ${differenceText(attribute, own)}`)];
      }),
    ];
  });
  const grid = ticks(x.domain, 6).flatMap((t) => [line(x(t), top, x(t), height - 8, t === 0 ? "zero" : "grid"), label(x(t), top - 8, String(t).replace("-", "−"), { class: "tick", "text-anchor": "middle" })]);
  return drawing(width, height, "Differences between the scenarios, the largest first", [...grid, ...rows]);
}

const number = (x: number): string => String(Number(x.toPrecision(4)));
const signed = (x: number): string => `${x > 0 ? "+" : x < 0 ? "−" : ""}${Number(Math.abs(x).toPrecision(3))}`;
const points = (x: number): string => `${x > 0 ? "+" : x < 0 ? "−" : ""}${Math.abs(100 * x).toFixed(1)}`;

function differenceText({ type }: ComparedAttribute, own: Contrast): string {
  const { value, low, high }: EnsembleDifference = own.mean ?? mostMoved(own);
  const text = own.mean ? signed : points;
  const unit = !own.mean ? " percentage points" : type === "date" ? " days" : "";
  return `${text(value)}${unit}${low === undefined || high === undefined ? "" : ` [${text(low)}, ${text(high)}]`}`;
}

interface Column {
  readonly head: string;
  readonly text: (attribute: ComparedAttribute, own: Contrast) => string;
  /** Words stand at the left, long ones in several lines. */
  readonly kind?: "words" | "long";
}

/** Every difference in a row; attributes, and columns that say nothing here, are not repeated. */
function table({ attributes, scenarios }: Comparison): string {
  const place = ({ scenario }: Contrast): number => scenarios.findIndex((s) => s.name === scenario);
  const notes = ({ answers }: ComparedAttribute, own: Contrast): string => [...new Set([0, place(own)].flatMap((at) => answers[at].support?.assumption ?? []))].join("; ");
  const single = scenarios.length === 2;
  const columns: Column[] = [
    ...(single ? [] : [{ head: "scenario", text: (_: ComparedAttribute, { scenario }: Contrast) => scenario, kind: "words" as const }]),
    { head: scenarios[0].name, text: (attribute, own) => valueText(attribute, own, 0) },
    { head: single ? scenarios[1].name : "this scenario", text: (attribute, own) => valueText(attribute, own, place(own)) },
    { head: "difference", text: differenceText },
    { head: "in SD", text: (_, { size }) => size.toFixed(2) },
    { head: "same rank: low, median, high", text: (_, { sameRank }) => (sameRank ? [sameRank.low, sameRank.median, sameRank.high].map(signed).join(", ") : "") },
    { head: "share higher", text: (_, { sameRank }) => (sameRank ? `${Math.round(100 * sameRank.shareHigher)}%` : "") },
    ...(attributes.some((attribute) => attribute.contrasts.some((own) => notes(attribute, own) !== "")) ? [{ head: "notes", text: notes, kind: "long" as const }] : []),
  ];
  const rows = attributes.flatMap((attribute) =>
    attribute.contrasts.map((own, k) => {
      const name = `${attribute.label ? `${attribute.label} (${attribute.name})` : attribute.name}${attribute.unit ? `, ${attribute.unit}` : ""}`;
      const first = k === 0 ? element("td", { class: "long", rowspan: attribute.contrasts.length }, escapeHtml(name)) : "";
      return `<tr>${first}${columns.map(({ text, kind }) => element("td", { class: kind }, escapeHtml(text(attribute, own)))).join("")}</tr>`;
    }),
  );
  const head = [{ head: "attribute" }, ...columns].map(({ head: text, kind }: Pick<Column, "head" | "kind">) => element("th", { class: kind && "words" }, escapeHtml(text))).join("");
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

/** The mean under a scenario, or the probability of the level that moves most. */
function valueText({ type, answers }: ComparedAttribute, own: Contrast, at: number): string {
  if (own.mean) return type === "date" ? formatDate(answers[at].mean!) : number(answers[at].mean!);
  const { level } = mostMoved(own);
  return `${level}: ${(100 * answers[at].levels!.find((l) => l.level === level)!.probability).toFixed(1)}%`;
}
