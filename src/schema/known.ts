import type { Guess, JudgedColumn } from "./judged.js";
import { sortLevels } from "./levels.js";
import { isNumeric, type Role } from "./schema.js";

/** What a source's own codebook says of a column. It wins over what the cells suggest, and loses to a person's dictionary. */
export interface KnownColumn {
  readonly label?: string;
  /** Unit, if the column turns out to hold numbers. */
  readonly unit?: string;
  readonly role?: Role;
  /** Possible cell texts of a column with levels, in the codebook's order; levels that never occur are left out. */
  readonly levels?: readonly string[];
  /** The order of `levels` is one of more and less. */
  readonly ordered?: boolean;
  /** Cell texts that mean "no value". */
  readonly missing?: readonly string[];
  /** Why, in plain words, to stand after the reason of the guess. */
  readonly reason?: string;
}

/**
 * What codebooks of several tables say of one column: the first has the word, and levels and missing texts of the others
 * follow its own. Levels that only some of the codebooks give are no levels of all.
 */
export function mergeKnown(columns: readonly (KnownColumn | undefined)[]): KnownColumn | undefined {
  const said = columns.filter((column) => column !== undefined);
  if (said.length < 2) return said[0];
  const { levels, ordered, ...facts } = said[0];
  const missing = [...new Set(said.flatMap((column) => column.missing ?? []))];
  const agreed = levels !== undefined && said.every((column) => column.levels !== undefined);
  const all = agreed ? [...new Set(said.flatMap((column) => column.levels!))].filter((level) => !missing.includes(level)) : [];
  return {
    ...facts,
    ...(missing.length > 0 ? { missing } : {}),
    ...(agreed ? { levels: all, ...(ordered && all.length === levels.length ? { ordered } : {}) } : {}),
  };
}

/** A guess with what is known of the column in place of what was guessed. */
export function withKnown(guess: Guess, column: JudgedColumn, known: KnownColumn | undefined): Guess {
  if (!known) return guess;
  const { unit, role, missing = [], reason } = known;
  const own = role === undefined ? knownLevels(guess, column, known) : { role, ...withoutLevels(guess) };
  const attribute = {
    ...own,
    ...(unit !== undefined && isNumeric(own.type) ? { unit } : {}),
    ...(missing.length > 0 && own.role === "attribute" ? { missing: [...missing, ...column.holes] } : {}),
  };
  const byOrder = own.type === "ordinal" && guess.attribute.type !== "ordinal" ? [`${own.levels!.length} levels, ordered as in the codebook.`] : [guess.reason];
  return {
    attribute,
    reason: [...(role === undefined ? byOrder : []), ...(reason === undefined ? [] : [reason])].join(" ") || guess.reason,
    suggestions: role === undefined ? guess.suggestions : [],
  };
}

const withoutLevels = ({ attribute }: Guess): Pick<Guess["attribute"], "type"> => ({ type: attribute.type });

/** The codebook's levels as far as they occur, then other texts of the column; an order that the texts show is kept. */
function knownLevels({ attribute }: Guess, column: JudgedColumn, { levels, ordered }: KnownColumn): Guess["attribute"] {
  const observed = new Set(column.values.map(({ text }) => text));
  if (levels === undefined || observed.size < 2 || !column.profile.exact) return attribute;
  const listed = new Set(levels);
  const strangers = sortLevels([...observed].filter((text) => !listed.has(text)));
  const all = [...levels.filter((level) => observed.has(level)), ...strangers];
  if (all.length > 2 && ordered && strangers.length === 0) return { role: "attribute", type: "ordinal", levels: all };
  const isOrdered = attribute.role === "attribute" && (attribute.type === "ordinal" || attribute.type === "binary");
  if (isOrdered && attribute.levels?.length === all.length) return attribute;
  return { role: "attribute", type: all.length === 2 ? "binary" : "categorical", levels: all };
}
