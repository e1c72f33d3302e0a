/** Attributes that options name. Names may hold commas and "=", so only the model's dictionary says where one ends. */
import { VhgmError } from "../base/errors.js";
import type { Schema } from "../schema/schema.js";

/** An option's texts as they stand, one for each time that it is given. */
export const texts = (text: string, before: readonly string[] = []): string[] => [...before, text];

/**
 * Names separated by commas, each once. A name with commas is taken whole where an attribute is called that; elsewhere a comma
 * within a name is written as \,
 * @throws VhgmError "usage" where nothing stands between two commas
 */
export function readNames(given: readonly string[], schema: Schema, option: string): string[] {
  const known = knownNames(schema);
  return [...new Set(given.flatMap((text) => {
    const pieces = text.split(/(?<!\\),/).map((piece) => piece.replaceAll("\\,", ","));
    const names: string[] = [];
    for (let from = 0; from < pieces.length; ) {
      const ends = Array.from({ length: pieces.length - from }, (_, k) => pieces.length - k);
      const end = ends.find((end) => known.has(joined(pieces, from, end))) ?? from + 1;
      names.push(joined(pieces, from, end));
      from = end;
    }
    if (names.includes("")) throw new VhgmError("usage", `${option} '${text}' names nothing between two commas; names separated by commas are allowed, for instance weight,glucose.`);
    return names;
  }))];
}

const joined = (pieces: readonly string[], from: number, end: number): string => pieces.slice(from, end).join(",").trim();

/** NAME=VALUE in two parts: at the "=" that leaves the longest name of an attribute before it, else at the first; undefined where there is none. */
export function splitAssignment(text: string, schema: Schema): [name: string, value: string] | undefined {
  const known = knownNames(schema);
  const places = [...text.matchAll(/=/g)].map(({ index }) => index).filter((at) => at > 0);
  const at = places.findLast((at) => known.has(text.slice(0, at).trim())) ?? places[0];
  return at === undefined ? undefined : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

const knownNames = ({ attributes }: Schema): ReadonlySet<string> => new Set(attributes.flatMap(({ name, aliases = [] }) => [name, ...aliases]));
