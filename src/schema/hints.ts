/** What a column's name or an isolated number hints at. Hints make suggestions, and tell ids from measurements. */
import type { ColumnProfile } from "./profile.js";
import { parseNumber } from "./values.js";

const wordSet = (words: string): ReadonlySet<string> => new Set(words.split(" "));

const idWords = wordSet(
  "id ids seqn pid sid mrn uuid guid subjectid patientid personid participantid respondentid recordid studyid " +
    "caseid rowid userid idno idnr rownames",
);
const idLastWords = wordSet("subject patient person participant respondent record case row index key identifier");
const nominalWords = wordSet(
  "race race1 race3 ethnicity ethnic region type code status marital country nationality state province county " +
    "city zip zipcode postcode birthplace birthcountry religion language site center centre hospital clinic ward " +
    "occupation job industry colour color group cluster stratum strata psu category",
);

/** The words of a name in lower case: "SurveyYr" and "survey_yr" are both survey, yr. */
export function nameWords(name: string): string[] {
  const spaced = name.replace(/([a-z])([A-Z])/g, "$1 $2").replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2");
  return spaced
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}

/** A name such as ID, patient_id, SEQN or Respondent. */
export function namesId(name: string): boolean {
  const words = nameWords(name);
  return words.some((word) => idWords.has(word)) || idLastWords.has(words.at(-1) ?? "") || idWords.has(words.join(""));
}

/** A name whose codes usually have no order, such as race, region or marital status. */
export const namesNominal = (name: string): boolean => {
  const words = nameWords(name);
  return words.some((word) => nominalWords.has(word)) && !words.includes("education");
};

/** A name of survey weights, such as WTMEC2YR, weight_svy, sampling weight, LLCPWT or fnlwgt; not of body weights. */
export function namesSurveyWeight(name: string): boolean {
  const words = nameWords(name);
  const joined = words.join("");
  if (
    /^wt(int|mec|saf|dr|sa|sb|sc|ph|sog|sv|ffp|sdfa)[a-z0-9]*$/.test(joined) ||
    /^(x?llcpwt2?|fnlwgt|pweight|pwgt|finalweight|finalwt)$/.test(joined)
  ) {
    return true;
  }
  const isWeight = words.some((word) => /^(weights?|wgts?|wts?)$/.test(word));
  return (
    isWeight &&
    words.some((word) =>
      /^(svy|survey|sampling|sample|design|probability|post|stratification|interview|mec|expansion)$/.test(word),
    )
  );
}

const silentTexts = new Set(
  (
    "refused|refusal|refuse|declined|prefer not to say|prefer not to answer|no answer|no response|no data|not answered|not stated|" +
    "don't know|don’t know|dont know|do not know|dk|rf|unknown|unk|not known|not sure|not reported|not available|not ascertained|" +
    "not applicable|n.a.|n.a|na|missing|undetermined|unspecified|" +
    "k.a.|k. a.|keine angabe|weiß nicht|unbekannt|inconnu|desconocido|不明|不詳|無回答|未回答|欠測|未測定|" +
    "#value!|#ref!|#div/0!|#num!|#name?|#null!"
  ).split("|"),
);

/** Texts that say that there is no answer, in words ("Refused", "不明"), signs ("?", "--") or a spreadsheet's errors ("#VALUE!"). */
export const saysNothing = (text: string): boolean => silentTexts.has(text.trim().toLowerCase()) || /^[?？*＊\-‐–—―－]+$/.test(text.trim());

/** Suspected missing codes, and the range of the numbers that remain without them. */
export interface IsolatedCodes {
  readonly texts: readonly string[];
  readonly min: number;
  readonly max: number;
}

/**
 * The texts of a column's numbers that are customary missing codes (7, 9, 77, 99, ..., -1, -9, ...) and stand apart from
 * its other numbers. Two-digit and longer codes must lie further off than 5 mean gaps and 15% of the range of the rest;
 * on scales of few whole numbers 7 and 9 must come together or 3 or more above the rest; negative codes count below numbers
 * that are all >= 0.
 */
export function isolatedCodes(profile: ColumnProfile, distinctNumbers: number): IsolatedCodes {
  const { texts, restMin, restMax } = profile.codes;
  if (texts.length === 0 || restMin > restMax) return { texts: [], min: profile.numbers.min, max: profile.numbers.max };
  const codes = texts.map((text) => ({ text, value: parseNumber(text)! })).sort((a, b) => a.value - b.value);
  const has = (value: number): boolean => codes.some((code) => code.value === value);
  const meanGap = (restMax - restMin) / Math.max(1, distinctNumbers - codes.length - 1);
  const isScale = distinctNumbers <= 12 && profile.numbers.decimals === 0 && restMin >= 0;
  const isFar = (distance: number): boolean => distance > Math.max(1, 5 * meanGap, 0.15 * (restMax - restMin));
  const found: string[] = [];

  let top = restMax;
  for (const { text, value } of codes.filter((code) => code.value > restMax)) {
    const isPair = has(7) && has(9) && top <= 5;
    const apart = found.length > 0 || (value < 10 ? isScale && (isPair || value - top >= 3) : isFar(value - top));
    if (apart) found.push(text);
    else top = value;
  }
  let bottom = restMin;
  for (const { text, value } of codes.filter((code) => code.value < restMin).reverse()) {
    if (restMin >= 0 ? value < 0 : value <= -77 && isFar(bottom - value)) found.push(text);
    else bottom = value;
  }
  return { texts: found, min: bottom, max: top };
}
