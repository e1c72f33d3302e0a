import { fileURLToPath } from "node:url";

/** Path of a compiled worker: beside the module that asks for it in the package, under dist/ where that module runs from its TypeScript source. */
export const compiledFile = (name: string, from: string): string => fileURLToPath(new URL(name, from.replace(/^(.*)\/src\/(.+\.ts)$/, "$1/dist/$2")));
