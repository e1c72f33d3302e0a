import type { KnownColumn } from "../../../schema/known.js";
import type { TextRow } from "../../table.js";
import type { FileTable } from "../filetable.js";
import { meaningOf, personColumn } from "./meaning.js";
import type { PersonFile } from "./person.js";

interface JoinedColumn {
  readonly name: string;
  readonly known: KnownColumn;
  readonly nativeType: string;
  /** Where it stands: file and column there. */
  readonly places: (readonly [file: number, column: number])[];
}

/**
 * Files of one cycle as one table: a row for each person in any of them, by ascending number, and each column once. A column
 * that stands in several files (sampling weights) takes the first file's cell that has a value.
 */
export function joinFiles(name: string, files: readonly PersonFile[], notes: readonly string[]): FileTable {
  const columns = joinedColumns(files);
  const people = [...new Set(files.flatMap((file) => [...file.rows.keys()]))].sort((a, b) => Number(a) - Number(b));
  const person = meaningOf(personColumn, "Respondent sequence number", undefined).known;

  async function* batches(rowsPerBatch = 1024): AsyncGenerator<TextRow[], void, undefined> {
    for (let i = 0; i < people.length; i += rowsPerBatch) {
      yield people.slice(i, i + rowsPerBatch).map((number) => {
        const rows = files.map((file) => file.rows.get(number));
        return [number, ...columns.map(({ places }) => firstValue(rows, places))];
      });
    }
  }

  return {
    name,
    columns: [personColumn, ...columns.map((column) => column.name)],
    labels: [person.label, ...columns.map(({ known }) => known.label)],
    nativeTypes: ["DOUBLE", ...columns.map((column) => column.nativeType)],
    known: [person, ...columns.map((column) => column.known)],
    notes,
    batches,
    async close() {},
  };
}

function joinedColumns(files: readonly PersonFile[]): JoinedColumn[] {
  const columns = new Map<string, JoinedColumn>();
  files.forEach((file, f) =>
    file.columns.forEach((name, j) => {
      const found = columns.get(name);
      if (found) {
        found.places.push([f, j]);
        return;
      }
      const { known, texts } = file.meanings[j];
      columns.set(name, { name, known, nativeType: texts ? "VARCHAR" : file.nativeTypes[j], places: [[f, j]] });
    }),
  );
  return [...columns.values()];
}

function firstValue(rows: readonly (readonly string[] | undefined)[], places: JoinedColumn["places"]): string {
  for (const [f, j] of places) {
    const cell = rows[f]?.[j];
    if (cell) return cell;
  }
  return "";
}
