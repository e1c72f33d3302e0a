import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { KnownAttribute } from "../../backend/backend.js";
import { searchAttributes } from "../../controls/combobox.js";
import { Icon } from "../../controls/icons.js";
import { Pager } from "../../controls/pager.js";
import { isLevels, skillOf, titleOf } from "../../format.js";
import { useApp } from "../../state.js";
import { ScrollTable } from "../table/preview.js";

const pageSize = 20;
const keys = ["attribute", "heldOut", "error", "baseline", "skill"] as const;
type Key = (typeof keys)[number];

function figure(attribute: KnownAttribute, key: Key): number | undefined {
  const { score } = attribute;
  return key === "skill" ? skillOf(attribute) : key === "heldOut" ? score?.cells : ((key === "error" ? score?.error : score?.baseline) ?? undefined);
}

/** Held-out scores of all attributes: sortable by each column, searchable. */
export function ScoresTable(): JSX.Element {
  const { facts, t, format } = useApp();
  const [sort, setSort] = useState<{ readonly key: Key; readonly down: boolean }>({ key: "skill", down: true });
  const [filter, setFilter] = useState("");
  const [page, setPage] = useState(0);
  const sorted = useMemo(() => {
    const found = filter.trim() === "" ? [...facts.attributes] : searchAttributes(facts.attributes, filter);
    const { compare } = new Intl.Collator(format.language, { numeric: true });
    const sign = sort.down ? -1 : 1;
    return found.sort((a, b) => {
      if (sort.key === "attribute") return sign * compare(titleOf(a), titleOf(b));
      const [x, y] = [figure(a, sort.key), figure(b, sort.key)];
      // What was not scored comes last either way.
      return x === undefined || y === undefined ? Number(x === undefined) - Number(y === undefined) : sign * (x - y);
    });
  }, [facts, sort, filter, format.language]);
  const shown = sorted.slice(page * pageSize, (page + 1) * pageSize);
  const onSort = (key: Key): void => {
    setSort({ key, down: sort.key === key ? !sort.down : key !== "attribute" });
    setPage(0);
  };
  const number = (attribute: KnownAttribute, value: number | null | undefined): string => (value === null || value === undefined ? "–" : isLevels(attribute) ? format.share(value) : format.decimal(value));
  return (
    <section aria-labelledby="scores-title">
      <h2 id="scores-title">{t.model.scores}</h2>
      <p class="faint">{t.model.scoresHint}</p>
      <div class="toolbar">
        <label class="grow">
          <span>{t.model.find}</span>
          <span class="field with-icon">
            <Icon name="search" />
            <input type="search" value={filter} onInput={(event) => [setFilter(event.currentTarget.value), setPage(0)]} />
          </span>
        </label>
      </div>
      <ScrollTable title={t.model.scores}>
        <thead>
          <tr>
            {keys.map((key) => (
              <th key={key} scope="col" class={key === "attribute" || key === "skill" ? "" : "number"} aria-sort={sort.key !== key ? undefined : sort.down ? "descending" : "ascending"}>
                <button type="button" class="sort" onClick={() => onSort(key)}>
                  {t.model[key]}
                  <span class="sort-mark" aria-hidden="true">{sort.key !== key ? "" : sort.down ? "↓" : "↑"}</span>
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((attribute) => {
            const skill = skillOf(attribute);
            return (
              <tr key={attribute.name}>
                <th scope="row">
                  {titleOf(attribute)}
                  {attribute.label && <span class="faint small code"> {attribute.name}</span>}
                </th>
                <td class="number">{attribute.score ? format.count(attribute.score.cells) : "–"}</td>
                <td class="number">{number(attribute, attribute.score?.error)}</td>
                <td class="number">{number(attribute, attribute.score?.baseline)}</td>
                <td>
                  {skill === undefined ? (
                    "–"
                  ) : (
                    <span class="share-bar">
                      <span class="share-track" aria-hidden="true">
                        <span style={{ width: `${skill * 100}%` }} />
                      </span>
                      {format.share(skill)}
                    </span>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </ScrollTable>
      <Pager total={sorted.length} size={pageSize} page={page} onPage={setPage} />
    </section>
  );
}
