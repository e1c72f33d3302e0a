/** Names of what a visit knows from the same person's other visits. */
import type { Schema } from "./schema.js";

export type Visits = NonNullable<Schema["visits"]>;

export const beforeName = (name: string): string => `${name} before`;
export const afterName = (name: string): string => `${name} after`;
/** Time since the visit before, and until the one after. */
export const sinceName = (time: string): string => `${time} since`;
export const untilName = (time: string): string => `${time} until`;

/** Names of the attributes that only tell of other visits: they are read, never filled or reported by themselves. */
export const otherVisits = ({ attributes }: Pick<Schema, "attributes">): ReadonlySet<string> => new Set(attributes.filter(({ visit }) => visit !== undefined).map(({ name }) => name));
