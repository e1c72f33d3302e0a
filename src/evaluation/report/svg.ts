/** Text as it may stand in HTML and SVG. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** A linear scale from a domain to a range. */
export interface Scale {
  (x: number): number;
  readonly domain: readonly [number, number];
  readonly range: readonly [number, number];
}

export function linearScale(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const factor = (range[1] - range[0]) / (domain[1] - domain[0] || 1);
  return Object.assign((x: number) => range[0] + (x - domain[0]) * factor, { domain, range });
}

/** Round numbers within a domain, about `count` of them: multiples of 1, 2 or 5 times a power of ten. */
export function ticks([low, high]: readonly [number, number], count: number): number[] {
  const rough = (high - low) / count;
  if (!(rough > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((m) => m * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

/** Smallest and largest finite value with some room, and with what else must be inside. */
export function domainOf(values: readonly number[], more: readonly number[] = []): [number, number] {
  const finite = [...values, ...more].filter(Number.isFinite);
  if (finite.length === 0) return [0, 1];
  const low = Math.min(...finite);
  const high = Math.max(...finite);
  const room = 0.05 * (high - low || Math.abs(high) || 1);
  return [low - room, high + room];
}

export const round = (x: number): string => String(Number(x.toFixed(2)));

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An SVG element. Numbers are rounded to hundredths; a text content must be escaped already. */
export function element(name: string, attributes: Attributes, content = ""): string {
  const list = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${typeof value === "number" ? round(value) : escapeHtml(value)}"`],
  );
  return content === "" ? `<${name}${list.join("")}/>` : `<${name}${list.join("")}>${content}</${name}>`;
}

export const label = (x: number, y: number, text: string, more: Attributes = {}): string => element("text", { x, y, ...more }, escapeHtml(text));

export const line = (x1: number, y1: number, x2: number, y2: number, kind: string): string => element("line", { x1, y1, x2, y2, class: kind });

/** A drawing is made no smaller than this share of its size, so that its words can be read on a phone. */
const smallest = 0.72;

/** A whole drawing with a description for those who can't see it. */
export const drawing = (width: number, height: number, description: string, content: readonly string[]): string =>
  `<div class="drawing"><svg viewBox="0 0 ${round(width)} ${round(height)}" role="img" aria-label="${escapeHtml(description)}" style="max-width:${round(width)}px;min-width:${round(smallest * width)}px">${content.join("")}</svg></div>`;

/** Corners of the markers on a circle of radius 1, by which methods are told apart without colour. */
const shapes: readonly (readonly [number, number][])[] = [
  [],
  [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
  [[0, -1.15], [1.05, 0.8], [-1.05, 0.8]],
  [[0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]],
  [[0, 1.15], [1.05, -0.8], [-1.05, -0.8]],
  [[-1.15, 0], [0.8, -1.05], [0.8, 1.05]],
  [[1.15, 0], [-0.8, -1.05], [-0.8, 1.05]],
  [[0, -1.2], [1.14, -0.37], [0.7, 0.97], [-0.7, 0.97], [-1.14, -0.37]],
];

/** Colour of method k, a class of the page. The first method's is its own; from the ninth method on the others' are used again. */
export const colourOf = (k: number): string => `c${k === 0 ? 0 : 1 + ((k - 1) % (shapes.length - 1))}`;

/** Shape of method k, another one each time that a colour is used again. */
const shapeOf = (k: number): number => (k === 0 ? 0 : 1 + ((k - 1 + Math.floor((k - 1) / (shapes.length - 1))) % (shapes.length - 1)));

/** The marker of method k; `title` is shown when it is pointed at. */
export function marker(k: number, x: number, y: number, size: number, title = ""): string {
  const inside = title === "" ? "" : `<title>${escapeHtml(title)}</title>`;
  if (k === 0) return element("circle", { cx: x, cy: y, r: size, class: `mark ${colourOf(k)}` }, inside);
  const points = shapes[shapeOf(k)].map(([a, b]) => `${round(x + a * size)},${round(y + b * size)}`).join(" ");
  return element("polygon", { points, class: `mark ${colourOf(k)}` }, inside);
}

/** What each marker stands for. */
export const legend = (methods: readonly { readonly name: string; readonly k: number }[]): string =>
  `<p class="legend">${methods.map(({ name, k }) => `<span><svg viewBox="-7 -7 14 14" width="14" height="14" aria-hidden="true">${marker(k, 0, 0, 4.6)}</svg>${escapeHtml(name)}</span>`).join(" ")}</p>`;
