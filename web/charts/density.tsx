import type { JSX } from "preact";
import type { Answer } from "../../src/inference/predict.js";
import type { KnownAttribute } from "../backend/backend.js";
import { numeric } from "../format.js";
import { useApp } from "../state.js";
import { areaPath, densityOf, highestOf, ticksOf, type Quantile } from "./curve.js";

export interface Curve {
  readonly answer: Answer;
  /** A class of the style sheet: "population", "person", "scenario-0" … */
  readonly tone: string;
  /** Draws the interval under the curve, with the median. */
  readonly interval?: boolean;
}

const width = 320;
const top = 4;
const height = 50;
/** A curve is drawn at most so much higher than to scale, to stay visible beside a sharp one. */
const mostRaised = 3;

const quantilesOf = ({ quantiles = [] }: Answer): Quantile[] => quantiles.map(({ u, value }) => ({ u, x: numeric(value) }));

/** The axis that holds all but the outermost tails of some answers. */
function axisOf(curves: readonly (readonly Quantile[])[]): [number, number] {
  const low = Math.min(...curves.map((q) => q.find(({ u }) => u >= 0.0099)?.x ?? 0));
  const high = Math.max(...curves.map((q) => q.findLast(({ u }) => u <= 0.9901)?.x ?? 1));
  const margin = (high - low) * 0.08 || Math.abs(low) * 0.1 || 1;
  return [low - margin, high + margin];
}

/** Densities of one attribute over each other, with intervals and an axis. @param label what a screen reader says */
export function DensityChart({ attribute, curves, label }: { readonly attribute: KnownAttribute; readonly curves: readonly Curve[]; readonly label: string }): JSX.Element {
  const { format } = useApp();
  const drawn = curves.map((curve) => ({ ...curve, quantiles: quantilesOf(curve.answer) })).filter(({ quantiles }) => quantiles.length > 1);
  const [from, to] = axisOf(drawn.map(({ quantiles }) => quantiles));
  const px = (x: number): number => Math.min(width, Math.max(0, ((x - from) / (to - from)) * width));
  const smooth = Math.max((to - from) / 24, (attribute.resolution ?? 0) / 2);
  const shaped = drawn.map((curve) => {
    const density = densityOf(curve.quantiles, smooth);
    return { ...curve, density, highest: highestOf(density, from, to) };
  });
  const highest = Math.max(...shaped.map((curve) => curve.highest));
  const intervals = shaped.filter(({ interval, answer }) => interval && answer.interval);
  const axis = top + height + 4 + intervals.length * 8;
  const ticks = attribute.type === "date" ? [from + (to - from) * 0.1, (from + to) / 2, to - (to - from) * 0.1] : ticksOf(from, to, 4);
  return (
    <svg class="density" viewBox={`0 0 ${width} ${axis + 17}`} role="img" aria-label={label}>
      <line class="base" x1="0" x2={width} y1={top + height} y2={top + height} />
      {shaped.map(({ tone, density, highest: own }) => {
        const { area, line } = areaPath(density, from, to, { width, height, top, highest: Math.min(highest, own * mostRaised) });
        return (
          <g key={tone} class={tone}>
            <path class="area" d={area} />
            <path class="line" d={line} />
          </g>
        );
      })}
      {intervals.map(({ tone, answer: { interval, median } }, k) => {
        const y = top + height + 6 + k * 8;
        return (
          <g key={tone} class={tone}>
            <line class="interval" x1={px(numeric(interval!.low))} x2={px(numeric(interval!.high))} y1={y} y2={y} />
            {median !== undefined && <circle class="median" cx={px(numeric(median))} cy={y} r="3.2" />}
          </g>
        );
      })}
      {ticks.map((x) => (
        <text key={x} x={px(x)} y={axis + 12} class="tick" text-anchor={px(x) < 14 ? "start" : px(x) > width - 14 ? "end" : "middle"}>
          {attribute.type === "date" ? format.value(x, attribute) : format.tick(x)}
        </text>
      ))}
    </svg>
  );
}
