import { createHash } from "node:crypto";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { VhgmError } from "../base/errors.js";
import { inspectTable } from "../data/inspect.js";
import type { TextRow } from "../data/table.js";
import { openSession } from "../engine/node/session.js";
import { createGridStore } from "../evaluation/node/store.js";
import { dictionaryNotes, prepareSubject, type Subject } from "../evaluation/subject.js";
import { evaluateTransfer, splitPeople, type TransferEvaluation, type TransferNames } from "../evaluation/transfer.js";
import type { Schema } from "../schema/schema.js";
import { parseNumber } from "../schema/values.js";
import { packageVersion, runtimeVersions } from "../training/node/versions.js";
import { chooseInSample, type EvaluateFlags } from "./evaluateMethods.js";
import { resultLine } from "./evaluateSummary.js";
import { names as splitNames } from "./flags.js";
import { stopped } from "./interrupt.js";
import { withTable } from "./openTables.js";
import type { Progress } from "./progress.js";
import { readSchema, readTrainingOptions, sessionOptions, trainingHooks } from "./trainingFlags.js";

/** People of one or two tables, and who of them are from elsewhere. */
interface People {
  readonly subject: Subject;
  readonly isElsewhere: readonly boolean[];
  readonly names: TransferNames;
  readonly notes: readonly string[];
}

/** Evaluates on people from elsewhere: those of --hold-out, or of the table where --train gives another to learn from. */
export async function evaluateElsewhere(path: string, flags: EvaluateFlags, store: string | undefined, command: string, progress: Progress): Promise<TransferEvaluation> {
  const given = await readSchema(flags);
  const { subject, isElsewhere, names, notes } = flags.holdOut === undefined ? await readTwo(flags.train!, path, given, progress) : await readHoldOut(path, flags.holdOut, given, progress);
  const options = await readTrainingOptions(flags);
  const session = sessionOptions(flags);
  const split = splitPeople(isElsewhere, flags.rows, 1);
  const learned = split.training.map((i) => subject.text.rows[i]);
  const identity = createHash("sha256").update(JSON.stringify([packageVersion, options, session, subject.cells.attributes, learned])).digest("hex");
  const training = trainingHooks(progress, (note) => progress.note(note));
  let group = "";
  const evaluation = await evaluateTransfer(
    {
      subject, split, names, options, session, identity,
      inSample: await chooseInSample(flags),
      settings: { mechanisms: flags.mechanism, seeds: flags.seeds, rate: flags.rate },
      ...(store === undefined ? {} : { store: (name, people) => createGridStore(join(store, name), people) }),
      notes, command,
      versions: { vhgm: packageVersion, ...runtimeVersions() },
    },
    openSession,
    {
      training: { ...training, onPhase: (phase) => training.onPhase?.(`learning from ${names.training}: ${phase}`) },
      onGroup: (name) => {
        group = name;
        progress.note(name === "alike" ? `Unseen people of ${names.training}:` : `${names.elsewhere}:`);
      },
      onStep: async ({ key, index, cells, done, total }) => {
        progress.phase(`${group}, ${key.mechanism} seed ${key.seed}`);
        progress.update(done, total, `${index + 1} of ${cells}: ${key.method.name}`);
        await nextTurn();
        if (stopped()) throw new VhgmError("cancelled", "stopped");
      },
      onResult: (result, kept) => progress.note(resultLine(result, kept)),
    },
  );
  return evaluation;
}

interface Read {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly TextRow[];
  readonly notes: readonly string[];
  readonly schema: Schema;
}

async function readTable(path: string, given: Schema | undefined, progress: Progress): Promise<Read> {
  progress.phase(`reading ${path}`);
  return withTable(path, async (table) => {
    const schema = given ?? (await inspectTable(table)).schema;
    const rows: TextRow[] = [];
    for await (const batch of table.batches()) rows.push(...batch);
    const unshared = given ? dictionaryNotes(table.name, table.columns, given) : [];
    return { name: table.name, columns: table.columns, rows, notes: [...unshared, ...table.notes], schema };
  });
}

/** @throws VhgmError "usage" if the text is not 'COLUMN=VALUE[,VALUE]' or the table has no such column, "data" if nobody has the value */
async function readHoldOut(path: string, text: string, given: Schema | undefined, progress: Progress): Promise<People> {
  const [, column, list] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (!column) throw new VhgmError("usage", `--hold-out '${text}' is not of the form 'COLUMN=VALUE', for instance 'hospital=Cleveland'.`);
  const values = splitNames(list);
  const { name, columns, rows, notes, schema } = await readTable(path, given, progress);
  const at = columns.indexOf(column);
  if (at < 0) throw new VhgmError("usage", `${name} has no column '${column}' (--hold-out); its columns are ${shortList(columns)}.`);
  const same = (cell: string): boolean => values.some((value) => cell === value || cell.trim() === value || (parseNumber(value) !== null && parseNumber(cell) === parseNumber(value)));
  const isElsewhere = rows.map((row) => same(row[at]));
  if (!isElsewhere.includes(true)) {
    const seen = [...new Set(rows.map((row) => row[at]))].filter((cell) => cell !== "");
    throw new VhgmError("data", `No row of ${name} has ${column} = ${values.join(" or ")} (--hold-out); it has ${shortList(seen)}.`);
  }
  // The column itself would be one and the same value in the training or in the others.
  const others: Schema = { ...schema, attributes: schema.attributes.map((a) => (a.name === column || a.aliases?.includes(column) ? { ...a, role: "ignore" } : a)) };
  return {
    subject: prepareSubject(name, columns, rows, others),
    isElsewhere,
    names: { table: name, training: `${name} without ${column} = ${values.join(", ")}`, elsewhere: `${column} = ${values.join(", ")}` },
    notes,
  };
}

/** Two tables as one; columns are those of the training, and what the other lacks is empty there. */
async function readTwo(train: string, path: string, given: Schema | undefined, progress: Progress): Promise<People> {
  const home = await readTable(train, given, progress);
  const away = await readTable(path, given, progress);
  const place = home.columns.map((column) => away.columns.indexOf(column));
  const only = away.columns.filter((column) => !home.columns.includes(column));
  const lacking = home.columns.filter((_, j) => place[j] < 0);
  if (place.every((at) => at < 0)) throw new VhgmError("data", `${away.name} has no column of ${home.name}; the two tables must share columns.`);
  const rows = [...home.rows, ...away.rows.map((row) => place.map((at) => (at < 0 ? "" : row[at])))];
  return {
    subject: prepareSubject(away.name, home.columns, rows, home.schema),
    isElsewhere: rows.map((_, i) => i >= home.rows.length),
    names: { table: away.name, training: home.name, elsewhere: away.name },
    notes: [
      ...home.notes,
      ...away.notes,
      ...(only.length > 0 ? [`Only in ${away.name}, and left out: ${shortList(only)}.`] : []),
      ...(lacking.length > 0 ? [`Not in ${away.name}, where nothing of them is known or scored: ${shortList(lacking)}.`] : []),
    ],
  };
}

const mostListed = 12;
const shortList = (items: readonly string[]): string => `${items.slice(0, mostListed).join(", ")}${items.length > mostListed ? `, … (${items.length})` : ""}`;
