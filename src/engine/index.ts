export * from "./adamw.js";
export * from "./dim.js";
export * from "./grad.js";
export * from "./graph.js";
export * from "./lookup.js";
export * from "./onnx.js";
export * from "./params.js";
export * from "./session.js";
export * as ops from "./ops/index.js";
