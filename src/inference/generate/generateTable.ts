import { VhgmError } from "../../base/errors.js";
import type { TableWriter } from "../../data/table.js";
import { requireCount } from "../required.js";
import type { GenerateReport, Generator } from "./generate.js";

export interface GenerateTableInput {
  readonly generator: Generator;
  readonly rows: number;
  /** Number of the first row, from 0: a table can be made in parts. */
  readonly first?: number;
  readonly writer: TableWriter;
  /** Rows written at a time; the result does not depend on it. */
  readonly batch?: number;
}

export interface GenerateTableHooks {
  onRows?(rows: number): void;
  stopped?(): boolean;
}

/**
 * Writes invented people, exactly as many as asked for; after a failure nothing stands under the output's name.
 * @throws VhgmError "usage" from a condition that nobody meets, or numbers that count nothing, "disk" from writing, "cancelled" when stopped
 */
export async function generateTable({ generator, rows, first = 0, writer, batch = 256 }: GenerateTableInput, hooks: GenerateTableHooks = {}): Promise<GenerateReport> {
  try {
    requireCount(rows, "rows", "rows");
    requireCount(batch, "rows at a time", "batch", 1);
    for (let from = 0; from < rows; from += batch) {
      const count = Math.min(batch, rows - from);
      await writer.write(await generator.rows(first + from, count));
      hooks.onRows?.(from + count);
      if (hooks.stopped?.()) throw new VhgmError("cancelled", "The generation was stopped; nothing was written.");
    }
    await writer.finish();
  } catch (cause) {
    await writer.abort();
    throw cause;
  }
  return generator.report();
}
