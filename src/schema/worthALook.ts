/** Suggestions of a guessed dictionary, for people to read: they are not applied. */
import type { AttributeNote } from "./infer.js";

/** All suggestions, with the names of their columns, in the order of the columns. */
export const worthALook = (notes: readonly AttributeNote[]): string[] => notes.flatMap(({ name, suggestions }) => suggestions.map((text) => `${name}: ${text}`));

/** Fields by how much depends on them: numbers that mean nothing and units that differ spoil every answer. */
const fields = ["missing", "conversions", "tables differ", "aliases", "levels", "role", "type"];

/** Suggestions that are said at once. */
const most = 5;

/** The most important suggestions as notes, and how many others there are. */
export function firstToLookAt(notes: readonly AttributeNote[], paths: readonly string[]): string[] {
  const rank = (text: string): number => [...fields, ""].findIndex((field) => field === "" || text.startsWith(`${field}:`));
  const found = notes.flatMap(({ name, suggestions }) => suggestions.map((text) => ({ rank: rank(text), text: `${name}: ${text}` }))).sort((a, b) => a.rank - b.rank);
  const more = found.length - most;
  return [...found.slice(0, most).map(({ text }) => `Worth a look (not applied): ${text}`), ...(more > 0 ? [`… ${more} more: vhgm inspect ${paths.join(" ")}`] : [])];
}
