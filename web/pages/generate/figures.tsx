import type { JSX } from "preact";
import { CellsBuilder } from "../../../src/data/cells.js";
import type { Marginals } from "../../../src/data/marginals.js";
import { comparedRows, likenessOf, type Likeness } from "../../../src/inference/generate/likeness.js";
import type { KnownAttribute, TextTable } from "../../backend/backend.js";
import { titleOf } from "../../format.js";
import { useApp } from "../../state.js";
import { ScrollTable } from "../table/preview.js";
import { asAttribute } from "../table/match.js";

const worst = 5;

/** Compares the first invented people with what the model remembers of its training table. */
export function compareInvented({ columns, rows }: TextTable, marginals: Marginals, attributes: readonly KnownAttribute[]): Likeness {
  const cells = new CellsBuilder({ version: 1, attributes: attributes.map(asAttribute) }, columns, "");
  cells.add(rows.slice(0, comparedRows));
  return likenessOf(marginals, cells.finish());
}

export interface InventedFigures {
  /** null where nothing can be compared: an older model, or a condition. */
  readonly likeness: Likeness | null;
  readonly conditions: boolean;
  /** Attributes some of whose levels fewer than five people have; null for older models. */
  readonly rare: number | null;
}

/** How alike invented people are to what the model remembers, what it holds of real ones, and what only the training table can tell. */
export function Figures({ figures: { likeness, conditions, rare }, file }: { readonly figures: InventedFigures; readonly file: string }): JSX.Element {
  const { facts, t, format } = useApp();
  const g = t.generate.figures;
  return (
    <div class={likeness ? "invented-figures" : "invented-figures brief"}>
      <section class="panel" aria-labelledby="likeness-title">
        <h3 id="likeness-title">{g.fidelity}</h3>
        {likeness ? <LikenessFigures likeness={likeness} /> : <p>{conditions ? g.conditioned : g.older}</p>}
      </section>
      <section class="panel" aria-labelledby="privacy-title">
        <h3 id="privacy-title">{g.privacy}</h3>
        <p>{g.memories[facts.card.memory]}</p>
        {rare !== null && <p>{rare === 0 ? g.rareNone : g.rare(format.count(rare))}</p>}
        <p>{g.remains}</p>
      </section>
      <section class="panel" aria-labelledby="unknown-title">
        <h3 id="unknown-title">{g.untold}</h3>
        <p>{g.untoldHint}</p>
        <pre class="command">{`vhgm evaluate HOLDOUT.csv --synthetic ${file} --train TRAIN.csv -o report.html`}</pre>
      </section>
    </div>
  );
}

function LikenessFigures({ likeness: { rows, shapes, columns, relations, pairs } }: { readonly likeness: Likeness }): JSX.Element {
  const { attributeOf, t, format } = useApp();
  const g = t.generate.figures;
  const percent = (share: number): string => `${format.decimal(100 * share, 1)}%`;
  const title = (name: string): string => titleOf(attributeOf.get(name) ?? { name });
  return (
    <>
      <dl class="likeness">
        {shapes && (
          <div>
            <dt>{g.shapes}</dt>
            <dd>
              <strong>{percent(shapes.score)}</strong> <span class="faint small">{g.chance(percent(shapes.chance))}</span>
            </dd>
          </div>
        )}
        {relations && (
          <div>
            <dt>{g.relations(format.count(relations.count))}</dt>
            <dd>
              <strong>{g.off(format.decimal(relations.difference, 3))}</strong> <span class="faint small">{g.chance(format.decimal(relations.chance, 3))}</span>
            </dd>
          </div>
        )}
      </dl>
      {columns.length > 0 && (
        <ScrollTable title={g.leastAlike}>
          <thead>
            <tr>
              <th scope="col">{g.leastAlike}</th>
              <th scope="col" class="number">{g.alike}</th>
              <th scope="col" class="number">{g.byChance}</th>
            </tr>
          </thead>
          <tbody>
            {columns.slice(0, worst).map(({ name, score, chance }) => (
              <tr key={name}>
                <th scope="row">{title(name)}</th>
                <td class="number">{percent(score)}</td>
                <td class="number">{percent(chance)}</td>
              </tr>
            ))}
          </tbody>
        </ScrollTable>
      )}
      {pairs.length > 0 && (
        <ScrollTable title={g.pairs}>
          <thead>
            <tr>
              <th scope="col">{g.pairs}</th>
              <th scope="col" class="number">{g.trained}</th>
              <th scope="col" class="number">{g.invented}</th>
            </tr>
          </thead>
          <tbody>
            {pairs.slice(0, worst).map(({ a, b, trained, invented }) => (
              <tr key={`${a}\u0000${b}`}>
                <th scope="row">
                  {title(a)} <span class="faint" aria-label="×">×</span> {title(b)}
                </th>
                <td class="number">{format.decimal(trained)}</td>
                <td class="number">{format.decimal(invented)}</td>
              </tr>
            ))}
          </tbody>
        </ScrollTable>
      )}
      <p class="faint small">{g.likenessHint(format.count(rows))}</p>
    </>
  );
}
