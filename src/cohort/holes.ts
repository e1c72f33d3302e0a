import { createRng } from "../base/random.js";
import type { CohortModel, ModelAttribute } from "./model.js";
import type { Person } from "./person.js";
import { sourceNames, type SourceName } from "./population.js";

/**
 * How cells go missing in a source. Every chance moves on the logit scale with
 *   slopes.a * (age - 50) / 15 + slopes.male * male + slopes.deprived * d,   d = deprivation factor (= -socioeconomic),
 * all of them always observed, so holes are missing at random given registration; `anywhere` is completely at random.
 */
export interface HoleRules {
  /** Chance that any single cell is lost, whoever the person is. */
  anywhere: number;
  /** Chance that a single cell is not measured or answered; like those below that of a woman of 50 with d = 0. */
  cell: number;
  /** Chance that a whole panel is missing; other panels of the source have `otherPanels`. */
  panels: Readonly<Record<string, number>>;
  otherPanels: number;
  /** Chance per survey page of giving up: that page and all later ones of `pages` are missing. */
  pages: readonly string[];
  giveUp: number;
  slopes: { a: number; male: number; deprived: number };
}

export const holeRules: Record<SourceName, HoleRules> = {
  checkup: {
    anywhere: 0.02, cell: 0.03,
    panels: { body: 0.03, pressure: 0.03, blood: 0.15, urine: 0.12, interview: 0.1 }, otherPanels: 0.1,
    pages: [], giveUp: 0,
    slopes: { a: -0.2, male: 0.2, deprived: 0.4 },
  },
  laboratory: {
    anywhere: 0.03, cell: 0.03,
    panels: {
      body: 0.03, pressure: 0.04, blood: 0.04, interview: 0.08, inflammation: 0.1, "vitamins and iron": 0.15, hormones: 0.15,
      "heart and kidney": 0.12, toxicology: 0.35, "medical history": 0.08,
    },
    otherPanels: 0.1,
    pages: [], giveUp: 0,
    slopes: { a: 0.15, male: 0.1, deprived: 0.3 },
  },
  lifestyle: {
    anywhere: 0.02, cell: 0.03,
    panels: {
      body: 0.08, interview: 0.04, "activity page": 0.04, "diet page": 0.05, "personality page": 0.05, "work page": 0.05,
      "wellbeing page": 0.04,
    },
    otherPanels: 0.1,
    pages: ["diet page", "personality page", "work page", "wellbeing page"], giveUp: 0.04,
    slopes: { a: -0.2, male: 0.3, deprived: 0.4 },
  },
};

/** The panel that is never missing. */
const registration = "registration";
const stream = 0x601e5;

/** The chance whose logit is shifted by `shift`. */
const shifted = (chance: number, shift: number): number => {
  const odds = (chance / (1 - chance)) * Math.exp(shift);
  return odds / (1 + odds);
};

/**
 * Empties cells of one row in place. `texts` runs parallel to `attributes` (a source's columns without the key); BMI is
 * missing exactly when height or weight is. Random numbers depend on seed, person and source only.
 */
export function punchHoles(
  texts: string[],
  attributes: readonly ModelAttribute[],
  source: SourceName,
  person: Person,
  seed: number,
  personIndex: number,
): void {
  const rng = createRng(seed, personIndex, stream, sourceNames.indexOf(source));
  const { anywhere, cell, panels, otherPanels, pages, giveUp, slopes } = holeRules[source];
  const deprived = -person.factors[0];
  const shift = (slopes.a * (person.age - 50)) / 15 + slopes.male * (1 - person.female) + slopes.deprived * deprived;
  const quit = pages.findIndex(() => rng.uniform() < shifted(giveUp, shift));
  const cellChance = 1 - (1 - anywhere) * (1 - shifted(cell, shift));
  const panelMissing = new Map<string, boolean>([[registration, false]]);
  let bodyIncomplete = false;
  attributes.forEach(({ name, panel }, i) => {
    let gone = panelMissing.get(panel);
    if (gone === undefined) {
      const page = pages.indexOf(panel);
      gone = rng.uniform() < shifted(panels[panel] ?? otherPanels, shift) || (quit >= 0 && page >= quit);
      panelMissing.set(panel, gone);
    }
    if (panel === registration) return;
    const lost = rng.uniform() < cellChance || gone;
    if (name === "bmi" ? bodyIncomplete : lost) texts[i] = "";
    if (lost && (name === "height" || name === "weight")) bodyIncomplete = true;
  });
}

/** Attributes of a source in column order. */
export const sourceAttributes = (model: CohortModel, source: SourceName): ModelAttribute[] =>
  model.attributes.filter(({ sources }) => sources.includes(source));
