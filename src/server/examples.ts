import { formatCondition } from "../schema/condition.js";
import { isNumeric } from "../schema/schema.js";
import type { AttributeEntry } from "./catalogue.js";

/** Bodies of requests that a model answers, by route: about attributes that it has, so that they can be sent as they stand. */
export function exampleBodies(entries: readonly AttributeEntry[]): Readonly<Record<string, object>> {
  const free = entries.filter(({ learned, type, equals, appliesWhen }) => learned && type !== "date" && !equals && !appliesWhen);
  const numbers = free.filter(({ type, range }) => isNumeric(type) && range);
  const leveled = free.filter(({ levels = [] }) => levels.length > 1);
  const within = ({ range, levels }: AttributeEntry, share: number): number | string =>
    range ? Number((range.low + share * (range.high - range.low)).toPrecision(2)) : levels![share < 0.5 ? 0 : levels!.length - 1];
  const [known = leveled[0]] = numbers;
  const asked = [...numbers, ...leveled].find((entry) => entry !== known);
  if (!known || !asked) return {};
  const varied = leveled.find((entry) => entry !== known) ?? asked;
  const given = { [known.name]: within(known, 0.5) };
  return {
    "/v1/predict": { given, ask: [asked.name], level: 0.9 },
    "/v1/compare": { given, scenarios: [0.3, 0.6].map((share, k) => ({ name: "ab"[k], given: { [varied.name]: within(varied, share) } })) },
    "/v1/next": { given, targets: [asked.name], top: 3 },
    "/v1/impute": { rows: [{ ...given, [asked.name]: null }] },
    "/v1/generate": { rows: 3, where: formatCondition({ kind: "compare", name: known.name, op: numbers.includes(known) ? ">=" : "=", value: within(known, 0.5) }) },
  };
}
