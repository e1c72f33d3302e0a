import type { JSX } from "preact";
import type { Answer } from "../../../src/inference/predict.js";
import type { KnownAttribute } from "../../backend/backend.js";
import { DensityChart } from "../../charts/density.js";
import { LevelBars } from "../../charts/levels.js";
import { Icon } from "../../controls/icons.js";
import { NeverTogether } from "../../controls/neverTogether.js";
import { Skill } from "../../controls/parts.js";
import { changeOf, isLevels, skillOf, titleOf } from "../../format.js";
import { useApp } from "../../state.js";

export interface AnswerCardProps {
  readonly attribute: KnownAttribute;
  readonly answer: Answer | undefined;
  /** The same where nothing is given. */
  readonly population: Answer | undefined;
  readonly anythingKnown: boolean;
  readonly onEnter: () => void;
}

/** One attribute: its distribution for the person, over the population's. */
export function AnswerCard({ attribute, answer, population, anythingKnown, onEnter }: AnswerCardProps): JSX.Element {
  const { t, pinned, setPinned } = useApp();
  const title = titleOf(attribute);
  const isPinned = pinned.includes(attribute.name);
  const onPin = (): void => setPinned(isPinned ? pinned.filter((name) => name !== attribute.name) : [...pinned, attribute.name]);
  return (
    <li class="card">
      <div class="card-head">
        <h3>
          {title}
          {attribute.label && <span class="faint small code"> {attribute.name}</span>}
        </h3>
        <button type="button" class="bare" aria-label={t.person.enterFor(title)} title={t.person.enter} onClick={onEnter}>
          <Icon name="plus" />
        </button>
        <button type="button" class="bare pin" aria-pressed={isPinned} aria-label={isPinned ? t.person.unpin(title) : t.person.pin(title)} onClick={onPin}>
          <Icon name="pin" />
        </button>
      </div>
      {answer ? <Body attribute={attribute} answer={answer} population={population} anythingKnown={anythingKnown} /> : <div class="card-wait" aria-hidden="true" />}
    </li>
  );
}

function Body({ attribute, answer, population, anythingKnown }: { readonly attribute: KnownAttribute; readonly answer: Answer; readonly population?: Answer; readonly anythingKnown: boolean }): JSX.Element {
  const { t, format } = useApp();
  if (answer.applies?.probability === 0) return <p class="empty">{t.person.appliesNot(answer.applies.rule)}</p>;
  const value = (v: number | string): string => format.value(v, attribute);
  const { interval, median, mode } = answer;
  const change = anythingKnown && population ? changeOf(answer, population) : undefined;
  return (
    <>
      <p class="card-value">
        {isLevels(attribute) ? (
          <>
            <strong>{mode}</strong>
            <span class="faint">{format.share(answer.levels?.find(({ level }) => level === mode)?.probability ?? 0)}</span>
          </>
        ) : (
          <>
            <strong>
              {value(median!)}
              {attribute.unit && <span class="unit"> {attribute.unit}</span>}
            </strong>
            {interval && <span class="faint">{t.common.range(value(interval.low), value(interval.high))}</span>}
          </>
        )}
      </p>
      {isLevels(attribute) ? (
        <LevelBars series={[{ answer, tone: anythingKnown ? "person" : "population", name: t.person.thisPerson }]} reference={anythingKnown ? population : undefined} ordered={attribute.type !== "categorical"} />
      ) : (
        <DensityChart
          attribute={attribute}
          curves={[...(population && anythingKnown ? [{ answer: population, tone: "population", interval: true }] : []), { answer, tone: anythingKnown ? "person" : "population", interval: true }]}
          label={t.person.chart(titleOf(attribute), value(median!), value(interval!.low), value(interval!.high), format.share(interval!.level), value(population?.median ?? median!))}
        />
      )}
      <p class="card-meta">
        {change && <ChangeText change={change} attribute={attribute} />}
        <Skill attribute={attribute} />
      </p>
      <Support answer={answer} />
      <Details attribute={attribute} answer={answer} />
    </>
  );
}

/** Changes below this, in standard deviations or in probability, are none to the eye. */
const unnoticed = 0.02;

function ChangeText({ change, attribute }: { readonly change: NonNullable<ReturnType<typeof changeOf>>; readonly attribute: KnownAttribute }): JSX.Element {
  const { t, format } = useApp();
  const unit = attribute.type === "date" ? ` ${t.common.days}` : attribute.unit ? ` ${attribute.unit}` : "";
  const { narrower, size, difference } = change;
  return (
    <>
      {size < unnoticed ? <span>{t.person.asPopulation}</span> : difference !== undefined && <span>{t.person.change(`${format.signed(difference, attribute)}${unit}`)}</span>}
      {Math.abs(narrower) >= unnoticed && <span>{narrower > 0 ? t.person.narrower(format.share(narrower)) : t.person.wider(format.share(-narrower))}</span>}
    </>
  );
}

/** Whether the attribute applies at all, and whether the answer rests on people who showed both. */
function Support({ answer: { applies, support } }: { readonly answer: Answer }): JSX.Element {
  const { t, format } = useApp();
  const rule = applies && applies.probability !== 1 ? (applies.probability === null ? t.person.appliesUnknown(applies.rule) : t.person.applies(format.share(applies.probability), applies.rule)) : undefined;
  return (
    <>
      {rule && <p class="card-note">{rule}</p>}
      <NeverTogether support={support} />
    </>
  );
}

const tabulated = [0.05, 0.25, 0.5, 0.75, 0.95] as const;

function Details({ attribute, answer }: { readonly attribute: KnownAttribute; readonly answer: Answer }): JSX.Element {
  const { t, format } = useApp();
  const skill = skillOf(attribute);
  return (
    <details>
      <summary>{t.person.details}</summary>
      {answer.quantiles && (
        <dl class="figures">
          {tabulated.flatMap((u) => {
            const found = answer.quantiles!.find((q) => Math.abs(q.u - u) < 1e-9);
            return found ? [<div key={u}><dt>{format.share(u)}</dt><dd>{format.value(found.value, attribute)}</dd></div>] : [];
          })}
          {answer.mean !== undefined && attribute.type !== "date" && <div><dt>{t.person.mean}</dt><dd>{format.value(answer.mean, { ...attribute, resolution: undefined })}</dd></div>}
        </dl>
      )}
      {answer.levels && answer.levels.length > 4 && (
        <dl class="figures">
          {answer.levels.map(({ level, probability }) => <div key={level}><dt>{level}</dt><dd>{format.share(probability)}</dd></div>)}
        </dl>
      )}
      {skill !== undefined && <p>{t.person.skillLong(format.share(skill), format.count(attribute.score!.cells))}</p>}
      {attribute.equals && <p>{t.person.derived(attribute.equals)}</p>}
      {answer.support?.status === "identified" && <p>{t.person.identified}</p>}
    </details>
  );
}
