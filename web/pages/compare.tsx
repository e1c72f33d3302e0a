import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { differenceSize } from "../../src/inference/difference.js";
import type { Prediction } from "../../src/inference/predict.js";
import { Pager } from "../controls/pager.js";
import { Failure, Note } from "../controls/parts.js";
import { Icon } from "../controls/icons.js";
import { titleOf } from "../format.js";
import { readable, useApp, useAsk } from "../state.js";
import { Difference } from "./compare/difference.js";
import { ScenarioPanel } from "./compare/scenario.js";
import { suggestions } from "./suggest.js";

const pageSize = 12;
const level = 0.9;
const letters = ["A", "B", "C"];
const blank = letters.slice(0, 2).map((name) => ({ name, given: {} }));

export function ComparePage(): JSX.Element {
  const { facts, attributeOf, backend, t, format, given, scenarios: entered, setScenarios } = useApp();
  const [page, setPage] = useState(0);
  const [retries, setRetries] = useState(0);
  const shared = readable(given, attributeOf);
  const example = useMemo(() => suggestions(facts.attributes).find(({ attribute }) => !Object.hasOwn(shared, attribute.name)), [facts, JSON.stringify(shared)]);
  const scenarios = entered ?? (example ? [{ name: letters[0], given: { [example.attribute.name]: example.low } }, { name: letters[1], given: { [example.attribute.name]: example.high } }] : blank);
  const people = scenarios.map((scenario) => ({ name: scenario.name, given: readable(scenario.given, attributeOf) }));
  const taken = new Set([...Object.keys(shared), ...people.flatMap((scenario) => Object.keys(scenario.given))]);
  const open = facts.attributes.filter(({ name }) => !taken.has(name)).map(({ name }) => name);
  const enough = people.some((scenario) => Object.keys(scenario.given).length > 0);
  const key = enough ? JSON.stringify([backend.place, retries, shared, people]) : undefined;

  // All attributes are ranked by a short answer each; only those in view are compared in full.
  const ranking = useAsk(key, async (signal) => {
    const answered: Prediction[] = [];
    for (const person of people) answered.push(await backend.predict({ given: { ...shared, ...person.given }, ask: open, level, quantiles: [0.5] }, signal));
    return rank(answered);
  });
  const names = (ranking.value ?? []).slice(page * pageSize, (page + 1) * pageSize);
  const compared = useAsk(key !== undefined && names.length > 0 ? `${key}${names.join("\u0000")}` : undefined, (signal) => backend.compare({ given: shared, scenarios: distinct(people), ask: names.filter((name) => !taken.has(name)), level }, signal));
  const failure = ranking.error ?? compared.error;
  const busy = ranking.busy || compared.busy;
  const set = (k: number, scenario: (typeof scenarios)[number]): void => setScenarios(scenarios.map((old, at) => (at === k ? scenario : old)));
  const byName = new Map(compared.value?.attributes.map((attribute) => [attribute.name, attribute]));
  return (
    <>
      <header class="page-head">
        <h1 tabIndex={-1}>{t.compare.title}</h1>
        <p class="lead">{t.compare.lead}</p>
      </header>
      <section class="panel shared" aria-labelledby="shared-title">
        <h2 id="shared-title">{t.compare.shared}</h2>
        {Object.keys(shared).length === 0 ? (
          <p class="empty">{t.compare.sharedNone}</p>
        ) : (
          <ul class="chips">
            {Object.entries(shared).map(([name, value]) => {
              const attribute = attributeOf.get(name)!;
              return (
                <li key={name}>
                  {titleOf(attribute)} <strong>{value}</strong> {attribute.unit}
                </li>
              );
            })}
          </ul>
        )}
      </section>
      {!entered && example && (
        <div class="notice">
          <p>{t.compare.example(titleOf(example.attribute))}</p>
          <button type="button" class="quiet" onClick={() => setScenarios(blank)}>
            {t.person.clear}
          </button>
        </div>
      )}
      <div class="scenarios" data-count={scenarios.length}>
        {scenarios.map((scenario, k) => (
          <ScenarioPanel
            key={letters[k]}
            letter={letters[k]}
            tone={`scenario-${k}`}
            scenario={scenario}
            unusual={enough ? (compared.value?.scenarios[k]?.typicality.unusual ?? []) : []}
            error={failure?.attribute !== undefined && Object.hasOwn(scenario.given, failure.attribute) ? { name: failure.attribute, message: failure.message } : undefined}
            onScenario={(changed) => set(k, changed)}
            onRemove={scenarios.length > 2 ? () => setScenarios(scenarios.filter((_, at) => at !== k)) : undefined}
          />
        ))}
        {scenarios.length < letters.length && (
          <button type="button" class="add-scenario" onClick={() => setScenarios([...scenarios, { name: letters[scenarios.length], given: {} }])}>
            <Icon name="plus" />
            {t.compare.add}
          </button>
        )}
      </div>
      <Note kind="warn">{t.app.association}</Note>
      <section aria-labelledby="differences-title" aria-busy={busy}>
        <div class="section-head">
          <h2 id="differences-title">{t.compare.differences}</h2>
          <span class={busy ? "busy on" : "busy"} role="status">
            {busy ? t.common.updating : ""}
          </span>
        </div>
        {!enough && <p class="empty">{t.compare.needTwo}</p>}
        {failure && <Failure error={failure} onAgain={() => setRetries(retries + 1)} />}
        {enough && compared.value && (
          <>
            <p class="faint small">
              {t.compare.sizeHint} {compared.value.members > 1 ? t.compare.members(format.count(compared.value.members)) : t.compare.noInterval}
            </p>
            <ol class="differences" start={page * pageSize + 1}>
              {names.flatMap((name) => {
                const attribute = byName.get(name);
                return attribute ? [<Difference key={name} attribute={attributeOf.get(name)!} compared={attribute} names={distinct(people).map((scenario) => scenario.name)} />] : [];
              })}
            </ol>
            <Pager total={(ranking.value ?? []).length} size={pageSize} page={page} onPage={setPage} />
          </>
        )}
      </section>
    </>
  );
}

/** Scenarios need names that differ. */
const distinct = <T extends { readonly name: string }>(scenarios: readonly T[]): T[] =>
  scenarios.map((scenario, k) => (scenario.name.trim() === "" || scenarios.findIndex(({ name }) => name === scenario.name) < k ? { ...scenario, name: `${scenario.name} ${letters[k]}`.trim() } : scenario));

/** Names of the attributes by the largest difference to the first scenario, in the measure of a comparison's `size`. */
function rank([first, ...others]: readonly Prediction[]): string[] {
  const sizes = first.answers.map((answer, k) => ({ name: answer.name, size: Math.max(0, ...others.map(({ answers }) => differenceSize(answer, answers[k]) ?? 0)) }));
  return sizes.sort((a, b) => b.size - a.size).map(({ name }) => name);
}
