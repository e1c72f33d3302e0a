export { brierScore, categorical, modeOf } from "./categorical.js";
export type { Distribution } from "./distribution.js";
export { studentCdf, studentQuantile } from "./student.js";
export { gammaQ } from "./gamma.js";
export * from "./grid.js";
export { randomisedPit } from "./pit.js";
export { normalCdf, normalCdfFast, normalMass, normalPdf, normalQuantile } from "../../base/normal.js";
