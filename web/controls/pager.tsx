import type { JSX } from "preact";
import { useApp } from "../state.js";
import { Icon } from "./icons.js";

/** Leafs through a list. @param page counts from 0 */
export function Pager({ total, size, page, onPage }: { readonly total: number; readonly size: number; readonly page: number; readonly onPage: (page: number) => void }): JSX.Element | null {
  const { t, format } = useApp();
  if (total <= size) return null;
  const last = Math.ceil(total / size) - 1;
  return (
    <nav class="pager" aria-label={t.common.pager}>
      <button type="button" class="quiet" disabled={page === 0} onClick={() => onPage(page - 1)}>
        <Icon name="left" />
        {t.common.previous}
      </button>
      <span aria-live="polite">{t.common.pageOf(format.count(page * size + 1), format.count(Math.min(total, (page + 1) * size)), format.count(total))}</span>
      <button type="button" class="quiet" disabled={page >= last} onClick={() => onPage(page + 1)}>
        {t.common.next}
        <Icon name="right" />
      </button>
    </nav>
  );
}
