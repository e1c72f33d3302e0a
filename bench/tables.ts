import { average } from "../src/evaluation/columns.js";
import { acrossSection } from "./across.js";
import { accuracy, compareMethods, groupBy, meanRanks, nrmse, type Figure } from "./compare.js";
import { caseName, type Result } from "./results.js";

export interface Report {
  readonly results: readonly Result[];
  /** In the order of the columns. */
  readonly methods: readonly string[];
  /** VHGM's own methods among them. */
  readonly own: ReadonlySet<string>;
  /** Sentences that stand above and below the tables. */
  readonly setting: string;
  readonly notes: readonly string[];
}

const figures = [nrmse, accuracy] as const;
const reference = "ridge";

/** The tables of docs/results.md, in markdown. */
export function markdown({ results, methods: wanted, own, setting, notes }: Report): string {
  const methods = wanted.filter((method) => results.some((r) => r.method === method));
  const mechanisms = [...groupBy(results, (r) => r.mechanism)];
  const sections = mechanisms.map(([mechanism, here]) => [`### ${mechanism.toUpperCase()}`, "", ...mechanismTable(here, methods)]);
  if (mechanisms.length > 1) sections.push(["### All mechanisms", "", ...table(["", ...methods], summaryRows(results, methods))]);
  for (const method of methods.filter((m) => own.has(m))) {
    const rivals = methods.filter((m) => !own.has(m));
    if (rivals.length > 0) sections.push([`### ${method} against each rival`, "", ...rivalTable(results, method, rivals)]);
  }
  const tested = acrossSection(results, methods);
  if (tested.length > 0) sections.push([`### Across tables: ${methods[0]} against each`, "", ...tested]);
  sections.push(["### Every case", "", ...caseTable(results, methods)]);
  const parts = [[setting], ...sections, [...notes, ...remarks(results, methods)]].filter((lines) => lines.length > 0);
  return `${parts.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function mechanismTable(results: readonly Result[], methods: readonly string[]): string[] {
  const rows = [...groupBy(results, (r) => r.table)].map(([name, here]) => [name, ...tableCells(here, methods)]);
  return table(["NRMSE \\| accuracy", ...methods], [...rows, ...summaryRows(results, methods)]);
}

/** Means over the seeds of one table; the best of the methods that finished all seeds in bold. */
function tableCells(results: readonly Result[], methods: readonly string[]): string[] {
  const seeds = groupBy(results, caseName).size;
  const cells = methods.map((method) => {
    const run = results.filter((r) => r.method === method);
    const done = run.filter((r) => r.score);
    return { run: run.length, done: done.length, means: figures.map((figure) => finiteMean(done.map(figure.of))) };
  });
  const best = figures.map(({ better }, k) => {
    const values = cells.filter((c) => c.done === seeds).map((c) => c.means[k]).filter((v) => !Number.isNaN(v));
    return better === "lower" ? Math.min(...values) : Math.max(...values);
  });
  return cells.map(({ run, done, means }) => {
    if (run === 0) return "not run";
    if (done === 0) return "not finished";
    const texts = means.map((mean, k) => (done === seeds && mean === best[k] ? `**${fixed(mean)}**` : fixed(mean)));
    return texts.join(" \\| ") + (done < seeds ? ` (${done} of ${seeds} seeds)` : "");
  });
}

/** All cases with the digits in which single cases can be compared. */
function caseTable(results: readonly Result[], methods: readonly string[]): string[] {
  const rows = [...groupBy(results, caseName).values()].map((here) => {
    const { table: name, mechanism, seed } = here[0];
    const cells = methods.map((method) => {
      const result = here.find((r) => r.method === method);
      if (!result) return "not run";
      return result.score ? figures.map((figure) => fixed(figure.of(result), 4)).join(" \\| ") : "not finished";
    });
    return [`${name} ${mechanism} ${seed}`, ...cells];
  });
  return table(["NRMSE \\| accuracy", ...methods], rows);
}

/** Mean ranks, the ratio to ridge, what did not finish, time and memory. */
function summaryRows(results: readonly Result[], methods: readonly string[]): string[][] {
  const of = (method: string): Result[] => results.filter((r) => r.method === method);
  const rows = rankRow(results, methods, "");
  // A method that was run on few cases leaves few on which all can be ranked; the others are ranked on all of theirs as well.
  const cases = groupBy(results, caseName).size;
  const everywhere = methods.filter((method) => of(method).length === cases);
  if (everywhere.length < methods.length && everywhere.length > 1) {
    rows.push(...rankRow(results, everywhere, ", those run on every case", methods));
  }
  if (methods.includes(reference)) {
    rows.push([`NRMSE relative to ${reference}`, ...methods.map((m) => fixed(compareMethods(results, m, reference, nrmse).ratio))]);
  }
  rows.push(["not finished (cases)", ...methods.map((m) => `${of(m).filter((r) => !r.score).length} of ${of(m).length}`)]);
  rows.push(["median seconds", ...methods.map((m) => fixed(median(of(m).filter((r) => r.score).map((r) => r.seconds)), 1))]);
  const memory = methods.map((m) => Math.max(...of(m).map((r) => r.peakMemory ?? -Infinity)));
  if (memory.some(Number.isFinite)) rows.push(["largest memory, MiB", ...memory.map((x) => fixed(x, 0))]);
  return rows;
}

/** No row if there is no case that all were run on. */
function rankRow(results: readonly Result[], ranked: readonly string[], which: string, methods = ranked): string[][] {
  const ranks = figures.map((figure: Figure) => meanRanks(results, ranked, figure));
  if (ranks.every((r) => r.cases === 0)) return [];
  const cells = methods.map((m) => (ranked.includes(m) ? ranks.map((r) => fixed(r.ranks.get(m) ?? NaN, 2)).join(" \\| ") : ""));
  return [[`mean rank${which} (${ranks.map((r) => r.cases).join(" \\| ")} cases)`, ...cells]];
}

function rivalTable(results: readonly Result[], method: string, rivals: readonly string[]): string[] {
  const rows = rivals.map((rival) => {
    const a = compareMethods(results, method, rival, nrmse);
    const b = compareMethods(results, method, rival, accuracy);
    const won = (c: typeof a): string => (c.tables === 0 ? "–" : `${c.won} of ${c.tables}`);
    return [rival, won(a), fixed(a.ratio), won(b), signed(b.difference)];
  });
  return table(["rival", "tables won in NRMSE", "NRMSE relative to it", "tables won in accuracy", "accuracy above it"], rows);
}

/** What a reader must know to trust the figures. */
function remarks(results: readonly Result[], methods: readonly string[]): string[] {
  const lines: string[] = [];
  const perTable = groupBy(results, (r) => `${r.table} ${r.mechanism}`);
  if ([...perTable.values()].some((here) => hasFewerSeeds(here, methods))) {
    lines.push("Means over fewer seeds than the others of their row are not comparable with them; ranks, ratios and wins rest on common cases.");
  }
  for (const method of methods) {
    const done = results.filter((r) => r.method === method && r.score);
    const unfilled = done.filter((r) => r.score!.unfilled > 0).length;
    const changed = done.filter((r) => r.score!.changed > 0).length;
    const cases = `of ${done.length} cases`;
    if (unfilled > 0) lines.push(`${method} left hidden cells empty in ${unfilled} ${cases}; they count as the mean, levels as wrong.`);
    if (changed > 0) lines.push(`${method} changed observed cells in ${changed} ${cases}.`);
  }
  return lines;
}

const hasFewerSeeds = (results: readonly Result[], methods: readonly string[]): boolean =>
  methods.some((method) => {
    const done = results.filter((r) => r.method === method && r.score).length;
    return done > 0 && done < groupBy(results, caseName).size;
  });

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), `|${head.map(() => "---|").join("")}`, ...rows.map(line)];
}

const fixed = (x: number, digits = 3): string => (Number.isFinite(x) ? x.toFixed(digits) : "–");
const signed = (x: number): string => (Number.isFinite(x) ? `${x < 0 ? "−" : "+"}${Math.abs(x).toFixed(3)}` : "–");
const finiteMean = (values: readonly number[]): number => average(values.filter(Number.isFinite));

function median(values: readonly number[]): number {
  const sorted = [...values].filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return NaN;
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
