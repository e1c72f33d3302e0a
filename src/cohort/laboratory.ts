import type { AttributeSpec } from "./attribute.js";

type LaboratorySpec = Omit<AttributeSpec, "sources">;

/** What only the laboratory study measures, besides the check-up core. */
const specs: readonly LaboratorySpec[] = [
  {
    name: "crp", label: "C-reactive protein, high sensitivity", unit: "mg/L", type: "positive", panel: "inflammation",
    curve: { a: 0.1, w: 0.15 }, loads: { inflammation: 0.75 }, bend: { kind: "square", factor: "sleep", weight: 0.2 },
    scale: { kind: "log", median: 1.1, sigma: 1, resolution: 0.1, max: 200, limit: { below: 0.3, recorded: 0.2 } },
  },
  {
    name: "fibrinogen", label: "Fibrinogen", unit: "mg/dL", type: "positive", panel: "inflammation",
    curve: { a: 0.25, w: 0.2 }, loads: { inflammation: 0.55 }, effects: { smoking: 0.2 },
    scale: { kind: "linear", center: 300, spread: 58, resolution: 1, min: 80, max: 800 },
  },
  {
    name: "white_cells", label: "White blood cells", unit: "10^9/L", type: "positive", panel: "inflammation",
    curve: { a: -0.05 }, loads: { inflammation: 0.45 }, effects: { smoking: 0.4 },
    scale: { kind: "log", median: 6.1, sigma: 0.24, resolution: 0.1, min: 1.5, max: 30 },
  },
  {
    name: "ferritin", label: "Ferritin", unit: "ug/L", type: "positive", panel: "vitamins and iron",
    curve: { one: -0.1, a: 0.1, w: -0.95, menopause: 0.7 }, loads: { adiposity: 0.1, inflammation: 0.25 },
    scale: { kind: "log", median: 92, sigma: 0.75, resolution: 1, min: 3, max: 2000 },
  },
  {
    name: "vitamin_d", label: "25-hydroxyvitamin D", unit: "ng/mL", type: "positive", panel: "vitamins and iron",
    loads: { diet: 0.25, adiposity: -0.2 }, bend: { kind: "season", peak: 227, weight: 0.65 },
    scale: { kind: "log", median: 24, sigma: 0.36, resolution: 0.1, max: 120, limit: { below: 8, recorded: 5.7 } },
  },
  {
    name: "vitamin_b12", label: "Vitamin B12", unit: "pg/mL", type: "positive", panel: "vitamins and iron",
    curve: { a: -0.05 }, loads: { diet: 0.3 },
    scale: { kind: "log", median: 430, sigma: 0.35, resolution: 1, min: 80, max: 2000 },
  },
  {
    name: "homocysteine", label: "Homocysteine", unit: "umol/L", type: "positive", panel: "vitamins and iron",
    curve: { a: 0.35, w: -0.5 }, loads: { diet: -0.25 }, effects: { smoking: 0.2 },
    scale: { kind: "log", median: 10.2, sigma: 0.26, resolution: 0.1, min: 3, max: 80 },
  },
  {
    name: "tsh", label: "Thyroid-stimulating hormone", unit: "mIU/L", type: "positive", panel: "hormones",
    curve: { a: 0.1, w: 0.1 },
    scale: { kind: "log", median: 1.7, sigma: 0.52, resolution: 0.01, min: 0.01, max: 40 },
  },
  {
    name: "testosterone", label: "Testosterone, total", unit: "ng/dL", type: "positive", panel: "hormones",
    curve: { a: -0.25, w: -7.2, aw: 0.1 }, loads: { adiposity: -0.1 },
    bend: { kind: "by-sex", factor: "adiposity", weight: 0.3 },
    scale: { kind: "log", median: 108, sigma: 0.4, resolution: 1, max: 1600, limit: { below: 5, recorded: 4 } },
  },
  {
    name: "estradiol", label: "Estradiol", unit: "pg/mL", type: "positive", panel: "hormones",
    curve: { w: 1.9, menopause: -3.6 }, loads: { adiposity: 0.15 },
    scale: { kind: "log", median: 48, sigma: 0.62, resolution: 0.1, max: 900, limit: { below: 5, recorded: 3.5 } },
  },
  {
    name: "cortisol", label: "Morning cortisol", unit: "ug/dL", type: "positive", panel: "hormones",
    curve: { a: 0.05 }, loads: { stress: 0.65 }, effects: { smoking: 0.15 },
    scale: { kind: "linear", center: 13.4, spread: 4, resolution: 0.1, min: 1, max: 45 },
  },
  {
    name: "insulin", label: "Fasting insulin", unit: "uU/mL", type: "positive", panel: "hormones",
    loads: { adiposity: 0.15, metabolic: 0.65 },
    scale: { kind: "log", median: 8, sigma: 0.58, resolution: 0.1, max: 200, limit: { below: 2, recorded: 1.4 } },
  },
  {
    name: "leptin", label: "Leptin", unit: "ng/mL", type: "positive", panel: "hormones",
    curve: { w: 1.6 }, loads: { adiposity: 0.75 }, bend: { kind: "by-sex", factor: "adiposity", weight: 0.4 },
    scale: { kind: "log", median: 10, sigma: 0.65, resolution: 0.1, max: 250 },
  },
  {
    name: "adiponectin", label: "Adiponectin", unit: "ug/mL", type: "positive", panel: "hormones",
    curve: { a: 0.2, w: 0.6 }, loads: { metabolic: -0.45 },
    scale: { kind: "log", median: 8.4, sigma: 0.5, resolution: 0.1, max: 60 },
  },
  {
    name: "nt_probnp", label: "N-terminal pro-BNP", unit: "pg/mL", type: "positive", panel: "heart and kidney",
    curve: { a: 0.6, w: 0.3 }, loads: { vascular: 0.5 }, applies: { when: "age >= 60", from: 60 },
    scale: { kind: "log", median: 50, sigma: 0.85, resolution: 1, max: 20000, limit: { below: 15, recorded: 11 } },
  },
  {
    name: "urine_albumin", label: "Urinary albumin", unit: "mg/L", type: "real", panel: "heart and kidney",
    curve: { a: 0.15 }, loads: { metabolic: 0.3, vascular: 0.35 },
    scale: { kind: "log", median: 6.5, sigma: 1, resolution: 0.1, min: 0, max: 3000, limit: { below: 3, recorded: 0 } },
  },
  {
    name: "blood_lead", label: "Blood lead", unit: "ug/dL", type: "positive", panel: "toxicology",
    curve: { a: 0.4, w: -0.4 }, loads: { socioeconomic: -0.3 }, effects: { smoking: 0.4 },
    scale: { kind: "log", median: 1.1, sigma: 0.55, resolution: 0.01, max: 40, limit: { below: 0.4, recorded: 0.28 } },
  },
  {
    name: "cotinine", label: "Serum cotinine", unit: "ng/mL", type: "positive", panel: "toxicology",
    curve: { w: -0.2 }, loads: { socioeconomic: -0.35 }, effects: { smoking: 8 },
    scale: { kind: "log", median: 0.05, sigma: 1, resolution: 0.001, max: 900, limit: { below: 0.015, recorded: 0.011 } },
  },
  {
    name: "pregnancies", label: "Number of pregnancies", type: "count", panel: "medical history",
    curve: { a: 0.1, family: -1.7 }, loads: { socioeconomic: -0.15 }, applies: { when: "sex = 'F'", female: 1 },
    scale: { kind: "count", mean: 2.1 },
  },
  {
    name: "blood_group", label: "Blood group (ABO)", type: "categorical", panel: "medical history",
    scale: { kind: "levels", levels: ["O", "A", "B", "AB"], shares: [0.44, 0.4, 0.11, 0.05] },
  },
];

export const laboratoryAttributes: readonly AttributeSpec[] = specs.map((spec) => ({ ...spec, sources: ["laboratory"] }));
