import type { JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import type { Dialect } from "../../src/data/table.js";
import type { AppError, TextTable } from "../backend/backend.js";
import { Icon } from "../controls/icons.js";
import { Failure, LevelSelect, Note, Progress, saveTable } from "../controls/parts.js";
import { CsvError, decodeText, dialectOf, parseCsv, type Fault } from "../csv.js";
import type { Format } from "../format.js";
import { asAppError, useApp } from "../state.js";
import type { Text } from "../text/en.js";
import { CellNotes } from "./table/cellNotes.js";
import { checkCells, type CheckedCells } from "./table/check.js";
import { ColumnsTable } from "./table/columns.js";
import { HolesPicture } from "./table/holes.js";
import { countFilled, matchTable, previewCells, type MatchedColumn } from "./table/match.js";
import { Preview } from "./table/preview.js";

/** Rows that are asked for at a time: few enough that progress moves and a stop is heard. */
const part = 128;
const previewed = 12;

interface OpenedFile {
  readonly name: string;
  readonly table: TextTable;
  readonly dialect: Required<Dialect>;
}

/** What the cells of a file are like, or why they can't be read. */
function checked({ name, table }: OpenedFile, matched: readonly MatchedColumn[]): { readonly cells?: CheckedCells; readonly error?: AppError } {
  try {
    return { cells: checkCells(table, matched, name) };
  } catch (cause) {
    return { error: asAppError(cause) };
  }
}

export function TablePage(): JSX.Element {
  const { facts, backend, t, format } = useApp();
  const [file, setFile] = useState<OpenedFile>();
  const [trouble, setTrouble] = useState<string>();
  const [level, setLevel] = useState(0.9);
  const [done, setDone] = useState<number>();
  const [completed, setCompleted] = useState<TextTable>();
  const [failure, setFailure] = useState<AppError>();
  const [told, setTold] = useState("");
  const control = useRef<AbortController>(undefined);
  const matched = useMemo(() => (file ? matchTable(file.table, facts.attributes, file.name) : []), [file, facts]);
  const known = useMemo(() => matched.flatMap((column, c) => (column.attribute ? [c] : [])), [matched]);
  const { cells, error: unreadable } = useMemo(() => (file ? checked(file, matched) : {}), [file, matched]);
  const holes = known.reduce((sum, c) => sum + matched[c].holes, 0);

  async function onFile(chosen: File | undefined): Promise<void> {
    if (!chosen) return;
    control.current?.abort();
    setCompleted(undefined);
    setFailure(undefined);
    setTrouble(undefined);
    setTold(t.table.reading);
    setFile(undefined);
    try {
      const text = decodeText(await chosen.arrayBuffer());
      const dialect = dialectOf(text, chosen.name);
      const table = parseCsv(text, dialect);
      if (table.rows.length === 0) setTrouble(t.table.empty);
      else setFile({ name: chosen.name, table, dialect });
    } catch (error) {
      setTrouble(error instanceof CsvError ? faultText(error.fault, t, format) : asAppError(error).message);
    }
    setTold("");
  }

  async function onComplete({ name, table }: OpenedFile): Promise<void> {
    control.current = new AbortController();
    const { signal } = control.current;
    setFailure(undefined);
    setCompleted(undefined);
    setTold("");
    const rows: (readonly string[])[] = [];
    let columns: readonly string[] = [];
    try {
      setDone(0);
      while (rows.length < table.rows.length) {
        const answer = await backend.impute({ name, columns: table.columns, rows: table.rows.slice(rows.length, rows.length + part), level }, signal);
        columns = answer.columns;
        rows.push(...answer.rows);
        setDone(rows.length);
      }
      setCompleted({ columns, rows });
    } catch (error) {
      if (signal.aborted) setTold(t.table.cancelled);
      else setFailure(asAppError(error));
    } finally {
      setDone(undefined);
    }
  }

  return (
    <>
      <header class="page-head">
        <h1 tabIndex={-1}>{t.table.title}</h1>
        <p class="lead">{t.table.lead}</p>
      </header>
      <DropZone small={file !== undefined} onFile={(chosen) => void onFile(chosen)} />
      {trouble && (
        <div class="notice error" role="alert">
          <Icon name="warn" />
          <p>{trouble}</p>
        </div>
      )}
      <p role="status" class="faint status">
        {told}
      </p>
      {file && (
        <>
          <section class="panel" aria-labelledby="file-title">
            <h2 id="file-title" class="code">
              {file.name}
            </h2>
            <p>
              {t.common.rows(format.count(file.table.rows.length))}. {t.table.matched(format.count(known.length), format.count(matched.length))}
              {known.length < matched.length && `; ${t.table.unknown(format.count(matched.length - known.length))}`}.{" "}
              {known.length > 0 && `${t.table.holes(format.count(holes), format.share(holes / Math.max(1, known.length * file.table.rows.length)))}.`}
            </p>
            {known.length === 0 ? (
              <Note kind="warn">{t.table.noMatch}</Note>
            ) : (
              <div class="table-picture">
                <div>
                  <h3>{t.table.picture}</h3>
                  <HolesPicture table={file.table} columns={known} matched={matched} />
                </div>
                <div>
                  <h3>{t.table.columns}</h3>
                  <ColumnsTable columns={matched} rows={file.table.rows.length} />
                </div>
              </div>
            )}
            {cells && <CellNotes cells={cells} />}
          </section>
          {unreadable && <Failure error={unreadable} />}
          {known.length > 0 && cells && (
            <div class="toolbar">
              <LevelSelect label={t.table.level} value={level} disabled={done !== undefined} onChange={setLevel} />
              {done === undefined ? (
                <button type="button" class="primary" onClick={() => void onComplete(file)}>
                  {t.table.complete}
                </button>
              ) : (
                <>
                  <button type="button" class="quiet" onClick={() => control.current?.abort(new DOMException("", "AbortError"))}>
                    {t.common.cancel}
                  </button>
                  <Progress label={t.table.progress(format.count(done), format.count(file.table.rows.length))} done={done} all={file.table.rows.length} />
                </>
              )}
            </div>
          )}
          {failure && <Failure error={failure} />}
          {completed && (
            <section class="panel" aria-labelledby="completed-title">
              <div class="section-head">
                <h2 id="completed-title">{t.table.done(format.count(countFilled(file.table, matched, completed)))}</h2>
                <button type="button" class="primary" onClick={() => saveTable(completed, completedName(file.name), file.dialect)}>
                  {t.common.download}
                </button>
              </div>
              <p class="faint small">{t.table.preview(format.count(Math.min(previewed, completed.rows.length)))}</p>
              <Preview title={t.table.preview(format.count(Math.min(previewed, completed.rows.length)))} columns={file.table.columns} rows={previewCells(file.table, matched, completed, previewed)} />
            </section>
          )}
        </>
      )}
    </>
  );
}

/** A name for the completed file: "people.tsv" gives "people-completed.tsv". */
const completedName = (name: string): string => name.replace(/(?:(\.(?:csv|tsv|txt))|\.[^.]*)?$/i, (_, ending = ".csv") => `-completed${ending}`);

function faultText(fault: Fault, { table: { unreadable } }: Text, { count }: Format): string {
  switch (fault.kind) {
    case "encoding":
      return unreadable.encoding;
    case "quote":
      return unreadable.quote(count(fault.row));
    case "length":
      return unreadable.length(count(fault.row), count(fault.cells), count(fault.columns));
  }
}

/** Takes a file by dropping or choosing. */
function DropZone({ small, onFile }: { readonly small: boolean; readonly onFile: (file: File | undefined) => void }): JSX.Element {
  const { t } = useApp();
  const [over, setOver] = useState(false);
  return (
    <label
      class={`drop${small ? " small-drop" : ""}${over ? " over" : ""}`}
      onDragOver={(event) => [event.preventDefault(), setOver(true)]}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => [event.preventDefault(), setOver(false), onFile(event.dataTransfer?.files[0])]}
    >
      <Icon name="file" />
      <span>{small ? t.table.another : t.table.drop}</span>
      <input type="file" accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values" onChange={(event) => [onFile(event.currentTarget.files?.[0]), (event.currentTarget.value = "")]} />
    </label>
  );
}
