import type { JSX } from "preact";
import type { ComparedAttribute, Contrast, EnsembleDifference } from "../../../src/inference/compare.js";
import type { KnownAttribute } from "../../backend/backend.js";
import { DensityChart } from "../../charts/density.js";
import { LevelBars } from "../../charts/levels.js";
import { NeverTogether } from "../../controls/neverTogether.js";
import { isLevels, titleOf } from "../../format.js";
import { useApp } from "../../state.js";

/** One attribute under all scenarios: the distributions over each other, and what differs. */
export function Difference({ attribute, compared, names }: { readonly attribute: KnownAttribute; readonly compared: ComparedAttribute; readonly names: readonly string[] }): JSX.Element {
  const { t, format } = useApp();
  const { answers, contrasts } = compared;
  const levels = isLevels(attribute);
  const value = (v: number | string): string => format.value(v, attribute);
  const told = answers.map((answer, k) => `${names[k]}: ${answer.median === undefined ? (answer.mode ?? "") : value(answer.median)}`).join("; ");
  const usable = answers.every((answer) => answer.mean !== undefined || answer.levels !== undefined);
  // The scenario whose answer rests on most strangers stands for all.
  const support = answers.flatMap((answer) => answer.support ?? []).sort((a, b) => b.neverWith.length + b.more - (a.neverWith.length + a.more))[0];
  return (
    <li class="difference">
      <div class="difference-title">
        <h3>
          {titleOf(attribute)}
          {attribute.unit && <span class="unit"> {attribute.unit}</span>}
        </h3>
        <p class="legend">
          {answers.map((answer, k) => (
            <span key={k} class={`scenario-${k}`}>
              <span class="swatch" aria-hidden="true" />
              {names[k]} <strong>{levels ? answer.mode : answer.median === undefined ? "–" : value(answer.median)}</strong>
            </span>
          ))}
        </p>
      </div>
      <div class="difference-chart">
        {usable && levels && <LevelBars series={answers.map((answer, k) => ({ answer, tone: `scenario-${k}`, name: names[k] }))} ordered={attribute.type !== "categorical"} most={3} />}
        {usable && !levels && <DensityChart attribute={attribute} curves={answers.map((answer, k) => ({ answer, tone: `scenario-${k}`, interval: true }))} label={`${titleOf(attribute)}. ${told}`} />}
      </div>
      <div class="difference-figures">
        {contrasts.length === 0 && <p class="empty">{t.compare.notApplicable}</p>}
        {contrasts.map((contrast) => (
          <ContrastText key={contrast.scenario} contrast={contrast} attribute={attribute} first={names[0]} tone={`scenario-${names.indexOf(contrast.scenario)}`} />
        ))}
        <NeverTogether support={support} />
      </div>
    </li>
  );
}

function ContrastText({ contrast, attribute, first, tone }: { readonly contrast: Contrast; readonly attribute: KnownAttribute; readonly first: string; readonly tone: string }): JSX.Element {
  const { t, format } = useApp();
  const { mean, levels, sameRank, size } = contrast;
  const signed = (v: number): string => format.signed(v, attribute);
  // The level that gains or loses most stands for all of them.
  const largest = levels?.reduce((most, level) => (Math.abs(level.value) > Math.abs(most.value) ? level : most));
  const bounds = ({ low, high }: EnsembleDifference, write: (v: number) => string): JSX.Element | null => (low === undefined || high === undefined ? null : <span class="faint">{t.common.to(write(low), write(high))}</span>);
  return (
    <div class={`contrast ${tone}`}>
      <p class="faint small">{t.compare.against(contrast.scenario, first)}</p>
      {mean && (
        <p class="contrast-value">
          <strong>
            {signed(mean.value)}
            {attribute.unit && attribute.type !== "date" && <span class="unit"> {attribute.unit}</span>}
          </strong>
          {bounds(mean, signed)}
        </p>
      )}
      {largest && (
        <p class="contrast-value">
          <span>{largest.level}</span>
          <strong>{t.common.points(format.points(largest.value))}</strong>
          {bounds(largest, format.points)}
        </p>
      )}
      <p class="faint small">
        {t.compare.size} {format.decimal(size)}
        {sameRank && ` · ${t.compare.sameRank(signed(sameRank.low), signed(sameRank.high))}`}
      </p>
    </div>
  );
}
