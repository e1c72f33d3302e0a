import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellsOf, levelsAttribute, numberAttribute } from "../../test/support/tables.js";
import { createRng } from "../base/random.js";
import { fitLayout } from "../data/layout.js";
import type { Attribute } from "../schema/schema.js";
import { gatesOf, showGates } from "./shownGates.js";

const rng = createRng(3);
const numbers = (): Float64Array => Float64Array.from({ length: 60 }, () => 20 + rng.int(60));
const levels = (): Float64Array => Float64Array.from({ length: 60 }, () => rng.int(2));

describe("gates of columns", () => {
  it("are those that a condition names, and theirs", () => {
    const attributes: Attribute[] = [
      levelsAttribute("sex", 2),
      { ...numberAttribute("births"), applies_when: "pregnant = 'pregnant0'" },
      { ...levelsAttribute("pregnant", 2), applies_when: "sex = 'sex0' and age > 15" },
      numberAttribute("age"),
    ];
    const layout = fitLayout(cellsOf(attributes, [levels(), numbers(), levels(), numbers()]));
    const place = (name: string): number => layout.columns.findIndex(({ attribute }) => attribute.name === name);
    const gates = gatesOf({ attributes }, layout)!;
    const named = Object.fromEntries(["sex", "births", "pregnant", "age"].map((name) => [name, gates[place(name)].map((j) => layout.columns[j].attribute.name).sort()]));
    expect(named).toEqual({ sex: [], age: [], pregnant: ["age", "sex"], births: ["age", "pregnant", "sex"] });
  });

  it("are none where no attribute has a condition", () => {
    const attributes = [numberAttribute("a"), numberAttribute("b")];
    expect(gatesOf({ attributes }, fitLayout(cellsOf(attributes, [numbers(), numbers()])))).toBeNull();
  });
});

describe("held-out cells of columns with gates", () => {
  const gates = [[], [0], [], [0, 2]];
  const p = gates.length;
  const bits = fc.array(fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()), { minLength: 40 * p, maxLength: 40 * p }).map((cells) => ({
    // A cell is held out, or may be shown, and then is or is not.
    held: Uint8Array.from(cells, ([held]) => (held ? 1 : 0)),
    known: Uint8Array.from(cells, ([held, known]) => (!held && known ? 1 : 0)),
    visible: Uint8Array.from(cells, ([held, known, seen]) => (!held && known && seen ? 1 : 0)),
  }));

  it("are asked with their gates known; a row that shows gates for them asks nothing else", () => {
    fc.assert(fc.property(bits, fc.integer(), (before, seed) => {
      const after = { ...before, held: before.held.slice(), visible: before.visible.slice() };
      showGates(gates, after, true, createRng(seed));
      for (let row = 0; row < 40; row++) {
        const at = (j: number): number => row * p + j;
        gates.forEach((own, j) => after.held[at(j)] && own.forEach((gate) => expect(after.visible[at(gate)]).toBe(1)));
        const changed = gates.some((_, j) => after.visible[at(j)] !== before.visible[at(j)]);
        gates.forEach((own, j) => {
          expect(after.held[at(j)]).toBeLessThanOrEqual(before.held[at(j)]);
          expect(after.visible[at(j)]).toBeLessThanOrEqual(before.visible[at(j)] | before.known[at(j)]);
          if (own.length === 0) expect(after.held[at(j)]).toBe(changed ? 0 : before.held[at(j)]);
        });
      }
    }));
  });

  it("are left out where gates must not be shown", () => {
    fc.assert(fc.property(bits, (before) => {
      const after = { ...before, held: before.held.slice(), visible: before.visible.slice() };
      showGates(gates, after, false, createRng(1));
      expect(after.visible).toEqual(before.visible);
      gates.forEach((own, j) => {
        for (let row = 0; row < 40; row++) expect(after.held[row * p + j]).toBe(own.every((gate) => before.visible[row * p + gate]) ? before.held[row * p + j] : 0);
      });
    }));
  });
});
