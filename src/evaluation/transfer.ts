import { VhgmError } from "../base/errors.js";
import { createRng, permutation } from "../base/random.js";
import type { SessionFactory, SessionOptions } from "../engine/index.js";
import { openPredictor } from "../inference/predictor.js";
import { compileModel } from "../model/trained.js";
import type { TrainingOptions } from "../training/options.js";
import { compareLoss, type ShiftReport } from "../training/signatures.js";
import type { TrainingHooks } from "../training/progress.js";
import { trainModel } from "../training/train.js";
import { evaluate, type Evaluation } from "./evaluation.js";
import type { GridHooks, GridSettings, GridStore, MaskedTable, Method } from "./grid.js";
import type { Completed } from "./imputer.js";
import { completeByModel } from "./ownMethod.js";
import { scoresOnNewTable } from "./shift.js";
import { failureSignatures, type Signature } from "./signatures.js";
import { rowsOf, stackCells, supportOfVisible, type Subject } from "./subject.js";

/** Which people a model learns from, and on whom it is tried; places of rows. */
export interface Split {
  readonly training: readonly number[];
  /** From the same sources as the training, and unseen. */
  readonly alike: readonly number[];
  /** From elsewhere. */
  readonly elsewhere: readonly number[];
}

/** The two groups of people on whom a model is tried. */
export const groupNames = ["alike", "elsewhere"] as const;
export type GroupName = (typeof groupNames)[number];

/** Everything that an evaluation on people from elsewhere found, as plain data. */
export interface TransferEvaluation {
  readonly format: "vhgm-transfer";
  readonly version: 1;
  readonly names: TransferNames;
  readonly training: { readonly rows: number; readonly attributes: number; readonly observedCells: number; readonly seconds: number };
  /** The same methods on people alike and on people from elsewhere. */
  readonly groups: Readonly<Record<GroupName, Evaluation>>;
  /** Loss of a few hidden cells against the cells that the training held out. */
  readonly loss: Readonly<Record<GroupName, ShiftReport>>;
  readonly signatures: readonly Signature[];
  readonly notes: readonly string[];
  readonly made: { readonly command: string; readonly versions: Readonly<Record<string, string>>; readonly seconds: number };
}

/** What the tables and the people are called in sentences. */
export interface TransferNames {
  readonly table: string;
  readonly training: string;
  readonly elsewhere: string;
}

export interface TransferInput {
  /** All people. */
  readonly subject: Subject;
  readonly split: Split;
  readonly names: TransferNames;
  /** Of the model that learns from the training's people alone. */
  readonly options: TrainingOptions;
  readonly session?: SessionOptions;
  /** Methods that learn from the training's people and from what is visible of the people whose holes they fill, in one table. */
  readonly inSample: readonly Method[];
  readonly settings: GridSettings;
  /** Whatever kept results depend on beside the people themselves. */
  readonly identity: string;
  store?(group: GroupName, subject: Subject): GridStore;
  readonly notes: readonly string[];
  readonly command: string;
  readonly versions: Readonly<Record<string, string>>;
}

export interface TransferHooks extends GridHooks {
  readonly training?: TrainingHooks;
  onGroup?(group: GroupName): void;
}

/** Share of the training's sources that is kept back to be tried on. */
const keptBack = 0.2;
/** Fewest people in each of the three groups. */
const fewest = 20;

/**
 * Splits people by whether they are from elsewhere; of the others a random fifth is kept back. Each group is cut to a
 * random sample of `most` rows.
 * @throws VhgmError "data" if a group has fewer than 20 people
 */
export function splitPeople(isElsewhere: readonly boolean[], most: number, seed: number): Split {
  const rng = createRng(seed, 0x7a5f);
  const shuffled = permutation(isElsewhere.length, rng);
  const home = [...shuffled].filter((i) => !isElsewhere[i]);
  const back = Math.round(keptBack * home.length);
  const cut = (rows: readonly number[]): number[] => rows.slice(0, most).sort((a, b) => a - b);
  const split = { training: cut(home.slice(back)), alike: cut(home.slice(0, back)), elsewhere: cut([...shuffled].filter((i) => isElsewhere[i])) };
  for (const [what, rows] of Object.entries({ "to learn from": split.training, "of the same sources to be tried on": split.alike, "held out": split.elsewhere })) {
    if (rows.length < fewest) throw new VhgmError("data", `Only ${rows.length} people are left ${what}; at least ${fewest} are needed.`);
  }
  return split;
}

/**
 * Lets a model learn from some people and fill the holes of others: unseen ones from the same sources, and ones from
 * elsewhere, on the same kinds of masks; and looks for the four signatures of failure.
 * @throws VhgmError "data" if there is nothing to learn from or to score, "cancelled" when a hook throws it
 */
export async function evaluateTransfer(input: TransferInput, open: SessionFactory, hooks: TransferHooks = {}): Promise<TransferEvaluation> {
  const { subject, split, names, options, session = {}, settings, notes, command, versions } = input;
  const start = performance.now();
  const own: SessionFactory = (model, more) => open(model, { ...session, ...more });
  const learned = rowsOf(subject, split.training, names.training);
  const training = await trainModel(supportOfVisible(learned.cells), options, own, hooks.training);
  const seconds = (performance.now() - start) / 1000;
  const predictor = await openPredictor(compileModel(training.model), open, { device: session.device });
  try {
    const methods = [
      { name: "vhgm", kind: "vhgm", about: `learned from ${names.training} alone (vhgm train)`, identity: input.identity, work: 3, complete: ({ cells }) => completeByModel(predictor, cells) },
      ...input.inSample.map((method) => inOneTable(method, learned, input.identity)),
    ] satisfies Method[];
    const groups = {} as Record<GroupName, Evaluation>;
    const scores = {} as Record<GroupName, Awaited<ReturnType<typeof scoresOnNewTable>>>;
    for (const group of groupNames) {
      hooks.onGroup?.(group);
      const people = rowsOf(subject, split[group], group === "alike" ? `unseen people of ${names.training}` : names.elsewhere);
      scores[group] = await scoresOnNewTable(predictor, people.cells);
      groups[group] = await evaluate({ subject: people, methods, settings, store: input.store?.(group, people), command, versions }, hooks);
    }
    const loss = { alike: compareLoss(scores.alike, training.scores), elsewhere: compareLoss(scores.elsewhere, training.scores) };
    return {
      format: "vhgm-transfer",
      version: 1,
      names,
      training: { rows: training.rows, attributes: training.model.layout.columns.length, observedCells: training.observedCells, seconds },
      groups,
      loss,
      signatures: failureSignatures({ training, elsewhere: { name: names.elsewhere, scores: scores.elsewhere, loss: loss.elsewhere }, alike: loss.alike }),
      notes: [...notes, ...new Set(groupNames.flatMap((group) => groups[group].notes))],
      made: { command, versions, seconds: (performance.now() - start) / 1000 },
    };
  } finally {
    await predictor.close();
  }
}

/** A method that sees the training's people and what is visible of those whose holes it fills, in one table. */
function inOneTable(method: Method, { cells: learned, text: before }: MaskedTable, identity: string): Method {
  return {
    ...method,
    identity: JSON.stringify([identity, method.identity]),
    complete: async ({ cells, text }, seed, hooks) => {
      const both = { cells: stackCells(learned, cells), text: { columns: text.columns, rows: [...before.rows, ...text.rows] } };
      return lastRows(await method.complete(both, seed, hooks), learned.rows);
    },
  };
}

/** What was made of the rows from `first` on. */
function lastRows({ values, draws, distribution }: Completed, first: number): Completed {
  const cut = (columns: readonly Float64Array[]): Float64Array[] => columns.map((column) => column.slice(first));
  return { values: cut(values), ...(draws && { draws: draws.map(cut) }), ...(distribution && { distribution: (row, attribute) => distribution(row + first, attribute) }) };
}
