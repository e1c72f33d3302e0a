import { createRng } from "../../base/random.js";
import type { Cells } from "../../data/cells.js";
import { rocInterval, type MembershipAttack } from "../membership.js";
import { nearest, pointsBy, type Points } from "./nearest.js";
import { sampleRows, takeRows, type SyntheticPeople } from "./people.js";

/** Whether invented people give away whom the generator learned from. */
export interface Privacy {
  /** Rows that equal a row of the training table in every cell, holes included. */
  readonly copies: { readonly synthetic: Share; readonly holdout: Share };
  readonly closest: Closest;
  readonly attack: MembershipAttack;
  /** The same attack on a generator that hands out the training rows: it has to be caught, or the attack says nothing. */
  readonly control: MembershipAttack;
}

export interface Share {
  readonly rows: number;
  readonly of: number;
}

/** Distance to the closest record. */
export interface Closest {
  /** Share of invented people who are closer to a training person than to any of equally many hold-out people; ties count half. 0.5 is expected. */
  readonly share: number;
  /** 95% interval of the share (normal approximation), by the chance of the invented rows alone: who is in the other two tables adds to it. */
  readonly low: number;
  readonly high: number;
  /** Median distance (Gower, 0 to 1) to the closest training person: of invented people, and of real ones whom the generator has not seen. */
  readonly synthetic: number;
  readonly holdout: number;
}

/** Most people whose membership is asked, of each kind, and most invented people that they are held against. */
const mostAsked = 2000;
const mostInvented = 10_000;

export function privacyOf(people: SyntheticPeople, seed: number): Privacy {
  const size = Math.min(people.train.rows, people.holdout.rows, mostAsked);
  const train = sampleRows(people.train, size, seed);
  const holdout = sampleRows(people.holdout, size, seed + 1);
  const synthetic = sampleRows(people.synthetic, mostInvented, seed + 2);
  const points = pointsBy(people.train);
  const [members, others] = [points(train), points(holdout)];
  const rng = createRng(seed, 0xc0b7);
  const copied = takeRows(train, Int32Array.from({ length: Math.max(train.rows, synthetic.rows) }, (_, i) => (i < train.rows ? i : rng.int(train.rows))));
  return {
    copies: { synthetic: exactCopies(people.synthetic, people.train), holdout: exactCopies(people.holdout, people.train) },
    closest: closestRecords(points(sampleRows(synthetic, mostAsked, seed + 3)), members, others),
    attack: attackRows(points(synthetic), members, others, seed),
    control: attackRows(points(copied), members, others, seed),
  };
}

/** How many rows stand in a reference table just so. */
export function exactCopies(cells: Cells, reference: Cells): Share {
  const key = ({ values }: Cells, i: number): string => values.map((column) => column[i]).join();
  const known = new Set(Array.from({ length: reference.rows }, (_, i) => key(reference, i)));
  let rows = 0;
  for (let i = 0; i < cells.rows; i++) if (known.has(key(cells, i))) rows++;
  return { rows, of: cells.rows };
}

/** @param members, others equally many */
function closestRecords(synthetic: Points, members: Points, others: Points): Closest {
  const toMembers = nearest(synthetic, members);
  const toOthers = nearest(synthetic, others);
  const share = toMembers.reduce((sum, d, i) => sum + (same(d, toOthers[i]) ? 0.5 : d < toOthers[i] ? 1 : 0), 0) / synthetic.rows;
  const reach = 1.96 * Math.sqrt(Math.max(share * (1 - share), 0.25 / synthetic.rows) / synthetic.rows);
  return { share, low: Math.max(0, share - reach), high: Math.min(1, share + reach), synthetic: median(toMembers), holdout: median(nearest(others, members)) };
}

/** Sums of the same terms in another order may differ in the last digits. */
const same = (a: number, b: number): boolean => Math.abs(a - b) < 1e-12;

const median = (values: Float64Array): number => values.slice().sort()[values.length >> 1];

/** Keeps the logarithm of a distance finite; less than any difference between people that counts. */
const least = 1e-3;

/**
 * Membership inference on invented rows: the attacker holds whole records and real people of the same kind, and takes how
 * much closer an invented person is to a record than a real one is as evidence that the record was learned from. The
 * difference of the logarithms of the distances to the closest record is, up to a factor, the log ratio of two
 * nearest-neighbour densities, which is the evidence of DOMIAS (van Breugel et al. 2023). The reference are the hold-out
 * people, each person without itself; for a member one of them is left out by lot, so that all references are of one size.
 */
export function attackRows(synthetic: Points, members: Points, others: Points, seed: number): MembershipAttack {
  const rng = createRng(seed, 0xa77ac);
  const score = (people: Points, skip: (row: number) => number): number[] => {
    const invented = nearest(people, synthetic);
    return [...nearest(people, others, skip)].map((d, i) => Math.log((d + least) / (invented[i] + least)));
  };
  const scores = { members: score(members, () => rng.int(others.rows)), others: score(others, (i) => i) };
  return { ...rocInterval(scores.members, scores.others, { rng, bootstraps: 300 }), members: members.rows, others: others.rows };
}
