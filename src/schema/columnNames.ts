import { VhgmError } from "../base/errors.js";

/** @throws VhgmError("data") if a column has no name or two have the same */
export function checkNames(columns: readonly string[]): void {
  const seen = new Map<string, number>();
  columns.forEach((name, j) => {
    if (name === "") throw new VhgmError("data", `Column ${j + 1} of the table has no name; every column needs one.`);
    const earlier = seen.get(name);
    if (earlier !== undefined) {
      throw new VhgmError(
        "data",
        `Columns ${earlier + 1} and ${j + 1} of the table are both named ${JSON.stringify(name)}; names must differ.`,
      );
    }
    seen.set(name, j);
  });
}
