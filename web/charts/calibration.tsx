import type { ComponentChildren, JSX } from "preact";
import { useApp } from "../state.js";

export interface CalibrationPoint {
  /** What was claimed, and what came true: shares. */
  readonly claimed: number;
  readonly seen: number;
  /** Area of the mark against the largest; 1 by default. */
  readonly weight?: number;
}

export interface CalibrationSeries {
  readonly name: string;
  /** A class of the style sheet. */
  readonly tone: string;
  readonly points: readonly CalibrationPoint[];
}

const size = 220;
const left = 34;
const bottom = 30;
const ticks = [0, 0.25, 0.5, 0.75, 1];
const marks = ["circle", "square", "triangle", "diamond"] as const;

/** What was claimed against what came true, with the line on which they agree. @param label what a screen reader says */
export function CalibrationPlot({ series, xTitle, yTitle, label }: { readonly series: readonly CalibrationSeries[]; readonly xTitle: string; readonly yTitle: string; readonly label: string }): JSX.Element {
  const { format } = useApp();
  const px = (share: number): number => left + share * size;
  const py = (share: number): number => 6 + (1 - share) * size;
  return (
    <svg class="calibration" viewBox={`0 0 ${left + size + 12} ${size + bottom + 18}`} role="img" aria-label={label}>
      {ticks.map((tick) => (
        <g key={tick}>
          <line class="grid" x1={px(0)} x2={px(1)} y1={py(tick)} y2={py(tick)} />
          <line class="grid" x1={px(tick)} x2={px(tick)} y1={py(0)} y2={py(1)} />
          <text class="tick" x={px(tick)} y={py(0) + 15} text-anchor="middle">{format.share(tick)}</text>
          {tick > 0 && <text class="tick" x={px(0) - 5} y={py(tick) + 4} text-anchor="end">{format.share(tick)}</text>}
        </g>
      ))}
      <line class="agree" x1={px(0)} y1={py(0)} x2={px(1)} y2={py(1)} />
      <text class="tick" x={px(0.5)} y={py(0) + 32} text-anchor="middle">{xTitle}</text>
      <text class="tick" x={px(0) + 6} y={py(1) + 12}>{yTitle}</text>
      {series.map(({ name, tone, points }, k) => (
        <g key={name} class={tone}>
          <polyline class="line" points={points.map(({ claimed, seen }) => `${px(claimed).toFixed(1)},${py(seen).toFixed(1)}`).join(" ")} />
          {points.map(({ claimed, seen, weight = 1 }, i) => (
            <Mark key={i} kind={marks[k % marks.length]} x={px(claimed)} y={py(seen)} radius={2.5 + 2.5 * Math.sqrt(weight)} />
          ))}
        </g>
      ))}
    </svg>
  );
}

function Mark({ kind, x, y, radius: r }: { readonly kind: (typeof marks)[number]; readonly x: number; readonly y: number; readonly radius: number }): JSX.Element {
  if (kind === "circle") return <circle class="mark" cx={x} cy={y} r={r} />;
  const corners = kind === "square" ? [[-0.85, -0.85], [0.85, -0.85], [0.85, 0.85], [-0.85, 0.85]] : kind === "triangle" ? [[0, -1.15], [1.05, 0.75], [-1.05, 0.75]] : [[0, -1.2], [1.2, 0], [0, 1.2], [-1.2, 0]];
  return <polygon class="mark" points={corners.map(([dx, dy]) => `${(x + r * dx).toFixed(1)},${(y + r * dy).toFixed(1)}`).join(" ")} />;
}

/** Names of the series beside their marks. */
export function CalibrationLegend({ series, children }: { readonly series: readonly CalibrationSeries[]; readonly children: (series: CalibrationSeries) => ComponentChildren }): JSX.Element {
  return (
    <ul class="calibration-legend">
      {series.map((each, k) => (
        <li key={each.name} class={each.tone}>
          <svg viewBox="0 0 14 14" aria-hidden="true">
            <Mark kind={marks[k % marks.length]} x={7} y={7} radius={5} />
          </svg>
          <span>{children(each)}</span>
        </li>
      ))}
    </ul>
  );
}

const histogramWidth = 260;
const histogramHeight = 110;

/** Shares in bins of equal width, with the line at which all would be alike. */
export function FlatHistogram({ shares, label }: { readonly shares: readonly number[]; readonly label: string }): JSX.Element {
  const { format } = useApp();
  const even = 1 / shares.length;
  const top = Math.max(2 * even, ...shares);
  const width = histogramWidth / shares.length;
  const y = (share: number): number => 4 + histogramHeight * (1 - share / top);
  return (
    <svg class="calibration" viewBox={`0 0 ${histogramWidth} ${histogramHeight + 22}`} role="img" aria-label={label}>
      {shares.map((share, k) => (
        <rect key={k} class="bar" x={k * width + 1} width={width - 2} y={y(share)} height={Math.max(0.5, 4 + histogramHeight - y(share))} rx="1.5" />
      ))}
      <line class="agree" x1={0} x2={histogramWidth} y1={y(even)} y2={y(even)} />
      {[0, 0.5, 1].map((tick) => (
        <text key={tick} class="tick" x={tick * histogramWidth} y={histogramHeight + 18} text-anchor={tick === 0 ? "start" : tick === 1 ? "end" : "middle"}>
          {format.share(tick)}
        </text>
      ))}
    </svg>
  );
}
