import type { Backend, ModelFacts } from "../../backend/backend.js";
import type { Entered } from "../../state.js";

/** What a first meeting tells of somebody; the rest of the places go to the attributes that were observed most. */
const familiar = ["age", "ridageyr", "sex", "gender", "male", "riagendr", "height", "weight", "bmi", "smoking", "smoker"];
const values = 5;

/** A few values of an invented person. */
export async function examplePerson(backend: Backend, { attributes }: ModelFacts, seed: number): Promise<Entered> {
  const { columns, rows } = await backend.generate({ rows: 1, seed }, new AbortController().signal);
  const at = new Map(columns.map((name, c) => [name, c]));
  const cells = (name: string): string => rows[0][at.get(name) ?? -1] ?? "";
  const rank = (name: string): number => {
    const k = familiar.indexOf(name.toLowerCase());
    return k < 0 ? familiar.length : k;
  };
  const ranked = attributes
    .filter(({ name, equals, appliesWhen }) => cells(name) !== "" && !equals && !appliesWhen)
    .sort((a, b) => rank(a.name) - rank(b.name) || (b.score?.cells ?? 0) - (a.score?.cells ?? 0));
  return Object.fromEntries(ranked.slice(0, values).map(({ name }) => [name, cells(name)]));
}
