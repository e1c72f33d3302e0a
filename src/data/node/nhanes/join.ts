import type { KnownColumn } from "../../../schema/known.js";
import type { TextRow } from "../../table.js";
import type { FileTable } from "../filetable.js";
import { meaningOf, personColumn } from "./meaning.js";
import type { PersonFile } from "./person.js";

interface JoinedColumn {
  readonly name: string;
  readonly known: KnownColumn;
  readonly nativeType: string;
}

interface Joined {
  readonly columns: readonly JoinedColumn[];
  /** Place in the joined row (which begins with the person's number) of each column of each file. */
  readonly places: readonly (readonly number[])[];
}

/**
 * Files of one cycle as one table: a row for each person in any of them, by ascending number, and each column once. A column
 * that stands in several files (sampling weights) takes the first file's cell that has a value.
 */
export function joinFiles(name: string, files: readonly PersonFile[], notes: readonly string[]): FileTable {
  const { columns, places } = joinColumns(files);
  const people = [...new Set(files.flatMap((file) => [...file.rows.keys()]))].sort((a, b) => Number(a) - Number(b));
  const person = meaningOf(personColumn, "Respondent sequence number", undefined).known;

  async function* batches(rowsPerBatch = 1024): AsyncGenerator<TextRow[], void, undefined> {
    for (let i = 0; i < people.length; i += rowsPerBatch) {
      yield people.slice(i, i + rowsPerBatch).map((number) => joinRow(number));
    }
  }

  function joinRow(number: string): string[] {
    const row = new Array<string>(1 + columns.length).fill("");
    row[0] = number;
    files.forEach((file, f) => {
      const cells = file.rows.get(number);
      if (!cells) return;
      for (let j = 0; j < cells.length; j++) if (row[places[f][j]] === "") row[places[f][j]] = cells[j];
    });
    return row;
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

function joinColumns(files: readonly PersonFile[]): Joined {
  const columns: JoinedColumn[] = [];
  const placeOf = new Map<string, number>();
  const places = files.map((file) =>
    file.columns.map((name, j) => {
      let place = placeOf.get(name);
      if (place === undefined) {
        const { known, texts } = file.meanings[j];
        columns.push({ name, known, nativeType: texts ? "VARCHAR" : file.nativeTypes[j] });
        placeOf.set(name, (place = columns.length));
      }
      return place;
    }),
  );
  return { columns, places };
}
