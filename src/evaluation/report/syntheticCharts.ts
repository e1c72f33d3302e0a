import type { Distribution } from "../synthetic/distributions.js";
import { colourOf, drawing, element, escapeHtml, label, line, linearScale, marker, round } from "./svg.js";
import { percentOf, shown } from "./words.js";

/** The three tables' markers and colours. */
export const looks = [
  { key: "synthetic", name: "invented", k: 0 },
  { key: "train", name: "training table", k: 1 },
  { key: "holdout", name: "real hold-out", k: 2 },
] as const;

const small = { width: 232, height: 124, left: 6, right: 226, top: 22, bottom: 104 } as const;

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** One attribute: the training table as columns, the others over them as lines (numbers) or markers (levels). */
export function overlaid({ attribute, label: long, kind, names, shares }: Distribution, score: number): string {
  const n = shares.train.length;
  const highest = Math.max(...looks.flatMap(({ key }) => shares[key].filter(Number.isFinite)), 1e-9);
  const x = linearScale([0, n], [small.left, small.right]);
  const y = linearScale([0, highest], [small.bottom, small.top]);
  const gap = kind === "number" ? 0.3 : Math.min(4, (x(1) - x(0)) / 8);
  const columns = shares.train.map((share, b) =>
    share > 0 ? element("rect", { x: x(b) + gap, y: y(share), width: x(1) - x(0) - 2 * gap, height: small.bottom - y(share), class: `ground ${colourOf(1)}` }) : "",
  );
  const drawn = looks.filter(({ key, k }) => k !== 1 && shares[key].every(Number.isFinite)).reverse();
  const over = drawn.flatMap(({ key, name, k }) =>
    kind === "number"
      ? [element("polyline", { points: shares[key].flatMap((share, b) => [`${round(x(b))},${round(y(share))}`, `${round(x(b + 1))},${round(y(share))}`]).join(" "), class: `curve ${colourOf(k)}` })]
      : shares[key].map((share, b) => marker(k, x(b + 0.5), y(share), 3.6, `${names[b]}: ${name} ${percentOf(share)}, training table ${percentOf(shares.train[b])}`)),
  );
  const room = Math.floor(36 / n);
  const below =
    kind === "number"
      ? [label(small.left, small.bottom + 14, names[0], { class: "tick" }), label(small.right, small.bottom + 14, names[1], { "text-anchor": "end", class: "tick" })]
      : n <= 6
        ? names.map((name, b) => label(x(b + 0.5), small.bottom + 14, cut(name, Math.max(3, room)), { "text-anchor": "middle", class: "tick" }))
        : [label((small.left + small.right) / 2, small.bottom + 14, `${n} levels`, { "text-anchor": "middle", class: "tick" })];
  return drawing(small.width, small.height, `Distribution of ${attribute} in the three tables`, [
    label(small.left, 13, cut(long ?? attribute, 28)),
    label(small.right, 13, shown(score), { "text-anchor": "end", class: "tick" }),
    ...columns,
    ...over,
    line(small.left, small.bottom, small.right, small.bottom, "grid"),
    ...below,
  ]);
}

/** Pixels that a character of class tick takes at most, on average. */
const tickWidth = 6.5;

/**
 * A square map of relations: below the diagonal one table's, above it another's.
 * @param scale the value of full colour
 */
export function map(names: readonly string[], below: readonly (readonly number[])[], above: readonly (readonly number[])[], titles: readonly [string, string], scale = 1): string {
  const p = names.length;
  const room = 120;
  const size = Math.min(22, 600 / p);
  const cells = names.flatMap((a, i) =>
    names.flatMap((b, j) => {
      const value = (i > j ? below : above)[i][j];
      if (i === j || !Number.isFinite(value) || Math.abs(value) < 0.01 * scale) return [];
      const strength = Math.min(1, Math.abs(value) / scale);
      const text = element("title", {}, escapeHtml(`${a}, ${b}, ${titles[i > j ? 0 : 1]}: ${shown(value, 2)}`));
      return [element("rect", { x: room + j * size, y: i * size + 18, width: size, height: size, class: colourOf(value > 0 ? 0 : 2), "fill-opacity": strength }, text)];
    }),
  );
  const font = `font-size:${Math.min(11, size)}px`;
  const side = names.map((name, i) => label(room - 5, 18 + (i + 0.5) * size + size / 4, cut(name, 18), { "text-anchor": "end", style: font }));
  const end = room + p * size;
  const under = `below: ${titles[0]}`;
  const over = `above: ${titles[1]}`;
  const right = Math.max(end, tickWidth * over.length);
  return drawing(Math.max(right, room + tickWidth * under.length) + 4, p * size + 40, `Relations of pairs of attributes: ${titles.join(", ")}`, [
    ...cells,
    ...side,
    line(room, 18, end, 18 + p * size, "grid"),
    label(right, 12, over, { "text-anchor": "end", class: "tick" }),
    label(room, p * size + 34, under, { class: "tick" }),
  ]);
}
