import { VhgmError } from "../../base/errors.js";
import type { Table } from "../table.js";

/** A table in a file. */
export interface FileTable extends Table {
  /**
   * What a person should know beside the rows, one sentence each, such as blank lines passed over. Complete once the
   * rows have been read to the end.
   */
  readonly notes: readonly string[];
}

/**
 * Checks that a table's columns can be told apart by name; `where` names the file in messages.
 * Names are compared exactly: "bmi" and "BMI" are two columns.
 * @throws VhgmError "data" for no column, a column without a name, or a name that occurs twice.
 */
export function checkColumns(where: string, columns: readonly string[]): void {
  if (columns.length === 0) throw new VhgmError("data", `${where} has no columns; a table needs at least one.`);
  const seen = new Map<string, number>();
  columns.forEach((column, index) => {
    if (column === "") {
      throw new VhgmError(
        "data",
        `${where} has no name for column ${index + 1} of ${columns.length}; give every column a name in the header` +
          (index === columns.length - 1 ? " (or remove the delimiter at its end)." : "."),
      );
    }
    const first = seen.get(column);
    if (first !== undefined) {
      throw new VhgmError(
        "data",
        `${where} has two columns named "${column}" (columns ${first + 1} and ${index + 1}); column names must be unique.`,
      );
    }
    seen.set(column, index);
  });
}
