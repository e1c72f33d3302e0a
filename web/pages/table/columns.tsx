import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Pager } from "../../controls/pager.js";
import { titleOf } from "../../format.js";
import { useApp } from "../../state.js";
import type { MatchedColumn } from "./match.js";
import { ScrollTable } from "./preview.js";

const pageSize = 100;

/** The columns of a file: which attribute each is, and how many of its cells are holes. */
export function ColumnsTable({ columns: all, rows }: { readonly columns: readonly MatchedColumn[]; readonly rows: number }): JSX.Element {
  const { t, format } = useApp();
  const [page, setPage] = useState(0);
  const at = Math.min(page, Math.max(0, Math.ceil(all.length / pageSize) - 1));
  const columns = all.slice(at * pageSize, (at + 1) * pageSize);
  return (
    <>
      <ScrollTable title={t.table.columns} class="tall">
        <thead>
          <tr>
            <th scope="col">{t.table.column}</th>
            <th scope="col">{t.table.meaning}</th>
            <th scope="col">{t.table.type}</th>
            <th scope="col">{t.table.holesOf}</th>
          </tr>
        </thead>
        <tbody>
          {columns.map(({ name, attribute, conversion, holes }, c) => (
            <tr key={c}>
              <th scope="row" class="code">
                {name}
              </th>
              <td class={attribute ? "" : "faint"}>
                {attribute ? `${titleOf(attribute)}${attribute.unit ? ` (${attribute.unit})` : ""}` : t.table.copied}
                {conversion && <span class="faint small"> {t.table.converted}</span>}
              </td>
              <td>{attribute ? t.table.types[attribute.type] : ""}</td>
              <td>
                {attribute && (
                  <span class="share-bar">
                    <span class="share-track" aria-hidden="true">
                      <span style={{ width: `${(100 * holes) / rows}%` }} />
                    </span>
                    {format.share(holes / rows)}
                  </span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </ScrollTable>
      <Pager total={all.length} size={pageSize} page={at} onPage={setPage} />
    </>
  );
}
