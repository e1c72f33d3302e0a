import { examination, type AttributeSpec } from "./attribute.js";
import type { SourceName } from "./population.js";

const all: readonly SourceName[] = ["checkup", "laboratory", "lifestyle"];
const clinic: readonly SourceName[] = ["checkup", "laboratory"];
const checkup: readonly SourceName[] = ["checkup"];

/** Height and body mass index on the log scale; weight follows from both, so that BMI = weight / height^2 exactly. */
const height = { median: 167.5, sigma: 0.039, curve: { a: -0.12, w: -1.95 } };
const bmi = { median: 25.3, sigma: 0.155 };
const weightSigma = Math.hypot(2 * height.sigma, bmi.sigma);

/** The check-up: what every source shares, then examination, blood and interview. */
export const checkupAttributes: readonly AttributeSpec[] = [
  {
    name: "age", label: "Age", unit: "years", type: "real", sources: all, panel: "registration",
    scale: { kind: "person", field: "age" },
  },
  { name: "sex", label: "Sex", type: "binary", sources: all, panel: "registration", scale: { kind: "person", field: "sex" } },
  {
    name: "exam_date", label: "Date of examination", type: "date", sources: clinic, panel: "registration",
    loads: { calendar: 1 }, exact: true, scale: examination,
  },
  {
    name: "deprivation", label: "Area deprivation score", unit: "points", type: "real", sources: all, panel: "registration",
    loads: { socioeconomic: -1 }, exact: true,
    scale: { kind: "uniform", from: 0, to: 100, resolution: 0.1, min: 0, max: 100 },
  },
  {
    name: "height", label: "Height", unit: "cm", type: "positive", sources: all, panel: "body", curve: height.curve,
    loads: { stature: 1 }, exact: true,
    scale: { kind: "log", median: height.median, sigma: height.sigma, resolution: 0.1, min: 120, max: 215 },
  },
  {
    name: "weight", label: "Weight", unit: "kg", type: "positive", sources: all, panel: "body",
    curve: { a: (2 * height.sigma * height.curve.a) / weightSigma, w: (2 * height.sigma * height.curve.w) / weightSigma },
    loads: { stature: (2 * height.sigma) / weightSigma, adiposity: bmi.sigma / weightSigma }, exact: true,
    scale: {
      kind: "log", median: bmi.median * (height.median / 100) ** 2, sigma: weightSigma, resolution: 0.1, min: 30, max: 220,
    },
  },
  {
    name: "bmi", label: "Body mass index", unit: "kg/m2", type: "positive", sources: clinic, panel: "body",
    loads: { adiposity: 1 }, exact: true,
    scale: { kind: "log", median: bmi.median, sigma: bmi.sigma, resolution: 0.1 },
  },
  {
    name: "waist", label: "Waist circumference", unit: "cm", type: "positive", sources: checkup, panel: "body",
    curve: { a: 0.15, w: -0.6 }, loads: { stature: 0.12, adiposity: 0.85, metabolic: 0.1 },
    scale: { kind: "linear", center: 89, spread: 11, resolution: 0.5, min: 50, max: 170 },
  },
  {
    name: "systolic", label: "Systolic blood pressure", unit: "mmHg", type: "positive", sources: clinic, panel: "pressure",
    curve: { a: 0.5, w: -0.2, aw: 0.15 }, loads: { adiposity: 0.15, vascular: 0.6 },
    effects: { smoking: 0.15, exercise_programme: { shift: -0.2, perA: -0.08 } },
    scale: { kind: "linear", center: 125, spread: 13.5, resolution: 1, min: 70, max: 240 },
  },
  {
    name: "diastolic", label: "Diastolic blood pressure", unit: "mmHg", type: "positive", sources: clinic, panel: "pressure",
    curve: { one: 0.15, a: 0.05, a2: -0.15, w: -0.3 }, loads: { adiposity: 0.15, vascular: 0.65 },
    effects: { smoking: 0.1, exercise_programme: -0.15 },
    scale: { kind: "linear", center: 77, spread: 9, resolution: 1, min: 35, max: 140 },
  },
  {
    name: "heart_rate", label: "Resting heart rate", unit: "beats/min", type: "positive", sources: checkup, panel: "pressure",
    curve: { w: 0.2 }, loads: { stress: 0.15, fitness: -0.45 }, effects: { smoking: 0.2 },
    scale: { kind: "linear", center: 69, spread: 9, resolution: 1, min: 36, max: 140 },
  },
  {
    name: "glucose", label: "Fasting glucose", unit: "mg/dL", type: "positive", sources: clinic, panel: "blood",
    curve: { a: 0.25, w: -0.15 }, loads: { metabolic: 0.55 },
    bend: { kind: "above", factor: "metabolic", from: 0.8, weight: 0.9 },
    scale: { kind: "log", median: 93, sigma: 0.1, resolution: 1, min: 50, max: 400 },
  },
  {
    name: "hba1c", label: "Glycated haemoglobin (HbA1c)", unit: "%", type: "positive", sources: clinic, panel: "blood",
    curve: { a: 0.25 }, loads: { metabolic: 0.55 },
    bend: { kind: "above", factor: "metabolic", from: 0.8, weight: 1 },
    scale: { kind: "log", median: 5.4, sigma: 0.058, resolution: 0.1, min: 3.5, max: 15 },
  },
  {
    name: "total_cholesterol", label: "Total cholesterol", unit: "mg/dL", type: "positive", sources: clinic, panel: "blood",
    curve: { one: 0.05, a: 0.3, a2: -0.1, menopause: 0.5 }, loads: { metabolic: 0.1, cholesterol: 0.85 },
    effects: { lipid_drug: -0.95 },
    scale: { kind: "linear", center: 198, spread: 34, resolution: 1, min: 70, max: 420 },
  },
  {
    name: "ldl_cholesterol", label: "LDL cholesterol", unit: "mg/dL", type: "positive", sources: clinic, panel: "blood",
    curve: { one: 0.05, a: 0.3, a2: -0.1, menopause: 0.5 }, loads: { cholesterol: 0.9 },
    effects: { lipid_drug: -1.1 },
    scale: { kind: "linear", center: 119, spread: 30, resolution: 1, min: 15, max: 330 },
  },
  {
    name: "hdl_cholesterol", label: "HDL cholesterol", unit: "mg/dL", type: "positive", sources: clinic, panel: "blood",
    curve: { a: 0.05, w: 0.9, aw: -0.45 }, loads: { fitness: 0.2, adiposity: -0.1, metabolic: -0.4 },
    effects: { smoking: -0.35 },
    scale: { kind: "linear", center: 55, spread: 12, resolution: 1, min: 15, max: 130 },
  },
  {
    name: "triglycerides", label: "Triglycerides", unit: "mg/dL", type: "positive", sources: clinic, panel: "blood",
    curve: { one: 0.1, a: 0.1, a2: -0.12, w: -0.35, aw: 0.25 }, loads: { adiposity: 0.1, metabolic: 0.55, cholesterol: 0.15 },
    effects: { smoking: 0.2 },
    scale: { kind: "log", median: 102, sigma: 0.42, resolution: 1, min: 20, max: 1500 },
  },
  {
    name: "alt", label: "Alanine aminotransferase (ALT)", unit: "U/L", type: "positive", sources: checkup, panel: "blood",
    curve: { one: 0.1, a: -0.1, a2: -0.1, w: -0.6 }, loads: { adiposity: 0.15, metabolic: 0.4 },
    scale: { kind: "log", median: 21, sigma: 0.42, resolution: 1, min: 4, max: 600 },
  },
  {
    name: "creatinine", label: "Serum creatinine", unit: "mg/dL", type: "positive", sources: clinic, panel: "blood",
    curve: { a: 0.15, a2: 0.05, w: -1.45 }, loads: { stature: 0.15, adiposity: 0.1 },
    scale: { kind: "log", median: 0.84, sigma: 0.16, resolution: 0.01, min: 0.3, max: 6 },
  },
  {
    name: "haemoglobin", label: "Haemoglobin", unit: "g/dL", type: "positive", sources: clinic, panel: "blood",
    curve: { one: -0.1, a: -0.15, w: -1.5, menopause: 0.4 }, loads: { socioeconomic: 0.1, adiposity: 0.1 },
    effects: { smoking: 0.2 },
    scale: { kind: "linear", center: 14.3, spread: 1, resolution: 0.1, min: 6, max: 20 },
  },
  {
    name: "urine_protein", label: "Urine protein, dipstick", type: "ordinal", sources: checkup, panel: "urine",
    curve: { a: 0.15 }, loads: { metabolic: 0.25, vascular: 0.3 },
    scale: { kind: "levels", levels: ["negative", "trace", "1+", "2+", "3+"], shares: [0.86, 0.07, 0.045, 0.018, 0.007] },
  },
  {
    name: "smoking", label: "Smoking status", type: "ordinal", sources: all, panel: "interview",
    curve: { a: -0.5, w: -0.4 }, loads: { socioeconomic: -0.4 },
    scale: { kind: "levels", levels: ["never", "former", "current"], shares: [0.5, 0.27, 0.23] },
  },
  {
    name: "exercise_programme", label: "Takes part in an exercise programme", type: "binary", sources: all, panel: "interview",
    curve: { a: 0.5, w: 0.1 }, loads: { socioeconomic: 0.35 },
    scale: { kind: "levels", levels: ["no", "yes"], shares: [0.78, 0.22] },
  },
  {
    name: "lipid_drug", label: "Takes a lipid-lowering drug", type: "binary", sources: clinic, panel: "interview",
    curve: { a: 0.85, w: -0.1 }, loads: { socioeconomic: -0.1 },
    scale: { kind: "levels", levels: ["no", "yes"], shares: [0.89, 0.11] },
  },
  {
    name: "medication", label: "Takes any medicine regularly", type: "binary", sources: checkup, panel: "interview",
    curve: { a: 0.7, w: 0.1 }, loads: { metabolic: 0.2, vascular: 0.3, inflammation: 0.15 },
    scale: { kind: "levels", levels: ["no", "yes"], shares: [0.58, 0.42] },
  },
  {
    name: "alcohol", label: "Alcohol intake", unit: "g/week", type: "real", sources: checkup, panel: "interview",
    curve: { a: -0.1, w: -0.5 }, loads: { socioeconomic: 0.1, extraversion: 0.2, stress: 0.1 },
    scale: { kind: "log", median: 38, sigma: 1.3, resolution: 1, min: 0, max: 1500, limit: { below: 12, recorded: 0 } },
  },
];
