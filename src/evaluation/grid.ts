import { VhgmError, isVhgmError } from "../base/errors.js";
import { createRng } from "../base/random.js";
import type { Cells } from "../data/cells.js";
import { isNumeric } from "../schema/schema.js";
import { ampute, maskTable, type Mechanism } from "./ampute.js";
import { average, type Mask, type TextTable } from "./columns.js";
import { emptySums, isScored, scoreColumn, type CellSums, type ColumnResult } from "./columnScore.js";
import { figureNames, figures, type FigureName } from "./figures.js";
import type { Completed, ImputerHooks } from "./imputer.js";
import { hiddenRows } from "./score.js";
import { maskCells, type Subject } from "./subject.js";

/** A table with hidden cells, in the two forms in which methods take it. */
export interface MaskedTable {
  readonly cells: Cells;
  readonly text: TextTable;
}

/** A way to fill holes that takes part in an evaluation. */
export interface Method {
  readonly name: string;
  /** `vhgm`: ours; `baseline`: written here; `command`: somebody else's program. */
  readonly kind: "vhgm" | "baseline" | "command";
  /** What it is, in a few words. */
  readonly about: string;
  /** Everything its result depends on beside the masked table and the seed: kept results of another identity don't count. */
  readonly identity: string;
  /** About how long it takes, in any unit that all methods share; for the time left. */
  readonly work: number;
  complete(masked: MaskedTable, seed: number, hooks: ImputerHooks): Promise<Completed>;
}

/** What one method made of one mask: a cell of the grid. */
export interface MaskResult {
  readonly method: string;
  readonly mechanism: Mechanism;
  readonly seed: number;
  readonly seconds: number;
  /** Why the method failed; its figures are then empty. */
  readonly failure?: string;
  readonly columns: readonly ColumnResult[];
  /** Averages over the columns that were scored. */
  readonly overall: Partial<Record<FigureName, number>>;
  readonly unfilled: number;
  /** Observed cells that came back with another value. */
  readonly changed: number;
  readonly pit: CellSums["pit"];
  readonly reliability: CellSums["reliability"];
  readonly reliabilityByType: CellSums["reliabilityByType"];
  /** Groups of people: the parts of NRMSE² and of the accuracy that come from each. */
  readonly squares: readonly number[];
  readonly right: readonly number[];
}

/** Finished cells of the grid, kept between runs. */
export interface GridStore {
  load(result: GridKey): Promise<MaskResult | null>;
  save(result: GridKey, value: MaskResult): Promise<void>;
}

export interface GridKey {
  readonly method: Method;
  readonly mechanism: Mechanism;
  readonly seed: number;
  readonly rate: number;
}

export interface GridSettings {
  readonly mechanisms: readonly Mechanism[];
  readonly seeds: readonly number[];
  /** Share of the observed cells that is hidden. */
  readonly rate: number;
}

export interface GridHooks {
  /** Called before each cell and within it: its position among the cells, and the work done and to do, in the methods' unit. */
  onStep?(step: { readonly key: GridKey; readonly index: number; readonly cells: number; readonly done: number; readonly total: number }): void | Promise<void>;
  onResult?(result: MaskResult, kept: boolean): void;
}

/**
 * Hides cells of a table by each mechanism and seed and lets every method fill them; all methods see the same masks. A
 * method that fails is noted and the others go on.
 * @throws VhgmError "cancelled" when a hook throws it, "data" if the mask leaves nothing to score
 */
export async function runGrid(subject: Subject, methods: readonly Method[], { mechanisms, seeds, rate }: GridSettings, store: GridStore | undefined, hooks: GridHooks = {}): Promise<MaskResult[]> {
  const keys = mechanisms.flatMap((mechanism) => seeds.flatMap((seed) => methods.map((method): GridKey => ({ method, mechanism, seed, rate }))));
  const kept = new Map<GridKey, MaskResult>();
  for (const key of keys) {
    const found = await store?.load(key);
    if (found) kept.set(key, found);
  }
  const total = keys.filter((key) => !kept.has(key)).reduce((sum, key) => sum + key.method.work, 0);
  const results: MaskResult[] = [];
  let done = 0;
  for (const [index, key] of keys.entries()) {
    const old = kept.get(key);
    if (old) {
      results.push(old);
      hooks.onResult?.(old, true);
      continue;
    }
    const onStep = (share: number): void | Promise<void> => hooks.onStep?.({ key, index, cells: keys.length, done: done + share * key.method.work, total });
    await onStep(0);
    const result = await runCell(subject, key, { onStep });
    await store?.save(key, result);
    results.push(result);
    hooks.onResult?.(result, false);
    done += key.method.work;
  }
  return results;
}

async function runCell(subject: Subject, { method, mechanism, seed, rate }: GridKey, hooks: ImputerHooks): Promise<MaskResult> {
  const mask = ampute(subject.text, { mechanism, rate, seed });
  const masked: MaskedTable = { cells: maskCells(subject.cells, mask), text: maskTable(subject.text, mask) };
  const start = performance.now();
  const head = (): Pick<MaskResult, "method" | "mechanism" | "seed" | "seconds"> => ({ method: method.name, mechanism, seed, seconds: (performance.now() - start) / 1000 });
  let completed: Completed;
  try {
    completed = await method.complete(masked, seed, hooks);
  } catch (error) {
    if (isVhgmError(error) && error.code === "cancelled") throw error;
    const failure = error instanceof Error ? error.message : String(error);
    return { ...head(), failure, columns: [], overall: {}, unfilled: 0, changed: 0, pit: [], reliability: [], reliabilityByType: {}, squares: [], right: [] };
  }
  const timed = head();
  return { ...timed, ...scoreCompleted(subject.cells, mask, completed, seed) };
}

/** Scores what a method made of a masked table. */
function scoreCompleted(truth: Cells, mask: Mask, completed: Completed, seed: number): Omit<MaskResult, "method" | "mechanism" | "seed" | "seconds" | "failure"> {
  const all = truth.attributes.map((attribute, at) => ({ attribute, at, truth: truth.values[at], hidden: hiddenRows(mask, at) }));
  const scored = all.filter(isScored);
  if (scored.length === 0) {
    throw new VhgmError("data", "No column has three hidden cells or more, so nothing can be scored; more rows or a higher rate are needed.");
  }
  const numbers = scored.filter((c) => isNumeric(c.attribute.type)).length;
  const sums = emptySums(truth.rows);
  const rng = createRng(seed, 0x717);
  const columns = scored.map((column) => scoreColumn(column, completed, 1 / (isNumeric(column.attribute.type) ? numbers : scored.length - numbers), sums, rng));
  return {
    columns,
    overall: averages(columns),
    unfilled: all.reduce((sum, { at, hidden }) => sum + hidden.filter((row) => Number.isNaN(completed.values[at][row])).length, 0),
    changed: all.reduce((sum, { at }) => sum + changedCells(truth.values[at], completed.values[at], (row) => mask[row][at] === 1), 0),
    pit: sums.pit,
    reliability: sums.reliability,
    reliabilityByType: sums.reliabilityByType,
    squares: grouped(sums.squares),
    right: grouped(sums.right),
  };
}

/** NRMSE is the root of the mean of squares over columns, every other figure the mean. Absent where a column of the kind lacks it. */
function averages(columns: readonly ColumnResult[]): Partial<Record<FigureName, number>> {
  const out: Partial<Record<FigureName, number>> = {};
  for (const name of figureNames) {
    const values = columns.filter((c) => c.kind === figures[name].kind).map((c) => c.figures[name]);
    if (values.length === 0 || values.includes(undefined)) continue;
    out[name] = name === "nrmse" ? Math.sqrt(average(values.map((v) => v! ** 2))) : average(values as number[]);
  }
  return out;
}

/** Relative difference up to which two spellings count as the same number. */
const sameWithin = 1e-9;

function changedCells(truth: Float64Array, filled: Float64Array, isHidden: (row: number) => boolean): number {
  let changed = 0;
  truth.forEach((x, row) => {
    if (Number.isNaN(x) || isHidden(row)) return;
    if (!(Math.abs(filled[row] - x) <= sameWithin * Math.max(1, Math.abs(x)))) changed++;
  });
  return changed;
}

/** Most groups of people whose parts are kept. */
const mostGroups = 200;

function grouped(perRow: Float64Array): number[] {
  const out = new Array<number>(Math.min(mostGroups, perRow.length)).fill(0);
  perRow.forEach((x, row) => (out[row % out.length] += x));
  return out;
}
