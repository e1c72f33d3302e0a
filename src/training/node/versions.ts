import { createRequire } from "node:module";
import { env } from "onnxruntime-node";

/** Version of this package. */
export const packageVersion: string = (createRequire(import.meta.url)("vhgm/package.json") as { version: string }).version;

/** Versions of what runs a training, for its card. */
export const runtimeVersions = (): Record<string, string> => ({ node: process.versions.node, onnxruntime: env.versions.node ?? env.versions.common });
