import type { AttributeSpec } from "./attribute.js";
import type { FactorName } from "./factors.js";

type LifestyleSpec = Omit<AttributeSpec, "sources">;

/** A personality statement answered on five levels, from "1" (disagree strongly) to "5" (agree strongly). */
const statement = (trait: FactorName, number: number, text: string, load: number): LifestyleSpec => ({
  name: `${trait}_${number}`, label: `${text} (1 = disagree strongly, 5 = agree strongly)`, type: "ordinal", panel: "personality page",
  loads: { [trait]: load },
  scale: {
    kind: "levels", levels: ["1", "2", "3", "4", "5"],
    shares: load > 0 ? [0.07, 0.17, 0.27, 0.33, 0.16] : [0.17, 0.3, 0.26, 0.19, 0.08],
  },
});

/** What only the lifestyle survey asks, page by page. */
const specs: readonly LifestyleSpec[] = [
  {
    name: "survey_date", label: "Date of the survey", type: "date", panel: "registration",
    scale: { kind: "date", from: "2022-03-01", days: 214 },
  },
  {
    name: "region", label: "Region of residence", type: "categorical", panel: "activity page", loads: { socioeconomic: 0.2 },
    scale: { kind: "levels", levels: ["North", "East", "Centre", "West", "South"], shares: [0.17, 0.2, 0.28, 0.21, 0.14] },
  },
  {
    name: "exercise_minutes", label: "Exercise", unit: "min/week", type: "real", panel: "activity page",
    curve: { a: -0.1 }, loads: { conscientiousness: 0.1, fitness: 0.65 }, effects: { exercise_programme: 0.4 },
    scale: { kind: "log", median: 105, sigma: 0.9, resolution: 5, min: 0, max: 1800, limit: { below: 30, recorded: 0 } },
  },
  {
    name: "sleep_hours", label: "Sleep", unit: "hours/night", type: "positive", panel: "activity page",
    loads: { sleep: 0.9 },
    scale: { kind: "linear", center: 7.1, spread: 1, resolution: 0.25, min: 3, max: 12 },
  },
  {
    name: "fruit_vegetables", label: "Fruit and vegetables", unit: "servings/day", type: "count", panel: "diet page",
    curve: { a: 0.1, w: 0.2 }, loads: { diet: 0.6 },
    scale: { kind: "count", mean: 3.3 },
  },
  {
    name: "coffee", label: "Coffee", unit: "cups/day", type: "count", panel: "diet page",
    curve: { a: 0.1, youth: -0.5 }, loads: { extraversion: 0.1, stress: 0.15 }, effects: { smoking: 0.35 },
    scale: { kind: "count", mean: 2.4, zero: 0.18 },
  },
  {
    name: "diet_type", label: "Kind of diet", type: "categorical", panel: "diet page",
    curve: { a: -0.2, w: 0.35 }, loads: { openness: 0.3, diet: 0.35 },
    scale: { kind: "levels", levels: ["omnivore", "flexitarian", "pescatarian", "vegetarian"], shares: [0.68, 0.18, 0.05, 0.09] },
  },
  statement("openness", 1, "I have an active imagination", 0.72),
  statement("openness", 2, "I have few artistic interests", -0.6),
  statement("conscientiousness", 1, "I do a thorough job", 0.7),
  statement("conscientiousness", 2, "I tend to be lazy", -0.65),
  statement("extraversion", 1, "I am outgoing and sociable", 0.75),
  statement("extraversion", 2, "I am reserved", -0.68),
  statement("agreeableness", 1, "I am generally trusting", 0.6),
  statement("agreeableness", 2, "I tend to find fault with others", -0.58),
  statement("neuroticism", 1, "I get nervous easily", 0.75),
  statement("neuroticism", 2, "I am relaxed and handle stress well", -0.7),
  {
    name: "education", label: "Highest education", type: "ordinal", panel: "work page",
    curve: { a: -0.25, youth: -0.6 }, loads: { socioeconomic: 0.65, openness: 0.15 },
    scale: {
      kind: "levels", levels: ["primary", "lower secondary", "upper secondary", "vocational", "university"],
      shares: [0.06, 0.17, 0.27, 0.22, 0.28],
    },
  },
  {
    name: "occupation", label: "Occupation", type: "categorical", panel: "work page",
    curve: { youth: -2.2, retirement: 3 }, loads: { socioeconomic: 0.6 },
    scale: {
      kind: "levels", levels: ["student", "manual work", "sales or service", "office work", "professional or manager", "retired"],
      shares: [0.03, 0.23, 0.24, 0.22, 0.25, 0.03],
    },
  },
  {
    name: "sick_days", label: "Days off sick in the past year", unit: "days", type: "count", panel: "work page",
    curve: { w: 0.2 }, loads: { stress: 0.3, inflammation: 0.25 }, applies: { when: "age < 68", to: 67 },
    scale: { kind: "count", mean: 7, size: 0.7, zero: 0.3 },
  },
  {
    name: "perceived_stress", label: "Perceived stress score (0 to 40)", unit: "points", type: "real", panel: "wellbeing page",
    curve: { w: 0.15 }, loads: { stress: 0.85 },
    scale: { kind: "linear", center: 15.5, spread: 6.5, resolution: 1, min: 0, max: 40 },
  },
  {
    name: "life_satisfaction", label: "Life satisfaction (0 = lowest, 10 = highest)", type: "ordinal", panel: "wellbeing page",
    loads: { socioeconomic: 0.2, extraversion: 0.15, neuroticism: -0.2, stress: -0.3 },
    bend: { kind: "square", factor: "sleep", weight: -0.25 },
    scale: {
      kind: "levels", levels: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"],
      shares: [0.012, 0.01, 0.025, 0.04, 0.055, 0.1, 0.13, 0.21, 0.24, 0.11, 0.068],
    },
  },
  {
    name: "self_rated_health", label: "Self-rated health", type: "ordinal", panel: "wellbeing page",
    curve: { a: -0.2 }, loads: { fitness: 0.3, stress: -0.2, metabolic: -0.15, vascular: -0.15, inflammation: -0.2 },
    bend: { kind: "square", factor: "sleep", weight: -0.3 },
    scale: { kind: "levels", levels: ["poor", "fair", "good", "very good", "excellent"], shares: [0.04, 0.15, 0.36, 0.31, 0.14] },
  },
  {
    name: "doctor_visits", label: "Doctor visits in the past year", unit: "visits", type: "count", panel: "wellbeing page",
    curve: { a: 0.3, w: 0.2 }, loads: { neuroticism: 0.15, vascular: 0.2, inflammation: 0.25 },
    scale: { kind: "count", mean: 3.4, size: 1.1 },
  },
];

export const lifestyleAttributes: readonly AttributeSpec[] = specs.map((spec) => ({ ...spec, sources: ["lifestyle"] }));
