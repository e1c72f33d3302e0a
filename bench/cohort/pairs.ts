import { createRng, type Rng } from "../../src/base/random.js";
import { logProbability, trueCrps } from "../../src/cohort/conditional.js";
import { sharedNames, type ModelAttribute } from "../../src/cohort/model.js";
import { onlyLinked, pairGivenShared, sameSource } from "../../src/cohort/pairs.js";
import { posterior } from "../../src/cohort/posterior.js";
import { wholePerson } from "../../src/cohort/simulate.js";
import { columnDistribution } from "../../src/inference/distribution.js";
import { predictCells } from "../../src/inference/predictor.js";
import { assumptionOf, supportOf } from "../../src/inference/support.js";
import { randomisedPit } from "../../src/model/likelihoods/index.js";
import { cellsOfPeople, freshSeed, mean, table, type Subject } from "./people.js";

/** Answers of the check-up's population are asked for, in which the truth is known. */
const population = "checkup";
/** Pairs that hang together less than this, given the shared columns, would show nothing. */
const leastPartial = 0.15;
const truthDraws = 1500;

type Kind = "seen together" | "never together, independent" | "never together, dependent";
interface Pair {
  readonly given: string;
  readonly ask: string;
  readonly kind: Kind;
}
interface Scored {
  readonly pit: number;
  /** In standard deviations of the attribute, ours and the truth's own. */
  readonly crps: readonly [number, number];
  readonly nll: readonly [number, number];
}

/** A Markdown table over the three kinds of pairs. */
export async function measurePairs(subject: Subject & { readonly pairs: number; readonly people: number }): Promise<string> {
  const rng = createRng(subject.seed, 0xa17);
  const chosen = choosePairs(subject, rng, subject.pairs);
  const rows: string[][] = [];
  for (const kind of ["seen together", "never together, independent", "never together, dependent"] as const) {
    const pairs = chosen.filter((pair) => pair.kind === kind);
    const scores: Scored[] = [];
    let flagged = 0;
    for (const pair of pairs) {
      scores.push(...(await scorePair(subject, pair, rng, subject.people)));
      if (assumesIndependence(subject, pair)) flagged++;
    }
    const covered = mean(scores.map(({ pit }) => (pit > 0.05 && pit < 0.95 ? 1 : 0)));
    const both = (key: "crps" | "nll"): string => [0, 1].map((k) => mean(scores.map((s) => s[key][k])).toFixed(3)).join(" | ");
    rows.push([kind, String(pairs.length), String(scores.length), covered.toFixed(3), both("crps"), both("nll"), `${flagged} of ${pairs.length}`]);
  }
  return table(["pairs", "pairs asked", "answers", "inside the central 90%", "CRPS, ours | truth's", "−log P, ours | truth's", "answers that say so"].join(" | ").split(" | "), rows.map((row) => row.join(" | ").split(" | ")));
}

/** Numbers asked, given another number of the same or of another source; a seeded choice. */
function choosePairs({ model, bundle }: Subject, rng: Rng, count: number): Pair[] {
  const learned = new Set(bundle.model.layout.columns.filter(({ kind }) => kind === "number").map(({ attribute }) => attribute.name));
  const shared = new Set(sharedNames);
  const open = model.attributes.filter(({ name, applies, scale }) => learned.has(name) && !shared.has(name) && applies === undefined && scale.kind !== "date" && name !== "bmi");
  const found: Pair[] = [];
  const full = (kind: Kind): boolean => found.filter((pair) => pair.kind === kind).length >= count;
  const pick = (): ModelAttribute => open[rng.int(open.length)];
  for (let tries = 0; tries < 200_000 && !(full("seen together") && full("never together, independent") && full("never together, dependent")); tries++) {
    const [a, b] = [pick(), pick()];
    if (a === b || onlyLinked(a, b)) continue;
    const { independent, partialCorrelation } = pairGivenShared(model, a.name, b.name);
    if (!independent && Math.abs(partialCorrelation) < leastPartial) continue;
    const together = sameSource(a, b);
    if (together && independent) continue;
    const kind: Kind = together ? "seen together" : independent ? "never together, independent" : "never together, dependent";
    if (!full(kind)) found.push({ given: a.name, ask: b.name, kind });
  }
  return found;
}

async function scorePair(subject: Subject, { given, ask }: Pair, rng: Rng, people: number): Promise<Scored[]> {
  const { model, predictor, seed } = subject;
  const known = [...sharedNames, given];
  const whole = Array.from({ length: people }, () => wholePerson(model, population, freshSeed(seed), rng.int(1_000_000)));
  const told = whole.map((person) => new Map(known.map((name) => [name, person.get(name)!])));
  const cells = cellsOfPeople(subject, whole);
  const paths = await predictCells(predictor, cellsOfPeople(subject, told));
  const { layout, grids } = predictor.model;
  const j = layout.columns.findIndex(({ attribute }) => attribute.name === ask);
  const { source, scale } = layout.columns[j];
  return whole.map((person, i) => {
    const truth = cells.values[source][i];
    const density = columnDistribution(predictor.model, paths, i, j);
    const from = posterior(model, Object.fromEntries(told[i]), [ask], { rng, draws: truthDraws, population });
    return {
      pit: randomisedPit(density, truth, grids.grids[j].resolution, rng.uniform()),
      crps: [density.crps(truth) / scale, trueCrps(from, ask, truth, rng) / scale],
      nll: [-density.logProb(truth), -logProbability(from, ask, person.get(ask)!)],
    };
  });
}

/** Whether the answer carries the note that it assumes independence of what was never seen together. */
function assumesIndependence({ predictor: { model } }: Subject, { given, ask }: Pair): boolean {
  const place = (name: string): number => model.layout.columns.findIndex(({ attribute }) => attribute.name === name);
  const found = supportOf(model.together!, place(ask), [...sharedNames, given].map(place), { nameOf: (i) => model.layout.columns[i].attribute.name });
  return assumptionOf(ask, found) !== undefined;
}
