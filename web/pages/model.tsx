import type { JSX } from "preact";
import { useApp } from "../state.js";
import { Calibration } from "./model/calibration.js";
import { NeverTogether } from "./model/never.js";
import { ScoresTable } from "./model/scores.js";
import { ScrollTable } from "./table/preview.js";

export function ModelPage(): JSX.Element {
  const { facts, t, format } = useApp();
  const { card } = facts;
  const settings = Object.entries(card.options).filter(([, value]) => value !== null && value !== undefined);
  return (
    <>
      <header class="page-head">
        <h1 tabIndex={-1}>{t.model.title}</h1>
        <p class="lead">{t.model.lead}</p>
      </header>
      <section aria-labelledby="facts-title">
        <h2 id="facts-title">{t.model.facts}</h2>
        <dl class="facts">
          <Fact name={t.model.rows} value={format.count(card.rows)} />
          <Fact name={t.model.attributes} value={format.count(facts.attributes.length)} />
          <Fact name={t.model.observed} value={format.count(card.observedCells)} />
          <Fact name={t.model.holes} value={format.share(1 - card.observedCells / Math.max(1, card.rows * card.attributes))} />
          <Fact name={t.model.memory} value={t.model.memories[card.memory]} />
          {card.population && <Fact name={t.model.population} value={card.population} />}
          <Fact name={t.model.version} value={card.vhgm} />
        </dl>
      </section>
      <section aria-labelledby="sources-title">
        <h2 id="sources-title">{t.model.sources}</h2>
        {card.sources ? (
          <ScrollTable title={t.model.sources}>
            <thead>
              <tr>
                <th scope="col">{t.model.source}</th>
                <th scope="col" class="number">{t.model.rows}</th>
                <th scope="col" class="number">{t.model.attributes}</th>
                <th scope="col" class="number">{t.model.cells}</th>
                <th scope="col" class="number">{t.model.weight}</th>
              </tr>
            </thead>
            <tbody>
              {card.sources.map((source) => (
                <tr key={source.name}>
                  <th scope="row" class="code">{source.name}</th>
                  <td class="number">{format.count(source.rows)}</td>
                  <td class="number">{format.count(source.attributes)}</td>
                  <td class="number">{format.count(source.observedCells)}</td>
                  <td class="number">{format.share(source.weight)}</td>
                </tr>
              ))}
            </tbody>
          </ScrollTable>
        ) : (
          <ul class="chips">
            {card.tables.map((name) => (
              <li key={name} class="code">{name}</li>
            ))}
          </ul>
        )}
      </section>
      <Calibration />
      <ScoresTable />
      <NeverTogether />
      {card.warnings && card.warnings.length > 0 && (
        <section aria-labelledby="warnings-title">
          <h2 id="warnings-title">{t.model.warnings}</h2>
          <ul>
            {card.warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </section>
      )}
      <section aria-labelledby="limits-title">
        <h2 id="limits-title">{t.model.limits}</h2>
        <ul class="limits">
          {t.model.limitList.map((limit) => (
            <li key={limit}>{limit}</li>
          ))}
        </ul>
      </section>
      <details class="panel">
        <summary>{t.model.training}</summary>
        <dl class="settings-list">
          {settings.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{typeof value === "object" ? JSON.stringify(value) : String(value)}</dd>
            </div>
          ))}
        </dl>
      </details>
      {card.setAside.length > 0 && (
        <details class="panel">
          <summary>
            {t.model.setAside} ({format.count(card.setAside.length)})
          </summary>
          <dl class="settings-list">
            {card.setAside.map(({ name, reason }) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{reason}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
