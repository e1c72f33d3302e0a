// The layers of docs/architecture.md: an import may point to the same folder or to one that stands lower.
const layers = ["cli", "server", "evaluation", "inference", "training", "bundle", "model", "cohort", "data", "schema", "engine", "base"];

const upward = layers.map((layer, i) => ({
  name: `layer-${layer}`,
  comment: `src/${layer} may import from itself and from ${layers.slice(i + 1).join(", ") || "nothing else"}.`,
  severity: "error",
  from: { path: `^src/${layer}/` },
  to: { path: `^src/(${["index\\.ts", ...layers.slice(0, i).map((l) => `${l}/`)].join("|")})` },
}));

module.exports = {
  forbidden: [
    ...upward,
    {
      name: "browser-safe",
      comment: "Only cli/, server/ and the folders called node/ may use Node's own modules or native packages: the rest also runs in a page.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/cli/|^src/server/(?!api/)|/node/|\\.test\\.ts$|^src/index\\.ts$" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "node-folders",
      comment: "Browser-safe code must not import from a folder called node/.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/cli/|^src/server/(?!api/)|/node/|\\.test\\.ts$|^src/index\\.ts$" },
      to: { path: "^src/[a-z]+/node/" },
    },
    {
      name: "server-api",
      comment: "src/server/api/ says what goes over the wire; pages import it too, so it must not need the server.",
      severity: "error",
      from: { path: "^src/server/api/" },
      to: { path: "^src/server/(?!api/)" },
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "no-dev-dependencies", severity: "error", from: { path: "^src/", pathNot: "\\.test\\.ts$|test|^src/engine/web/" }, to: { dependencyTypes: ["npm-dev"] } },
  ],
  options: { doNotFollow: { path: "node_modules" }, tsConfig: { fileName: "tsconfig.json" }, tsPreCompilationDeps: true },
};
