import { drawing, element, label, line, linearScale } from "./svg.js";
import { shown } from "./words.js";

const width = 760;
const rowHeight = 20;

/**
 * Critical-difference plot (Demšar 2006): methods at their mean ranks, best at the left; a bar joins those whose ranks are
 * closer than the critical difference.
 */
export function rankPlot(methods: readonly string[], meanRanks: readonly number[], criticalDifference: number, title: string): string {
  const sorted = methods.map((name, k) => ({ name, k, rank: meanRanks[k] })).filter(({ rank }) => Number.isFinite(rank)).sort((a, b) => a.rank - b.rank);
  if (sorted.length < 2) return "";
  const k = methods.length;
  const [left, right, axis] = [190, width - 190, 58];
  const x = linearScale([1, k], [left, right]);
  const groups = cliques(sorted.map((m) => m.rank), criticalDifference);
  const barsEnd = axis + 14 + 9 * groups.length;
  const half = Math.ceil(sorted.length / 2);
  const bottom = barsEnd + 8 + rowHeight * half;
  const named = sorted.map(({ name, rank, k: own }, i) => {
    const atLeft = i < half;
    const y = barsEnd + 8 + rowHeight * (atLeft ? i : sorted.length - 1 - i);
    const end = atLeft ? left - 12 : right + 12;
    return [
      element("polyline", { points: `${x(rank).toFixed(1)},${axis} ${x(rank).toFixed(1)},${y} ${end},${y}`, class: "stem" }),
      label(end + (atLeft ? -5 : 5), y + 4, `${cut(name)}  ${rank.toFixed(2)}`, { "text-anchor": atLeft ? "end" : "start", ...(own === 0 ? { class: "first" } : {}) }),
    ].join("");
  });
  const step = k > 14 ? 2 : 1;
  const ticks = Array.from({ length: Math.floor((k - 1) / step) + 1 }, (_, t) => 1 + t * step);
  const difference = Math.min(criticalDifference, k - 1);
  return drawing(width, bottom + 6, `Critical-difference plot of mean ranks, ${title}`, [
    line(x(1), 22, x(1 + difference), 22, "ruler"),
    line(x(1), 17, x(1), 27, "ruler"),
    line(x(1 + difference), 17, x(1 + difference), 27, "ruler"),
    label(x(1) , 12, `critical difference ${shown(criticalDifference, 2)}`, { class: "tick" }),
    line(left, axis, right, axis, "axisline"),
    ...ticks.flatMap((t) => [line(x(t), axis - 5, x(t), axis, "axisline"), label(x(t), axis - 9, String(t), { "text-anchor": "middle", class: "tick" })]),
    ...named,
    ...groups.map(([from, to], g) => line(x(from) - 4, axis + 11 + 9 * g, x(to) + 4, axis + 11 + 9 * g, "clique")),
  ]);
}

const cut = (name: string): string => (name.length > 22 ? `${name.slice(0, 21)}…` : name);

/** Largest runs of sorted ranks that lie within the difference, of two methods or more. */
function cliques(ranks: readonly number[], difference: number): [number, number][] {
  const runs: [number, number][] = [];
  let reached = -1;
  ranks.forEach((from, i) => {
    let to = i;
    while (to + 1 < ranks.length && ranks[to + 1] - from < difference) to++;
    if (to > i && to > reached) runs.push([from, ranks[to]]);
    reached = Math.max(reached, to);
  });
  return runs;
}

/** Style of the plot where it stands alone, outside a report. */
export const rankStyle = `svg .stem { fill: none; stroke: var(--soft, #5a6675); stroke-width: 1.2; }
svg .axisline, svg .ruler { stroke: var(--ink, #1c2430); stroke-width: 1.2; }
svg .clique { stroke: var(--c0, #0068b5); stroke-width: 4; stroke-linecap: round; }
svg .first { font-weight: 700; }`;
