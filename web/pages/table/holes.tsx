import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { TextTable } from "../../backend/backend.js";
import { useApp } from "../../state.js";
import { isHole, type MatchedColumn } from "./match.js";

/** Rows of the picture; of a longer table every k-th is shown. */
const mostRows = 240;
/** Stands out from light and dark paper alike. */
const ink = [61, 143, 153, 255];

/** Where the holes of some columns are: one dot per cell, a value is ink and a hole is paper. */
export function HolesPicture({ table, columns, matched }: { readonly table: TextTable; readonly columns: readonly number[]; readonly matched: readonly MatchedColumn[] }): JSX.Element {
  const { t, format } = useApp();
  const canvas = useRef<HTMLCanvasElement>(null);
  const height = Math.min(mostRows, table.rows.length);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const image = context.createImageData(columns.length, height);
    for (let y = 0; y < height; y++) {
      const row = table.rows[Math.floor((y * table.rows.length) / height)];
      columns.forEach((c, x) => {
        if (!isHole(row[c], matched[c])) image.data.set(ink, 4 * (y * columns.length + x));
      });
    }
    context.putImageData(image, 0, 0);
  }, [table, columns, matched, height]);
  return (
    <figure class="holes">
      <canvas ref={canvas} width={columns.length} height={height} role="img" aria-label={t.table.pictureText(format.count(table.rows.length), format.count(columns.length))} />
      <figcaption class="faint small">{t.table.pictureHint}</figcaption>
    </figure>
  );
}
