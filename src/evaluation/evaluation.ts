import { comparedFigures, compareWith, meanRanks, type Comparison } from "./compare.js";
import { runGrid, type GridHooks, type GridSettings, type GridStore, type MaskResult, type Method } from "./grid.js";
import type { Subject } from "./subject.js";

/** Everything that an evaluation found, as plain data: what a report shows and what is printed as JSON. */
export interface Evaluation {
  readonly format: "vhgm-evaluation";
  readonly version: 1;
  readonly table: {
    readonly name: string;
    readonly rows: number;
    readonly attributes: number;
    readonly observedCells: number;
    readonly setAside: Subject["setAside"];
  };
  readonly settings: GridSettings;
  readonly methods: readonly (Pick<Method, "name" | "kind" | "about"> & { readonly meanRank: number })[];
  readonly results: readonly MaskResult[];
  /** The first method against each other one. */
  readonly comparisons: readonly Comparison[];
  /** What a reader must know to trust the figures, in sentences. */
  readonly notes: readonly string[];
  /** How it was made. */
  readonly made: { readonly command: string; readonly versions: Readonly<Record<string, string>>; readonly seconds: number };
}

export interface EvaluateInput {
  readonly subject: Subject;
  /** The first one is held against each of the others. */
  readonly methods: readonly Method[];
  readonly settings: GridSettings;
  readonly store?: GridStore;
  readonly notes?: readonly string[];
  readonly command: string;
  readonly versions: Readonly<Record<string, string>>;
}

/**
 * Hides observed cells of a table, lets every method fill them, scores what they filled and compares the methods.
 * @throws VhgmError "data" if nothing can be scored, "cancelled" when a hook throws it
 */
export async function evaluate(input: EvaluateInput, hooks: GridHooks = {}): Promise<Evaluation> {
  const { subject, methods, settings, store, notes = [], command, versions } = input;
  const start = performance.now();
  const results = await runGrid(subject, methods, settings, store, hooks);
  const names = methods.map((m) => m.name);
  const ranked = meanRanks(results, names);
  const [first, ...others] = names;
  return {
    format: "vhgm-evaluation",
    version: 1,
    table: {
      name: subject.name,
      rows: subject.cells.rows,
      attributes: subject.cells.attributes.length,
      observedCells: subject.text.rows.reduce((sum, row) => sum + row.filter((text) => text !== "").length, 0),
      setAside: subject.setAside,
    },
    settings,
    methods: methods.map(({ name, kind, about }, k) => ({ name, kind, about, meanRank: ranked[k] })),
    results,
    comparisons: comparedFigures.flatMap((figure) => compareWith(results, first, others, figure, settings.rate)),
    notes: [...notes, ...methods.flatMap((method) => methodNotes(method, results))],
    made: { command, versions, seconds: (performance.now() - start) / 1000 },
  };
}

/** What a method failed at, left empty or changed. */
function methodNotes({ name }: Method, results: readonly MaskResult[]): string[] {
  const own = results.filter((r) => r.method === name);
  const failed = own.filter((r) => r.failure !== undefined);
  const sum = (of: (r: MaskResult) => number): number => own.reduce((total, r) => total + of(r), 0);
  const [unfilled, changed] = [sum((r) => r.unfilled), sum((r) => r.changed)];
  const cells = (n: number): string => (n === 1 ? "1 cell" : `${n} cells`);
  return [
    ...(failed.length > 0 ? [`${name} failed on ${failed.length} of ${own.length} masks: ${failed[0].failure}`] : []),
    ...(unfilled > 0 ? [`${name} left ${cells(unfilled)} that were hidden empty; numbers count as the mean, levels as wrong.`] : []),
    ...(changed > 0 ? [`${name} changed ${cells(changed)} that were not hidden; an imputer must not.`] : []),
  ];
}
