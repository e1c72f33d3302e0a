import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseGraph, relatives } from "./graph.js";

const parentsOf = (text: string): Record<string, readonly string[]> => Object.fromEntries([...parseGraph(text, "g.dot").parents].map(([node, list]) => [node, list]));

describe("parseGraph", () => {
  it("reads chains, groups, quoted names, attributes and comments of DOT", () => {
    const text = `strict digraph "life" {
      // who smokes
      rankdir = LR; node [shape=box, label="a -> b"];
      age -> { smoking "blood pressure" } [weight=2];
      # a line
      smoking -> "blood pressure" -> stroke; /* a block
      of lines */
      alone
    }`;
    expect(parentsOf(text)).toEqual({ age: [], smoking: ["age"], "blood pressure": ["age", "smoking"], stroke: ["blood pressure"], alone: [] });
  });

  it("reads names with dots and signs, and edges without spaces", () => {
    expect(parentsOf("digraph{a.1->b_2;b_2->c}")).toEqual({ "a.1": [], b_2: ["a.1"], c: ["b_2"] });
  });

  it("reads subgraphs, which say what goes together, and arrows from and to all that they name", () => {
    const text = `digraph {
      subgraph cluster_habits { label = "habits"; node [shape=box]; smoking -> drinking; sport }
      age -> subgraph body { weight height } -> "subgraph";
      subgraph { income }
      { sport -> income } -> stroke
    }`;
    expect(parentsOf(text)).toEqual({ smoking: [], drinking: ["smoking"], sport: [], age: [], weight: ["age"], height: ["age"], subgraph: ["weight", "height"], income: ["sport"], stroke: ["sport", "income"] });
  });

  it("reads JSON", () => {
    expect(parentsOf(`{"nodes": ["c"], "edges": [["a", "b"], ["a", "b"]]}`)).toEqual({ c: [], a: [], b: ["a"] });
  });

  it.each([
    ["digraph { a -> b; b -> c; c -> a }", /runs in a circle \(.*->.*\)/],
    ["graph { a -- b }", /without directions/],
    ["digraph { a -- b }", /'--' has no direction/],
    ["digraph { a -> ", /the end stands where a node was expected/],
    ["digraph { a -> b", /the last brace is lacking/],
    ["digraph { subgraph a -> b }", /the braces after subgraph are lacking/],
    ["digraph { subgraph a { b -> c }", /the last brace is lacking/],
    ["digraph { subgraph a { b -> c ", /a brace is not closed/],
    ["a -> b", /does not begin with digraph/],
    ["digraph { }", /names no attribute/],
    [`{"edges": [["a"]]}`, /is no pair of names/],
    [`{"edges": `, /is not JSON/],
  ])("refuses %s in one sentence", (text, message) => {
    expect(() => parseGraph(text, "g.dot")).toThrow(message);
  });

  it("puts parents before children, whatever the order of the text", () => {
    const edges = fc.array(fc.tuple(fc.nat(9), fc.nat(9)).filter(([a, b]) => a !== b).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(edges, (list) => {
        const { nodes, parents } = parseGraph(JSON.stringify({ edges: list.map(([a, b]) => [`n${a}`, `n${b}`]) }), "g.json");
        for (const node of nodes) for (const parent of parents.get(node)!) expect(nodes.indexOf(parent)).toBeLessThan(nodes.indexOf(node));
      }),
    );
  });
});

describe("relatives", () => {
  it("finds everything above and below", () => {
    const graph = parseGraph("digraph { a -> b -> c -> d; e -> c; f }", "g.dot");
    expect([...relatives(graph, ["b"], "descendants")].sort()).toEqual(["c", "d"]);
    expect([...relatives(graph, ["c"], "ancestors")].sort()).toEqual(["a", "b", "e"]);
  });
});
