import type { ComponentChildren, JSX } from "preact";
import { useApp } from "../../state.js";
import type { CompletedCell } from "./match.js";

/** Wide tables are shown by their first columns: thousands would make the page slow, and nobody scrolls through them. */
const mostColumns = 60;

/** The first rows of a table; filled cells are marked and say how sure they are. */
export function Preview({ title, columns: all, rows }: { readonly title: string; readonly columns: readonly string[]; readonly rows: readonly (readonly CompletedCell[])[] }): JSX.Element {
  const { t, format } = useApp();
  const columns = all.slice(0, mostColumns);
  return (
    <>
      <ScrollTable title={title} class="preview">
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, r) => (
            <tr key={r}>
              {cells.slice(0, mostColumns).map((cell, c) => (
                <td key={columns[c]} class={cell.filled ? "filled" : ""}>
                  {cell.text}
                  {cell.filled && <span class="hidden"> ({t.table.filledCell})</span>}
                  {cell.interval && <span class="cell-sure">{t.common.range(cell.interval[0], cell.interval[1])}</span>}
                  {cell.probability && <span class="cell-sure">{format.share(Number(cell.probability))}</span>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </ScrollTable>
      {all.length > columns.length && <p class="faint small">{t.table.moreColumns(format.count(columns.length), format.count(all.length))}</p>}
    </>
  );
}

/** A table that may be wider than the page: its box scrolls, by keyboard too. */
export function ScrollTable({ title, children, class: name = "" }: { readonly title: string; readonly children: ComponentChildren; readonly class?: string }): JSX.Element {
  return (
    <div class={`scroll ${name}`} role="region" aria-label={title} tabIndex={0}>
      <table>
        <caption class="hidden">{title}</caption>
        {children}
      </table>
    </div>
  );
}
