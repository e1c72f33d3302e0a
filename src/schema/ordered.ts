/**
 * Recognises levels that have an order of their own: answer scales ("never, sometimes, always"), ranges ("0-9, 10-19, 20+"),
 * ranks ("1st, 2nd") and Roman stages. Words are looked up in a table, so an unknown scale stays categorical.
 */

/** Answer scales, lowest first. Words of one rank stand together, separated by "|"; a column may use any three ranks. */
const scales: readonly (readonly string[])[] = [
  [
    "never|not at all|none of the time|at no time",
    "almost never|hardly ever|very rarely|once",
    "rarely|seldom|a little of the time",
    "occasionally|once in a while",
    "sometimes|some of the time",
    "often|frequently|a good bit of the time",
    "usually|most of the time|very often",
    "almost always|nearly always",
    "always|all of the time|all the time",
  ],
  ["never", "yearly|annually", "monthly", "weekly", "daily|every day"],
  ["not at all|never", "rarely", "some days|on some days", "most days|on most days", "every day"],
  [
    "none|not at all",
    "several|several days",
    "most|more than half the days|more than half of the days",
    "nearly every day|almost every day",
  ],
  [
    "none|not at all|no",
    "slightly|a little|a little bit|somewhat|a few",
    "some|moderately",
    "quite a bit|quite|a lot|much|many",
    "very|very much|extremely|all",
  ],
  ["none|absent|normal|no", "trace|very mild|minimal|slight", "mild", "moderate", "severe|marked", "very severe|extreme"],
  [
    "lowest|extremely low",
    "very low",
    "low",
    "medium|moderate|middle|average|normal|intermediate|mid",
    "high",
    "very high",
    "highest|extremely high",
  ],
  ["very small|xs", "small|s", "medium|m", "large|l", "very large|xl", "xxl"],
  [
    "very poor|very bad|terrible",
    "poor|bad",
    "fair|average|neither good nor bad|acceptable|so so|neutral",
    "good",
    "very good|vgood|v good",
    "excellent|outstanding",
  ],
  [
    "strongly disagree|completely disagree|totally disagree",
    "disagree|mostly disagree",
    "somewhat disagree|slightly disagree|rather disagree",
    "neutral|neither agree nor disagree|neither|undecided|not sure",
    "somewhat agree|slightly agree|rather agree",
    "agree|mostly agree",
    "strongly agree|completely agree|totally agree",
  ],
  [
    "very dissatisfied|very unsatisfied",
    "dissatisfied|unsatisfied|somewhat dissatisfied",
    "neutral|neither satisfied nor dissatisfied|neither",
    "satisfied|somewhat satisfied",
    "very satisfied",
  ],
  ["very unlikely", "unlikely", "neutral|possible", "likely", "very likely"],
  ["very unhappy", "unhappy", "neutral", "happy|pretty happy", "very happy"],
  ["much worse", "worse|somewhat worse", "same|about the same|no change|unchanged", "better|somewhat better", "much better"],
  [
    "underweight",
    "normal weight|norm weight|normal|healthy weight|healthy",
    "overweight",
    "obese|obesity",
    "severely obese|morbidly obese",
  ],
  [
    "none|no schooling",
    "8th grade|less than 9th grade|primary|primary school|elementary|elementary school",
    "9 11th grade|some high school|lower secondary",
    "high school|secondary|secondary school|high school grad|upper secondary",
    "some college",
    "college grad|college|tertiary|bachelor|bachelors|bachelors degree",
    "master|masters|masters degree",
    "doctorate|phd|doctorate degree",
  ],
  ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"],
  ["stage i", "stage ii", "stage iii", "stage iv"],
  ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"],
];

const rankOf: readonly ReadonlyMap<string, number>[] = scales.map(
  (scale) => new Map(scale.flatMap((words, rank) => words.split("|").map((word) => [squeeze(word), rank] as const))),
);

/** Words that may stand before a number that ranks: "stage 2" is ordered, "type 2" and "site 2" are not. */
const rankingPrefixes = new Set([
  "",
  "stage",
  "grade",
  "level",
  "score",
  "wave",
  "visit",
  "year",
  "age",
  "quintile",
  "quartile",
  "q",
  "tertile",
  "decile",
  "week",
  "month",
  "day",
  "class",
  "step",
]);

const below = /^(<=|<|≤|less than|under|below|up to|fewer than|at most)\s*/;
const aboveBefore = /^(>=|>|≥|more than|more|over|above|at least)\s*/;
const aboveAfter = /\s*(\+|plus|and over|and above|and older|and more|or more|or over|or above|or older)$/;

/** The levels in the order that their words or numbers give them, or null if not every level shows a place of its own. */
export function orderLevels(levels: readonly string[]): string[] | null {
  if (levels.length < 3) return null;
  for (const ranks of rankOf) {
    const ordered = orderBy(levels, (level) => {
      const rank = ranks.get(squeeze(level));
      return rank === undefined ? null : [rank, rank];
    });
    if (ordered) return ordered;
  }
  const ranges = levels.map(readRange);
  if (ranges.some((range) => range === null) || new Set(ranges.map((range) => range!.skeleton)).size > 1) return null;
  return orderBy(levels, (_, i) => ranges[i]!.bounds);
}

function orderBy(levels: readonly string[], key: (level: string, i: number) => [number, number] | null): string[] | null {
  const keyed = levels.map((level, i) => ({ level, key: key(level, i) }));
  if (keyed.some((entry) => entry.key === null)) return null;
  if (new Set(keyed.map((entry) => entry.key!.join())).size < levels.length) return null;
  const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);
  return keyed.sort((a, b) => compare(a.key![0], b.key![0]) || compare(a.key![1], b.key![1])).map((entry) => entry.level);
}

interface RangeLevel {
  /** Lowest and highest number of the level; infinite where it is open. */
  bounds: [number, number];
  /** The words around the numbers; all levels of a scale share them. */
  skeleton: string;
}

/** Reads "10-19", "0_to_1_hr", "18+", "< 5", "30.0_plus", "more 99999", "$5,000 to $9,999", "2nd" or "stage 3". */
function readRange(level: string): RangeLevel | null {
  let text = level
    .toLowerCase()
    .replaceAll("_", " ")
    .replace(/(\d),(?=\d{3}\b)/g, "$1")
    .replace(/[$€£¥%]/g, "")
    .trim();
  const isBelow = below.test(text);
  text = text.replace(below, "");
  const isAbove = aboveBefore.test(text) || aboveAfter.test(text);
  text = text.replace(aboveBefore, "").replace(aboveAfter, "");
  const match =
    /^([^\d]*?)\s*(\d+(?:\.\d+)?)(?:\s*(?:-|–|—|to|and)\s*(\d+(?:\.\d+)?)|\s+(\d+(?:\.\d+)?))?(?:st|nd|rd|th)?\s*([^\d]*)$/.exec(
      text,
    );
  if (!match) return null;
  const [, prefix, first, second, third, suffix] = match;
  if (!rankingPrefixes.has(prefix.replace(/[^a-z]/g, ""))) return null;
  const low = Number(first);
  const high = Number(second ?? third ?? first);
  // An open level lies beside the closed one that begins or ends at the same number: "4" before "more than 4", "<5" before "5".
  const bounds: [number, number] = isBelow ? [-Infinity, low] : isAbove ? [low, Infinity] : [low, high];
  const unit = suffix
    .replace(aboveAfter, "")
    .replace(/[^a-z]/g, "")
    .replace(/s$/, "");
  return { bounds, skeleton: `${prefix.trim()}#${unit}` };
}

/** Lower case letters and digits only, so that "Very good", "very_good" and "VeryGood" are one word. */
function squeeze(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, "");
}
