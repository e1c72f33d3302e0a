import type { JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import type { Answer, Prediction } from "../../src/inference/predict.js";
import type { AppError, KnownAttribute } from "../backend/backend.js";
import { curveQuantiles } from "../charts/curve.js";
import { searchAttributes } from "../controls/combobox.js";
import { Icon } from "../controls/icons.js";
import { Pager } from "../controls/pager.js";
import { Failure, LevelSelect, Note } from "../controls/parts.js";
import { changeOf, skillOf, titleOf } from "../format.js";
import { readable, useApp, useAsk } from "../state.js";
import { AnswerCard } from "./person/card.js";
import { KnownPanel } from "./person/known.js";
import { TellsMost } from "./person/next.js";

const sorts = ["order", "name", "change", "narrow", "skill"] as const;
type Sort = (typeof sorts)[number];
const pageSize = 24;
/** Pinned answers that a next measurement is sought for, at most. */
const mostTargets = 20;

interface Both {
  readonly person: Prediction;
  readonly population: ReadonlyMap<string, Answer>;
}

export function PersonPage(): JSX.Element {
  const { facts, attributeOf, backend, t, format, given, setGiven, pinned } = useApp();
  const [filter, setFilter] = useState("");
  const [sort, setSort] = useState<Sort>("order");
  const [level, setLevel] = useState<number>(0.9);
  const [page, setPage] = useState(0);
  const known = readable(given, attributeOf);
  const knownKey = JSON.stringify(known);
  const populations = useRef(new Map<string, Answer>());

  /** The distributions where nothing is given; each is asked for once. */
  async function population(names: readonly string[], quantiles: readonly number[], signal: AbortSignal): Promise<ReadonlyMap<string, Answer>> {
    const key = (name: string): string => `${level}/${quantiles.length}/${name}`;
    const missing = names.filter((name) => !populations.current.has(key(name)));
    if (missing.length > 0) {
      const { answers } = await backend.predict({ given: {}, ask: missing, level, quantiles }, signal);
      for (const answer of answers) populations.current.set(key(answer.name), answer);
    }
    return new Map(names.map((name) => [name, populations.current.get(key(name))!]));
  }

  async function both(names: readonly string[], quantiles: readonly number[], signal: AbortSignal): Promise<Both> {
    const [person, reference] = await Promise.all([backend.predict({ given: known, ask: names, level, quantiles }, signal), population(names, quantiles, signal)]);
    return { person, population: reference };
  }

  const open = useMemo(() => facts.attributes.filter(({ name }) => !Object.hasOwn(known, name)), [facts, knownKey]);
  const all = useAsk(sort === "change" || sort === "narrow" ? `${backend.place}${knownKey}` : undefined, (signal) => both(open.map(({ name }) => name), [0.5], signal));
  const found = useMemo(() => (filter.trim() === "" ? open : searchAttributes(open, filter)), [open, filter]);
  const sorted = useMemo(() => sortAttributes(found, sort, all.value, format.language), [found, sort, all.value, format.language]);
  const unpinned = sorted.filter(({ name }) => !pinned.includes(name));
  const at = Math.min(page, Math.max(0, Math.ceil(unpinned.length / pageSize) - 1));
  const shown = unpinned.slice(at * pageSize, (at + 1) * pageSize);
  const pins = pinned.flatMap((name) => (Object.hasOwn(known, name) ? [] : (attributeOf.get(name) ?? [])));
  const names = [...pins, ...shown].map(({ name }) => name);
  const [retries, setRetries] = useState(0);
  const asked = useAsk(`${retries}/${backend.place}/${level}/${knownKey}/${names.join("\u0000")}`, (signal) => both(names, curveQuantiles, signal));
  const answers = useMemo(() => new Map(asked.value?.person.answers.map((answer) => [answer.name, answer])), [asked.value]);
  const failure = asked.error ?? all.error;
  const card = (attribute: KnownAttribute): JSX.Element => (
    <AnswerCard
      key={attribute.name}
      attribute={attribute}
      answer={answers.get(attribute.name)}
      population={asked.value?.population.get(attribute.name)}
      anythingKnown={knownKey !== "{}"}
      onEnter={() => setGiven({ ...given, [attribute.name]: "" })}
    />
  );
  return (
    <>
      <header class="page-head">
        <h1 tabIndex={-1}>{t.person.title}</h1>
        <p class="lead">{t.person.lead}</p>
      </header>
      <div class="columns">
        <KnownPanel unusual={knownKey === "{}" ? [] : (asked.value?.person.typicality.unusual ?? [])} error={fieldError(failure)} />
        <section class="answers" aria-labelledby="answers-title" aria-busy={asked.busy || all.busy}>
          <div class="section-head">
            <h2 id="answers-title">{t.person.answers}</h2>
            {knownKey !== "{}" && (
              <p class="legend-line">
                <span class="person"><span class="swatch" aria-hidden="true" />{t.person.thisPerson}</span>
                <span class="population"><span class="swatch" aria-hidden="true" />{t.person.population}</span>
              </p>
            )}
            <span class={asked.busy || all.busy ? "busy on" : "busy"} role="status">
              {asked.busy || all.busy ? t.common.updating : ""}
            </span>
          </div>
          <p class="faint small">{t.person.reading(format.share(level))}</p>
          <div class="toolbar">
            <label class="grow">
              <span>{t.person.filter}</span>
              <span class="field with-icon">
                <Icon name="search" />
                <input type="search" value={filter} onInput={(event) => [setFilter(event.currentTarget.value), setPage(0)]} />
              </span>
            </label>
            <label>
              <span>{t.person.sort}</span>
              <select value={sort} onChange={(event) => [setSort(event.currentTarget.value as Sort), setPage(0)]}>
                {sorts.map((name) => (
                  <option key={name} value={name}>
                    {t.person.sorts[name]}
                  </option>
                ))}
              </select>
            </label>
            <LevelSelect label={t.person.level} value={level} onChange={setLevel} />
          </div>
          {failure && !fieldError(failure) && <Failure error={failure} onAgain={() => setRetries(retries + 1)} />}
          {pins.length > 0 && (
            <>
              <h3 class="group-title">{t.person.pinned}</h3>
              <ul class="cards">{pins.map(card)}</ul>
              <TellsMost known={known} targets={pins.slice(0, mostTargets).map(({ name }) => name)} onEnter={(name) => setGiven({ ...given, [name]: "" })} />
              <hr />
            </>
          )}
          {shown.length === 0 && filter !== "" && <Note>{t.person.nothingFound(filter)}</Note>}
          <ul class="cards">{shown.map(card)}</ul>
          <Pager total={unpinned.length} size={pageSize} page={at} onPage={setPage} />
        </section>
      </div>
    </>
  );
}

/** A failure that one of the entered values is to blame for is shown beside it. */
const fieldError = (error: AppError | undefined): { name: string; message: string } | undefined =>
  error?.attribute === undefined ? undefined : { name: error.attribute, message: error.message };

function sortAttributes(attributes: readonly KnownAttribute[], sort: Sort, all: Both | undefined, language: string): readonly KnownAttribute[] {
  if (sort === "order") return attributes;
  if (sort === "name") {
    const { compare } = new Intl.Collator(language, { numeric: true });
    return [...attributes].sort((a, b) => compare(titleOf(a), titleOf(b)));
  }
  const changes = new Map(all?.person.answers.map((answer) => {
    const before = all.population.get(answer.name);
    return [answer.name, before && changeOf(answer, before)] as const;
  }));
  const rank = (attribute: KnownAttribute): number =>
    sort === "skill" ? (skillOf(attribute) ?? -1) : sort === "change" ? (changes.get(attribute.name)?.size ?? -1) : (changes.get(attribute.name)?.narrower ?? -Infinity);
  return [...attributes].sort((a, b) => rank(b) - rank(a));
}
