import { setImmediate as nextTurn } from "node:timers/promises";
import { VhgmError } from "../base/errors.js";
import { CellsBuilder, matchColumns } from "../data/cells.js";
import { inspectTable } from "../data/inspect.js";
import { alignPeople, type ReadTable } from "../evaluation/synthetic/people.js";
import { evaluateSynthetic, type SyntheticEvaluation } from "../evaluation/synthetic/synthetic.js";
import type { Schema } from "../schema/schema.js";
import { packageVersion, runtimeVersions } from "../training/node/versions.js";
import { stopped } from "./interrupt.js";
import { withTable } from "./openTables.js";
import type { Progress } from "./progress.js";

export interface SyntheticSources {
  readonly train: string;
  readonly holdout: string;
  readonly synthetic: string;
  /** Guessed from the training table if not given. */
  readonly schema?: Schema;
  readonly rows: number;
  readonly command: string;
}

/** Reads the three tables by one dictionary and measures the invented people. */
export async function evaluateInvented({ train, holdout, synthetic, schema: given, rows, command }: SyntheticSources, progress: Progress): Promise<SyntheticEvaluation> {
  progress.phase(`reading ${train}`);
  const schema = given ?? (await withTable(train, async (table) => (await inspectTable(table)).schema));
  const tables = { train: await readCells(train, schema, progress), holdout: await readCells(holdout, schema, progress), synthetic: await readCells(synthetic, schema, progress) };
  const { people, leftOut } = alignPeople(tables);
  const unknown = Object.values(tables).flatMap(({ name, unknown }) =>
    unknown.map((u) => `${name}: ${u.count} cells of ${u.name} hold a level that the training table does not have (the first: ${u.text}); they count as empty.`),
  );
  return evaluateSynthetic(
    {
      people,
      names: { train: tables.train.name, holdout: tables.holdout.name, synthetic: tables.synthetic.name },
      rows,
      seed: 1,
      notes: [...(leftOut.length > 0 ? [`Not in all three tables, or without values, and left out: ${leftOut.join(", ")}.`] : []), ...unknown],
      command,
      versions: { vhgm: packageVersion, ...runtimeVersions() },
    },
    async (part, done, total) => {
      progress.phase("measuring");
      progress.update(done, total, part);
      await nextTurn();
      if (stopped()) throw new VhgmError("cancelled", "stopped");
    },
  );
}

async function readCells(path: string, schema: Schema, progress: Progress): Promise<ReadTable & { unknown: CellsBuilder["unknownLevels"] }> {
  progress.phase(`reading ${path}`);
  return withTable(path, async (table) => {
    const builder = new CellsBuilder(schema, table.columns, table.name);
    for await (const batch of table.batches()) builder.add(batch);
    return { name: table.name, cells: builder.finish(), has: matchColumns(schema, table.columns, table.name).map(({ at }) => at >= 0), unknown: builder.unknownLevels };
  });
}
