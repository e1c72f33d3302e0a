export * from "./attention.js";
export * from "./elementwise.js";
export * from "./gather.js";
export * from "./matmul.js";
export * from "./normalise.js";
export * from "./reduce.js";
export * from "./shape.js";
