import type { Bundle } from "../bundle/bundle.js";
import { VhgmError } from "../base/errors.js";
import { encodeCells } from "../data/encode.js";
import { openSession } from "../engine/node/session.js";
import type { Mechanism } from "../evaluation/ampute.js";
import { baselineMeanings, baselineNames, createBaseline, type BaselineName } from "../evaluation/baselines/index.js";
import type { Method } from "../evaluation/grid.js";
import { commandMethod } from "../evaluation/node/command.js";
import { completeByModel, imputeByTraining } from "../evaluation/ownMethod.js";
import type { Subject } from "../evaluation/subject.js";
import type { Predictor } from "../inference/predictor.js";
import { packageVersion } from "../training/node/versions.js";
import { stopped } from "./interrupt.js";
import { lanesOf, readTrainingOptions, sessionOptions, type TrainingFlags } from "./trainingFlags.js";
import { counted } from "./text.js";

export interface EvaluateFlags extends TrainingFlags {
  readonly output?: string;
  readonly model?: string;
  readonly withBest?: boolean;
  /** If absent, all; for people from elsewhere mean and ridge. */
  readonly baselines?: readonly BaselineName[];
  readonly against: readonly string[];
  readonly mechanism: readonly Mechanism[];
  readonly rate: number;
  readonly seeds: readonly number[];
  readonly rows: number;
  readonly timeout: number;
  readonly synthetic?: string;
  readonly train?: string;
  readonly holdOut?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** Name of our own method in tables. */
const ownName = "vhgm";

/** About how long each takes, relative to each other, on a table of middling size. */
const work: Readonly<Record<BaselineName, number>> = { mean: 0.1, ridge: 1, mice: 15, missforest: 25 };

/**
 * Ours first, then the baselines, then what --against gives.
 * @throws VhgmError "usage" if two methods have one name
 */
export async function chooseMethods(flags: EvaluateFlags, given: { bundle: Bundle; predictor: Predictor } | undefined): Promise<Method[]> {
  if (flags.withBest && (given || flags.best)) throw new VhgmError("usage", "--with-best trains with default settings and with --best; leave out --best and --model.");
  const own = given ? [modelMethod(flags, given)] : [await trainingMethod(flags), ...(flags.withBest ? [{ ...(await trainingMethod({ ...flags, best: true })), name: `${ownName} --best` }] : [])];
  return distinct([...own, ...rivalMethods(flags, baselineNames)]);
}

/**
 * For people from elsewhere, the methods that see them too: ours, then the baselines, then what --against gives.
 * @throws VhgmError "usage" if two methods have one name
 */
export async function chooseInSample(flags: EvaluateFlags): Promise<Method[]> {
  const own = await trainingMethod(flags);
  return distinct([{ ...own, name: `${ownName}, in-sample`, about: `vhgm complete${flags.best ? " --best" : ""} of the training's people and these in one table` }, ...rivalMethods(flags, ["mean", "ridge"])]);
}

function rivalMethods({ baselines, against, timeout }: EvaluateFlags, usual: readonly BaselineName[]): Method[] {
  const built = (baselines ?? usual).map((name): Method => {
    const impute = createBaseline(name, openSession);
    return { name, kind: "baseline", about: baselineMeanings[name], identity: packageVersion, work: work[name], complete: ({ cells }, seed, hooks) => impute(cells, seed, hooks) };
  });
  return [...built, ...against.map((text) => commandMethod(text, timeout))];
}

function distinct(methods: Method[]): Method[] {
  const twice = methods.find((m, k) => methods.findIndex((other) => other.name === m.name) < k);
  if (twice) throw new VhgmError("usage", `Two methods are called ${twice.name}; give one of --against another name.`);
  return methods;
}

async function trainingMethod(flags: EvaluateFlags): Promise<Method> {
  const options = { ...(await readTrainingOptions(flags)), memory: "rows" as const };
  const session = sessionOptions(flags);
  const impute = imputeByTraining(options, openSession, session, { stopped }, lanesOf(flags));
  return {
    name: ownName,
    kind: "vhgm",
    about: `vhgm complete${flags.best ? " --best" : ""}: a model of the very table`,
    identity: JSON.stringify([packageVersion, options, session]),
    work: flags.best ? 200 : 40,
    complete: ({ cells }, seed, hooks) => impute(cells, seed, hooks),
  };
}

function modelMethod({ model }: EvaluateFlags, { bundle, predictor }: { bundle: Bundle; predictor: Predictor }): Method {
  return {
    name: ownName,
    kind: "vhgm",
    about: `vhgm impute ${model}: a model learned before, from ${bundle.card.tables.join(", ")}`,
    identity: JSON.stringify([bundle.card, bundle.model.graph.length]),
    work: 5,
    complete: ({ cells }) => completeByModel(predictor, cells),
  };
}

/** Whether the model has met the people of the table before. */
export function modelNotes({ card }: Bundle, { model, find }: Predictor, { name, cells }: Subject): string[] {
  const learned = `The model learned from ${card.tables.join(", ")} (${counted(card.rows, "row")}) before this evaluation`;
  const unlike = "; the baselines learn from the table itself with its holes, so the two answer different questions.";
  const places = new Map(cells.attributes.map((a, at) => [a.name, at]));
  const values: Float64Array[] = [];
  for (const { source, attribute } of model.layout.columns) values[source] = cells.values[places.get(attribute.name) ?? -1] ?? new Float64Array(cells.rows).fill(NaN);
  const met = model.memoryHashes ? find(encodeCells({ ...cells, values }, model.layout)).filter((place) => place >= 0n).length : 0;
  if (met > 0) return [`${learned}${unlike}`, `Not a fair test: the model holds the cells of ${met} of the ${cells.rows} people of ${name} in its memory; it has seen what was hidden.`];
  if (card.tables.includes(name)) return [`${learned}${unlike}`, `Not a fair test unless the rows are others: the model learned from a table of the same name, ${name}, and has then seen what was hidden.`];
  return [`${learned}${unlike} Its card names no table called ${name}; that its people are new to the model is taken for granted.`];
}
