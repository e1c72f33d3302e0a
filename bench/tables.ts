import type { Result } from "./accuracy.js";

const average = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
const unique = <T>(list: readonly T[]): T[] => [...new Set(list)];
const fixed = (x: number, digits = 3): string => (Number.isFinite(x) ? x.toFixed(digits) : "–");

/** Means over seeds per table and mechanism, mean ranks over the cases that all methods finished, and median seconds. */
export function markdown(results: readonly Result[]): string {
  const methods = unique(results.map((r) => r.method));
  const out: string[] = [];
  for (const mechanism of unique(results.map((r) => r.mechanism))) {
    const here = results.filter((r) => r.mechanism === mechanism);
    out.push(`\n### ${mechanism.toUpperCase()}: NRMSE | accuracy, mean over seeds\n`);
    out.push(`| table | ${methods.join(" | ")} |`, `|---|${methods.map(() => "---").join("|")}|`);
    for (const table of unique(here.map((r) => r.table))) {
      out.push(`| ${table} | ${methods.map((m) => cell(here.filter((r) => r.table === table && r.method === m))).join(" | ")} |`);
    }
    out.push(`| **mean rank** | ${methods.map((m) => meanRank(here, methods, m)).join(" | ")} |`);
    out.push(`| median seconds | ${methods.map((m) => fixed(median(here.filter((r) => r.method === m && r.score).map((r) => r.seconds)), 1)).join(" | ")} |`);
  }
  return `${out.join("\n")}\n`;
}

function cell(results: readonly Result[]): string {
  const done = results.flatMap((r) => (r.score ? [r.score] : []));
  if (done.length === 0) return results.length ? "not finished" : "not run";
  const seeds = done.length < 3 ? ` (${done.length} seed${done.length > 1 ? "s" : ""})` : "";
  return `${fixed(average(done.map((s) => s.nrmse)))} \\| ${fixed(average(done.map((s) => s.accuracy)))}${seeds}`;
}

/** Mean rank in NRMSE and in accuracy among the methods that finished a case; ties share the better rank. */
function meanRank(results: readonly Result[], methods: readonly string[], method: string): string {
  const ranks = (value: (r: Result) => number, better: (a: number, b: number) => boolean): number => {
    const own = results.filter((r) => r.method === method && r.score);
    return average(own.map((r) => {
      const rivals = results.filter((o) => o.table === r.table && o.seed === r.seed && methods.includes(o.method) && o.score);
      return 1 + rivals.filter((o) => better(value(o), value(r))).length;
    }));
  };
  return `${fixed(ranks((r) => r.score!.nrmse, (a, b) => a < b), 2)} \\| ${fixed(ranks((r) => r.score!.accuracy, (a, b) => a > b), 2)}`;
}

function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted.length ? sorted[sorted.length >> 1] : NaN;
}
