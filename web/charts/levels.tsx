import type { JSX } from "preact";
import type { Answer } from "../../src/inference/predict.js";
import { useApp } from "../state.js";

export interface LevelSeries {
  readonly answer: Answer;
  readonly tone: string;
  readonly name: string;
}

/** Which levels are worth a line: all of a few, the likeliest of many; ordered levels keep their order. */
export function chosenLevels(series: readonly Answer[], ordered: boolean, most: number): number[] {
  const all = (series[0].levels ?? []).map((_, k) => k);
  const weight = (k: number): number => Math.max(...series.map(({ levels }) => levels?.[k]?.probability ?? 0));
  if (ordered && all.length <= most + 2) return all;
  const kept = [...all].sort((a, b) => weight(b) - weight(a)).slice(0, all.length <= most + 1 ? all.length : most);
  return ordered ? kept.sort((a, b) => a - b) : kept;
}

/**
 * Probabilities of levels as bars. The first series is drawn as bars; `reference` as a mark across them.
 */
export function LevelBars({ series, reference, ordered, most = 4 }: { readonly series: readonly LevelSeries[]; readonly reference?: Answer; readonly ordered: boolean; readonly most?: number }): JSX.Element {
  const { t, format } = useApp();
  const kept = chosenLevels([...series.map(({ answer }) => answer), ...(reference ? [reference] : [])], ordered, most);
  const levels = series[0].answer.levels ?? [];
  const hidden = levels.length - kept.length;
  return (
    <ul class="levels">
      {kept.map((k) => (
        <li key={levels[k].level}>
          <span class="level-name">{levels[k].level}</span>
          <span class="level-bars">
            {series.map(({ answer, tone, name }) => (
              <span key={tone} class={`level-row ${tone}`}>
                <span class="level-track" aria-hidden="true">
                  <span class="level-fill" style={{ width: `${(100 * answer.levels![k].probability).toFixed(2)}%` }} />
                  {reference?.levels && <span class="level-mark" style={{ left: `${(100 * reference.levels[k].probability).toFixed(2)}%` }} />}
                </span>
                <span class="level-share">
                  {series.length > 1 && <span class="hidden">{name}: </span>}
                  {format.share(answer.levels![k].probability)}
                </span>
              </span>
            ))}
            {reference?.levels && <span class="hidden">{` (${t.person.population}: ${format.share(reference.levels[k].probability)})`}</span>}
          </span>
        </li>
      ))}
      {hidden > 0 && <li class="faint">{t.person.otherLevels(format.count(hidden))}</li>}
    </ul>
  );
}
