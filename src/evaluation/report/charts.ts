import type { Comparison } from "../compare.js";
import { figures, type FigureName } from "../figures.js";
import { figureText, percentOf, secondsText, shown } from "./words.js";
import type { AttributeFigures } from "./gather.js";
import { colourOf, domainOf, drawing, element, label, line, linearScale, marker, round, ticks, type Scale } from "./svg.js";

const width = 760;

const signed = (x: number): string => String(x).replace("-", "−");

/** Vertical grid lines with their numbers below. */
function bottomAxis(scale: Scale, top: number, bottom: number, count: number, text: (x: number) => string = signed): string[] {
  return ticks(scale.domain, count).flatMap((t) => [line(scale(t), top, scale(t), bottom, "grid"), label(scale(t), bottom + 15, text(t), { "text-anchor": "middle", class: "tick" })]);
}

/** Room for names at the left, in units of the drawing. */
const nameRoom = (names: readonly string[], least = 60, most = 230): number => Math.min(most, Math.max(least, 8 + 6.6 * Math.max(...names.map((n) => n.length))));
const cut = (name: string, room: number): string => (name.length * 6.6 > room - 8 ? `${name.slice(0, Math.floor((room - 14) / 6.6))}…` : name);

/** One row per attribute, one marker per method; the first method's row order. */
export function attributeDots(attributes: readonly AttributeFigures[], methods: readonly string[], figure: FigureName): string {
  const { better, label: title } = figures[figure];
  const sign = better === "lower" ? 1 : -1;
  const rows = [...attributes].sort((a, b) => sign * ((a.figures[0][figure] ?? NaN) - (b.figures[0][figure] ?? NaN)));
  const rowHeight = 19;
  const [left, top] = [nameRoom(rows.map((r) => r.name)), 6];
  const bottom = top + rows.length * rowHeight;
  const values = rows.flatMap((r) => r.figures.map((f) => f[figure] ?? NaN));
  const scale = linearScale(domainOf(values), [left + 8, width - 14]);
  const text = figure === "accuracy" ? (x: number): string => percentOf(x, 0) : signed;
  const content = rows.flatMap((row, r) => {
    const y = top + (r + 0.5) * rowHeight;
    const own = row.figures.map((f) => f[figure] ?? NaN);
    const known = own.filter(Number.isFinite);
    const marks = own.map((v, k) => (Number.isFinite(v) ? marker(k, scale(v), y, k === 0 ? 5 : 4, `${row.name}, ${methods[k]}: ${figureText(figure, v)}`) : ""));
    // The first method lies on top.
    return [line(scale(Math.min(...known)), y, scale(Math.max(...known)), y, "span"), label(left, y + 4, cut(row.name, left), { "text-anchor": "end" }), ...marks.reverse()];
  });
  const arrow = better === "lower" ? "← better" : "better →";
  return drawing(width, bottom + 38, `${title} of each attribute and method`, [
    ...bottomAxis(scale, top, bottom, 7, text),
    ...content,
    label((left + width) / 2, bottom + 33, `${title}, ${arrow}`, { "text-anchor": "middle", class: "axis" }),
  ]);
}

/** Differences of the first method to each rival with their 95% intervals. */
export function differences(comparisons: readonly Comparison[], method: string): string {
  const figure = comparisons[0].figure;
  const lower = figures[figure].better === "lower";
  const rowHeight = 24;
  const [left, right, top] = [nameRoom(comparisons.map((c) => c.rival)), width - 170, 20];
  const bottom = top + comparisons.length * rowHeight;
  const scale = linearScale(domainOf(comparisons.flatMap((c) => [c.mean, c.low, c.high]), [0]), [left + 12, right]);
  const clamp = (x: number): number => Math.min(right, Math.max(left + 12, scale(x)));
  const rows = comparisons.flatMap((c, r) => {
    const y = top + (r + 0.5) * rowHeight;
    const kind = c.verdict === "better" ? "good" : c.verdict === "worse" ? "bad" : "even";
    const interval = Number.isFinite(c.low) ? [line(clamp(c.low), y, clamp(c.high), y, `interval ${kind}`)] : [];
    return [
      label(left, y + 4, cut(c.rival, left), { "text-anchor": "end" }),
      ...interval,
      element("circle", { cx: scale(c.mean), cy: y, r: 5, class: `point ${kind}` }),
      label(right + 14, y + 4, `${c.mean < 0 ? "" : "+"}${shown(c.mean, 4)} ${c.verdict === "noise" ? "(may be chance)" : c.verdict === "untested" ? "" : `(${c.verdict})`}`),
    ];
  });
  const [atLeft, atRight] = lower ? [`${method} better`, `${method} worse`] : [`${method} worse`, `${method} better`];
  return drawing(width, bottom + 24, `Difference in ${figures[figure].label} between ${method} and each rival`, [
    ...bottomAxis(scale, top, bottom, 6),
    line(scale(0), top - 4, scale(0), bottom, "zero"),
    label(scale(0) - 8, 12, atLeft, { "text-anchor": "end", class: "tick" }),
    label(scale(0) + 8, 12, atRight, { class: "tick" }),
    ...rows,
  ]);
}

const small = { width: 352, height: 250, left: 44, right: 330, top: 12, bottom: 206 } as const;

function sideAxis(scale: Scale, count: number, text: (x: number) => string): string[] {
  return ticks(scale.domain, count).flatMap((t) => [line(small.left, scale(t), small.right, scale(t), "grid"), label(small.left - 6, scale(t) + 4, text(t), { "text-anchor": "end", class: "tick" })]);
}

/** Probability integral transforms of hidden numbers in 20 bins; level bars are calibrated. */
export function pitHistogram(pit: readonly number[], k: number, name: string): string {
  const bars = 20;
  const total = pit.reduce((a, b) => a + b, 0);
  const per = pit.length / bars;
  const heights = Array.from({ length: bars }, (_, b) => (bars * pit.slice(b * per, (b + 1) * per).reduce((x, y) => x + y, 0)) / total);
  const x = linearScale([0, 1], [small.left, small.right]);
  const y = linearScale([0, Math.max(1.5, ...heights) * 1.05], [small.bottom, small.top]);
  const rects = heights.map((h, b) => element("rect", { x: x(b / bars) + 0.7, y: y(h), width: x(1 / bars) - x(0) - 1.4, height: small.bottom - y(h), class: `bar ${colourOf(k)}` }));
  return drawing(small.width, small.height, `Histogram of the probability integral transform of ${name}`, [
    ...sideAxis(y, 4, String),
    ...rects,
    line(small.left, y(1), small.right, y(1), "zero"),
    ...[0, 0.25, 0.5, 0.75, 1].map((t) => label(x(t), small.bottom + 15, String(t), { "text-anchor": "middle", class: "tick" })),
    label((small.left + small.right) / 2, small.bottom + 34, "where the truth lies in its prediction", { "text-anchor": "middle", class: "axis" }),
  ]);
}

export interface Curve {
  /** Which method, for its colour and marker. */
  readonly k: number;
  readonly points: readonly { readonly x: number; readonly y: number; readonly title: string; readonly marked: boolean }[];
}

/** Predicted against actual shares; the diagonal is right. */
export function calibration(curves: readonly Curve[], xTitle: string, yTitle: string): string {
  const x = linearScale([0, 1], [small.left, small.right]);
  const y = linearScale([0, 1], [small.bottom, small.top]);
  const drawn = curves.flatMap(({ k, points }) => [
    element("polyline", { points: points.map((p) => `${round(x(p.x))},${round(y(p.y))}`).join(" "), class: `curve ${colourOf(k)}` }),
    ...points.filter((p) => p.marked).map((p) => marker(k, x(p.x), y(p.y), 3.6, p.title)),
  ]);
  return drawing(small.width, small.height, `${yTitle} against ${xTitle}`, [
    ...sideAxis(y, 4, (t) => percentOf(t, 0)),
    ...bottomAxis(x, small.top, small.bottom, 4, (t) => percentOf(t, 0)),
    line(x(0), y(0), x(1), y(1), "zero"),
    ...drawn.reverse(),
    label((small.left + small.right) / 2, small.bottom + 34, xTitle, { "text-anchor": "middle", class: "axis" }),
  ]);
}

/** Seconds per mask, on a logarithmic axis. */
export function times(methods: readonly string[], seconds: readonly number[]): string {
  const rows = methods.flatMap((name, k) => (Number.isFinite(seconds[k]) ? [{ name, k, s: Math.max(seconds[k], 0.01) }] : []));
  const rowHeight = 24;
  const [left, top] = [nameRoom(rows.map((r) => r.name)), 4];
  const bottom = top + rows.length * rowHeight;
  const logs = rows.map((r) => Math.log10(r.s));
  const low = Math.floor(Math.min(...logs) - 0.2);
  const scale = linearScale([low, Math.max(low + 1, Math.ceil(Math.max(...logs)))], [left + 8, width - 80]);
  const powers = Array.from({ length: scale.domain[1] - low + 1 }, (_, k) => low + k);
  return drawing(width, bottom + 22, "Seconds per mask of each method", [
    ...powers.flatMap((p) => [line(scale(p), top, scale(p), bottom, "grid"), label(scale(p), bottom + 16, `${10 ** p} s`, { "text-anchor": "middle", class: "tick" })]),
    ...rows.flatMap(({ name, k, s }, r) => {
      const y = top + r * rowHeight;
      return [
        element("rect", { x: scale(low), y: y + 5, width: scale(Math.log10(s)) - scale(low), height: rowHeight - 10, class: `bar ${colourOf(k)}` }),
        label(left, y + rowHeight / 2 + 4, cut(name, left), { "text-anchor": "end" }),
        label(scale(Math.log10(s)) + 7, y + rowHeight / 2 + 4, secondsText(s), { class: "tick" }),
      ];
    }),
  ]);
}
