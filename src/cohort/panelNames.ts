import type { Scale } from "./scale.js";

/** Names of further attributes, made from lists: realistic, distinct and in a fixed order. */
export interface PanelName {
  name: string;
  label: string;
  /** Where they belong to the name and not to the panel. */
  unit?: string;
  scale?: Scale;
}

/** A name in snake case from a label's words. */
const snakeCase = (label: string): string =>
  label
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_|_$/g, "");

const pad = (n: number, width: number): string => String(n).padStart(width, "0");

/** All combinations of one entry of each list, the last list running fastest, as texts joined by `join`. */
function* combinations(lists: readonly (readonly string[])[], join: (parts: string[]) => string): Generator<string> {
  const total = lists.reduce((product, list) => product * list.length, 1);
  for (let i = 0; i < total; i++) {
    let rest = i;
    const parts: string[] = [];
    for (let d = lists.length - 1; d >= 0; d--) {
      parts.unshift(lists[d][rest % lists[d].length]);
      rest = Math.floor(rest / lists[d].length);
    }
    yield join(parts);
  }
}

const range = (from: number, to: number, step = 1): string[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => String(from + i * step));

const named = function* (prefix: string, labels: Iterable<string>): Generator<PanelName> {
  for (const label of labels) yield { name: `${prefix}_${snakeCase(label)}`, label };
};

const lipidClasses = [
  "phosphatidylcholine PC", "lysophosphatidylcholine LPC", "phosphatidylethanolamine PE", "sphingomyelin SM", "ceramide Cer",
  "hexosylceramide HexCer", "diacylglycerol DG", "triacylglycerol TG", "cholesteryl ester CE", "phosphatidylinositol PI",
];

/** Lipid species by class, chain length and double bonds: "Plasma sphingomyelin SM 34:1". */
export const lipidNames = (): Generator<PanelName> =>
  named(
    "lipid",
    combinations([lipidClasses, range(30, 44, 2), range(0, 6)], ([kind, chain, bonds]) => `Plasma ${kind} ${chain}:${bonds}`),
  );

/** Circulating proteins by gene family and number: "Plasma protein CXCL10". */
export function* proteinNames(): Generator<PanelName> {
  const families: readonly [string, number][] = [
    ["IL", 37], ["CXCL", 17], ["CCL", 28], ["TNFRSF", 25], ["FGF", 23], ["MMP", 28], ["SERPINA", 12], ["IGFBP", 7], ["ANGPTL", 8],
    ["CD", 90], ["KLK", 15], ["PCSK", 9], ["CTSL", 6], ["APOL", 6], ["TIMP", 4], ["S100A", 16], ["BMP", 15], ["GDF", 15], ["WNT", 11],
  ];
  for (const [family, count] of families) {
    for (let i = 1; i <= count; i++) yield { name: `protein_${family.toLowerCase()}${i}`, label: `Plasma protein ${family}${i}` };
  }
}

const foods = [
  "Apples", "Bananas", "Berries", "Oranges", "Grapes", "Pears", "Peaches", "Melon", "Tomatoes", "Carrots", "Broccoli", "Spinach",
  "Cabbage", "Onions", "Peppers", "Mushrooms", "Potatoes", "Sweet potatoes", "Beans", "Lentils", "Peas", "Tofu", "Rice", "Pasta",
  "Oats", "Corn", "Eggs", "Chicken", "Turkey", "Beef", "Pork", "Lamb", "Salmon", "Tuna", "White fish", "Shellfish", "Seaweed",
  "Milk", "Yoghurt", "Cheese", "Butter", "Nuts", "Seeds", "Bread", "Pumpkin", "Aubergine", "Courgette", "Cauliflower",
];
const servings = [
  "raw or plain", "boiled or steamed", "fried or roasted", "in soup", "in salad", "ready-made", "at breakfast", "away from home",
];

/** Food-frequency questions: "Salmon, fried or roasted". */
export const foodNames = (): Generator<PanelName> => named("food", combinations([servings, foods], ([how, food]) => `${food}, ${how}`));

const feelings = [
  "felt full of energy", "felt worn out", "felt calm and peaceful", "felt downhearted", "lost my temper", "enjoyed being with people",
  "worried about money", "found it hard to concentrate", "looked forward to the day", "felt lonely", "felt proud of my work",
  "felt under time pressure", "was easily distracted", "made plans and kept them", "tried something new", "felt in control",
  "avoided meeting people", "felt tense", "slept badly because of worries", "helped somebody", "felt bored", "felt grateful",
  "put off unpleasant tasks", "trusted my own judgement", "was satisfied with my body", "felt short of breath", "felt rested",
  "was afraid of falling ill", "felt supported by my family", "laughed heartily",
];
const settings = [
  "at work", "at home", "with friends", "in the morning", "in the evening", "at weekends", "on holiday", "when alone",
  "after exercise", "in winter", "last week", "on most days", "more than a year ago",
];

/** Questionnaire statements: "I felt calm and peaceful at home". */
export const statementNames = (): Generator<PanelName> =>
  named("item", combinations([settings, feelings], ([where, what]) => `I ${what} ${where}`));

const diseases = [
  "coronary heart disease", "ischaemic stroke", "atrial fibrillation", "type 2 diabetes", "type 1 diabetes", "gout", "asthma",
  "chronic obstructive lung disease", "osteoporosis", "rheumatoid arthritis", "breast cancer", "prostate cancer", "colorectal cancer",
  "migraine", "depression", "bipolar disorder", "insomnia", "Alzheimer disease", "Parkinson disease", "glaucoma", "myopia",
  "coeliac disease", "psoriasis", "eczema", "hay fever", "gallstones", "kidney stones", "high body mass index", "tall stature",
  "high LDL cholesterol", "low HDL cholesterol", "high blood pressure", "chronic kidney disease", "fatty liver", "varicose veins",
];

/** Polygenic scores by disease and threshold: "Polygenic score for gout, p < 1e-5". */
export const geneticNames = (): Generator<PanelName> =>
  named(
    "pgs",
    combinations([["5e-8", "1e-5", "1e-3", "0.05"], diseases], ([p, disease]) => `Polygenic score for ${disease}, p < ${p}`),
  );

const days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** Wearable sensor signals: label, unit, centre, spread and resolution. */
const sensors = [
  ["Heart rate", "beats/min", 72, 9, 1],
  ["Skin temperature", "degrees C", 33.2, 0.7, 0.1],
  ["Heart rate variability", "ms", 48, 13, 1],
  ["Breathing rate", "breaths/min", 15.5, 1.8, 0.1],
  ["Sound exposure", "dB(A)", 58, 7, 1],
  ["Walking cadence", "steps/min", 96, 11, 1],
  ["Blood oxygen saturation", "%", 96, 1, 0.1],
  ["Wrist acceleration", "mg", 32, 7, 0.1],
] as const;

/** A signal's weekday and hour averages: "Heart rate, Monday 07 h". */
export function* sensorNames(): Generator<PanelName> {
  for (const [signal, unit, center, spread, resolution] of sensors) {
    for (const day of days) {
      for (let hour = 0; hour < 24; hour++) {
        const label = `${signal}, ${day} ${pad(hour, 2)} h`;
        const scale: Scale = { kind: "linear", center, spread, resolution, min: resolution };
        yield { name: `sensor_${snakeCase(label)}`, label, unit, scale };
      }
    }
  }
}

const periods = ["past week", "past month", "past year", "year before last"];
const symptoms = [
  "Headache", "Back pain", "Neck pain", "Knee pain", "Dizziness", "Nausea", "Heartburn", "Constipation", "Cough", "Sore throat",
  "Wheezing", "Palpitations", "Chest tightness", "Itching", "Rash", "Dry eyes", "Ringing in the ears", "Numb fingers", "Night sweats",
  "Swollen ankles", "Leg cramps", "Shoulder pain", "Hip pain", "Toothache",
];

/** Symptom questions: "Back pain in the past month". */
export const symptomNames = (): Generator<PanelName> =>
  named("symptom", combinations([periods, symptoms], ([when, what]) => `${what} in the ${when}`));

const chemicals = [
  "monoethyl phthalate", "monobutyl phthalate", "monobenzyl phthalate", "bisphenol A", "bisphenol S", "triclosan", "methylparaben",
  "propylparaben", "benzophenone-3", "1-hydroxypyrene", "2-naphthol", "perfluorooctanoate", "perfluorooctane sulfonate", "arsenic",
  "cadmium", "mercury", "nickel", "cobalt", "manganese", "selenium", "thallium", "uranium", "dialkyl phosphate", "3-phenoxybenzoate",
];

/** Environmental exposures by specimen: "Urine cadmium". */
export const exposureNames = (): Generator<PanelName> =>
  named("exposure", combinations([["Urine", "Serum", "Hair", "House dust"], chemicals], ([where, what]) => `${where} ${what}`));

/** Numbered signals of an untargeted measurement: "Urinary metabolite 0132"; without end. */
export function* metaboliteNames(specimen: string): Generator<PanelName> {
  for (let i = 1; ; i++) yield { name: `${snakeCase(specimen)}_metabolite_${pad(i, 4)}`, label: `${specimen} metabolite ${pad(i, 4)}` };
}
