import { VhgmError } from "../../base/errors.js";

/** A causal graph: what acts directly on what. Acyclic. */
export interface CausalGraph {
  /** Every node after its parents. */
  readonly nodes: readonly string[];
  /** By node: what acts directly on it. */
  readonly parents: ReadonlyMap<string, readonly string[]>;
}

const shape = `DOT (digraph { smoking -> systolic; age -> { smoking systolic } }) or JSON ({"edges": [["smoking", "systolic"]]})`;

/**
 * Reads a causal graph in DOT or JSON. Of DOT: `digraph`, chains of arrows, groups in braces (also as `subgraph`), quoted names, attributes in
 * brackets (ignored) and comments; of JSON: `edges`, pairs from cause to effect, and `nodes` for those without an edge.
 * @throws VhgmError code 'usage' for another language, an edge without a direction, or a graph that runs in a circle
 */
export function parseGraph(text: string, name: string): CausalGraph {
  const edges = /^\s*\{/.test(text) ? readJson(text, name) : readDot(text, name);
  const parents = new Map<string, string[]>();
  for (const [from, to] of edges) {
    for (const node of to === undefined ? [from] : [from, to]) if (!parents.has(node)) parents.set(node, []);
    if (to !== undefined && !parents.get(to)!.includes(from)) parents.get(to)!.push(from);
  }
  if (parents.size === 0) throw new VhgmError("usage", `${name} names no attribute; a graph is written as ${shape}.`);
  return { nodes: sortNodes(parents, name), parents };
}

type Edge = readonly [from: string, to?: string];

function readJson(text: string, name: string): Edge[] {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw new VhgmError("usage", `${name} is not JSON (${(cause as Error).message}); a graph is written as ${shape}.`, { cause });
  }
  const { edges = [], nodes = [] } = raw as { edges?: unknown; nodes?: unknown };
  const isName = (x: unknown): x is string => typeof x === "string" && x !== "";
  const bad = (what: string): never => {
    throw new VhgmError("usage", `${name}: ${what}; a graph is written as ${shape}.`);
  };
  if (!Array.isArray(edges) || !Array.isArray(nodes)) return bad("edges and nodes must be lists");
  return [
    ...nodes.map((node): Edge => (isName(node) ? [node] : bad(`${JSON.stringify(node)} is no name of a node`))),
    ...edges.map((edge: unknown): Edge => (Array.isArray(edge) && edge.length === 2 && edge.every(isName) ? [edge[0], edge[1]] : bad(`${JSON.stringify(edge)} is no pair of names`))),
  ];
}

function readDot(text: string, name: string): Edge[] {
  const fail = (what: string): never => {
    throw new VhgmError("usage", `${name}: ${what}; a graph is written as ${shape}.`);
  };
  const plain = text.replace(/\/\*[^]*?\*\/|\/\/[^\n]*|^\s*#[^\n]*/gm, " ");
  const tokens = [...plain.matchAll(/"((?:[^"\\]|\\.)*)"|(->|--|[{}[\];,=])|([^\s"{}[\];,=]+?)(?=->|--|[\s"{}[\];,=]|$)/g)].map((m) =>
    m[2] === undefined ? { name: (m[1] ?? m[3]).replace(/\\(.)/g, "$1"), quoted: m[1] !== undefined } : { sign: m[2] },
  );
  let k = 0;
  const sign = (): string | undefined => tokens[k]?.sign;
  const word = (): string | undefined => (tokens[k] && !("sign" in tokens[k] && tokens[k].sign !== undefined) ? tokens[k].name : undefined);
  if (word() === "strict") k++;
  if (word() !== "digraph") fail(word() === "graph" ? "a graph without directions says nothing of causes" : "it does not begin with digraph");
  k++;
  if (word() !== undefined) k++;
  if (sign() !== "{") fail("the braces after digraph are lacking");
  k++;
  const edges: Edge[] = [];
  const attributes = (): void => {
    while (sign() === "[") {
      while (k < tokens.length && sign() !== "]") k++;
      k++;
    }
  };
  /** A node, or a group of them: what an arrow leads from or to. */
  const nodes = (): string[] => {
    const single = word();
    const grouped = single === "subgraph" && !tokens[k].quoted;
    if (single !== undefined) k++;
    if (grouped && word() !== undefined) k++;
    if (single !== undefined && !grouped) {
      attributes();
      return [single];
    }
    if (sign() !== "{") return fail(grouped ? "the braces after subgraph are lacking" : `${sign() === undefined ? "the end" : `'${sign()}'`} stands where a node was expected`);
    k++;
    const found = statements("a brace is not closed");
    attributes();
    return found;
  };
  /** Everything up to the brace that closes it. @returns the nodes that it names */
  const statements = (unclosed: string): string[] => {
    const found: string[] = [];
    while (sign() !== "}") {
      if (k >= tokens.length) fail(unclosed);
      if (sign() === ";" || sign() === ",") {
        k++;
        continue;
      }
      const start = tokens[k];
      if ("name" in start && !start.quoted && ["node", "edge", "graph"].includes(start.name!) && tokens[k + 1]?.sign === "[") {
        k++;
        attributes();
        continue;
      }
      let from = nodes();
      if (sign() === "=") {
        k += 2;
        continue;
      }
      edges.push(...from.map((node): Edge => [node]));
      found.push(...from);
      while (sign() === "->" || sign() === "--") {
        if (sign() === "--") fail("'--' has no direction; causes are written with ->");
        k++;
        const to = nodes();
        for (const a of from) for (const b of to) edges.push([a, b]);
        found.push(...to);
        from = to;
      }
    }
    k++;
    return found;
  };
  statements("the last brace is lacking");
  return edges;
}

/** Parents before children; among those that could come next, the order of the text. */
function sortNodes(parents: ReadonlyMap<string, readonly string[]>, name: string): string[] {
  const done = new Set<string>();
  const path: string[] = [];
  const order: string[] = [];
  const visit = (node: string): void => {
    if (done.has(node)) return;
    const start = path.indexOf(node);
    if (start >= 0) {
      const circle = [node, ...path.slice(start + 1).reverse(), node];
      throw new VhgmError("usage", `${name} runs in a circle (${circle.join(" -> ")}); a causal graph must not.`);
    }
    path.push(node);
    for (const parent of parents.get(node)!) visit(parent);
    path.pop();
    done.add(node);
    order.push(node);
  };
  for (const node of parents.keys()) visit(node);
  return order;
}

/** A node's ancestors or descendants, itself left out. */
export function relatives({ nodes, parents }: CausalGraph, of: readonly string[], which: "ancestors" | "descendants"): Set<string> {
  const found = new Set<string>();
  const ordered = which === "ancestors" ? [...nodes].reverse() : nodes;
  for (const node of ordered) {
    const linked =
      which === "descendants"
        ? parents.get(node)!.some((parent) => of.includes(parent) || found.has(parent))
        : nodes.some((child) => (of.includes(child) || found.has(child)) && parents.get(child)!.includes(node));
    if (linked) found.add(node);
  }
  return found;
}
