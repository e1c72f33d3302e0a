import { average } from "../columns.js";
import { and, percentOf, shown } from "../report/words.js";
import type { SyntheticEvaluation } from "./synthetic.js";
import type { Utility } from "./utility.js";

/** What was compared with what. */
export const syntheticSetting = ({ tables, compared, attributes }: SyntheticEvaluation): string =>
  `${tables.synthetic.name}: ${count(tables.synthetic.rows)} invented people; ${count(compared)} of them, and as many real ones of ${tables.holdout.name} ` +
  `whom the generator must not have seen, are held against ${tables.train.name} (${count(tables.train.rows)} rows), on ${attributes} attributes.`;

const count = (n: number): string => n.toLocaleString("en-US");

/** A measure in words and figures. */
export interface SyntheticFigure {
  readonly name: string;
  readonly synthetic: string;
  readonly holdout: string;
  readonly best: string;
}

export function syntheticFigures({ shapes, trends, twoSample, privacy }: SyntheticEvaluation): SyntheticFigure[] {
  const { copies, closest, attack, control } = privacy;
  const interval = ({ auc, low, high }: { auc: number; low: number; high: number }): string => `${shown(auc)} (${shown(low)} to ${shown(high)})`;
  return [
    { name: "column shapes", synthetic: shown(shapes.synthetic.score), holdout: shown(shapes.holdout.score), best: "the hold-out's" },
    { name: "pair trends", synthetic: shown(trends.synthetic.score), holdout: shown(trends.holdout.score), best: "the hold-out's" },
    { name: "trends of related pairs", synthetic: shown(trends.synthetic.related), holdout: shown(trends.holdout.related), best: "the hold-out's" },
    { name: "missingness", synthetic: shown(shapes.synthetic.missing), holdout: shown(shapes.holdout.missing), best: "the hold-out's" },
    { name: "told from real hold-out people, AUC", synthetic: interval(twoSample.synthetic), holdout: interval(twoSample.train), best: "0.5" },
    { name: "exact copies of training people", synthetic: `${copies.synthetic.rows} of ${count(copies.synthetic.of)}`, holdout: `${copies.holdout.rows} of ${count(copies.holdout.of)}`, best: "no larger share" },
    { name: "median distance to a training person", synthetic: shown(closest.synthetic), holdout: shown(closest.holdout), best: "no less" },
    { name: "closer to training than to hold-out", synthetic: `${percentOf(closest.share)} (${percentOf(closest.low)} to ${percentOf(closest.high)})`, holdout: "–", best: "50%" },
    { name: "membership attack, AUC", synthetic: interval(attack), holdout: "–", best: "0.5" },
    { name: "members found at 1% false alarms", synthetic: percentOf(attack.truePositivesAt1), holdout: "–", best: "1%" },
    { name: "the attack on a copying generator, AUC", synthetic: shown(control.auc), holdout: "–", best: "1: it works" },
  ];
}

/** Rows for a table of what is predicted: attribute, measure, and the score when learned from real people, invented ones, and both. */
export const utilityTitles = ["predicted for new people", "measure", "learned from real", "from invented", "from both"] as const;
export const utilityRows = ({ utility }: SyntheticEvaluation): string[][] =>
  utility.map((u) => [u.attribute, u.measure === "r2" ? "R²" : "AUC", shown(u.real), shown(u.synthetic), shown(u.both)]);

/** Above this upper bound of the attack's AUC, or this share found at 1% false alarms, people are given away. */
const attackLimits = { auc: 0.55, found: 0.03 } as const;

/** The findings in words. */
export function syntheticHeadline({ shapes, trends, twoSample, utility, privacy }: SyntheticEvaluation): string[] {
  const { copies, attack, control } = privacy;
  const shape = against(shapes.synthetic.score - shapes.holdout.score);
  // Where pairs are related, their mean says more than that over all pairs.
  const measure = Number.isNaN(trends.synthetic.related) ? "score" : "related";
  const trend = against(trends.synthetic[measure] - trends.holdout[measure]);
  const kept = learnable(utility);
  const share = skillKept(utility);
  const caught = attack.low > 0.5;
  const clear = caught && (attack.auc > attackLimits.auc || attack.truePositivesAt1 > attackLimits.found);
  const leaks = attack.high > attackLimits.auc || attack.truePositivesAt1 > attackLimits.found;
  const excess = copies.synthetic.rows / copies.synthetic.of - copies.holdout.rows / copies.holdout.of;
  return [
    `Quality: single columns are ${shape} (${shown(shapes.synthetic.score)} to ${shown(shapes.holdout.score)}), relations of two columns are ${trend} (${shown(trends.synthetic[measure])} to ${shown(trends.holdout[measure])}).`,
    `Whole people: a random forest tells invented from real people with an AUC of ${shown(twoSample.synthetic.auc)}; 0.5 is not at all.${
      kept.length > 0 ? ` Learned from invented people, predictions of ${and(kept.map((u) => u.attribute))} have ${percentOf(Math.max(0, share))} of the skill, on new real people, that they have learned from as many real ones.` : ""
    }`,
    control.auc < 0.75
      ? "Privacy: the attack does not even catch a generator that copies, so nothing can be said."
      : caught
        ? `Privacy: invented people ${clear ? "give away" : "carry a faint trace of"} who was learned from: an attacker tells members from others with an AUC of ${shown(attack.auc)} (95%: ${shown(attack.low)} to ${shown(attack.high)}) and finds ${percentOf(attack.truePositivesAt1)} of them at 1% false alarms.`
        : leaks
          ? `Privacy: not shown to be safe: the attack's AUC is ${shown(attack.auc)} (95%: ${shown(attack.low)} to ${shown(attack.high)}), and it finds ${percentOf(attack.truePositivesAt1)} of the members at 1% false alarms.`
          : `Privacy: the attack tells nothing (AUC ${shown(attack.auc)}, 95%: ${shown(attack.low)} to ${shown(attack.high)}), while it catches a copying generator (${shown(control.auc)}). Other attacks may do better.`,
    ...(excess > 0.005 ? [`${percentOf(copies.synthetic.rows / copies.synthetic.of)} of the invented people equal a training person in every cell; of the hold-out ${percentOf(copies.holdout.rows / copies.holdout.of)} do.`] : []),
  ];
}

/** Targets that real people teach something about. */
const learnable = (utility: readonly Utility[]): Utility[] => utility.filter((u) => Number.isFinite(u.synthetic) && skill(u, u.real) > 0.05);

/** Share of the skill learned from real people (R², 2 AUC - 1) that invented ones teach: mean over the targets that real people teach anything about. */
export const skillKept = (utility: readonly Utility[]): number => average(learnable(utility).map((u) => skill(u, u.synthetic) / skill(u, u.real)));

/** 0 for a guess, 1 for certainty. */
const skill = ({ measure }: Utility, score: number): number => (measure === "r2" ? score : 2 * score - 1);

const against = (difference: number): string =>
  difference >= 0.02
    ? "closer to the training table than new real people are, so they follow its chance as well"
    : difference >= -0.01
      ? "as close to the training table as new real people are"
      : `${shown(-difference)} less close to the training table than new real people are`;
