/** Options that a program may get wrong, refused before anything is worked out. */
import { VhgmError } from "../base/errors.js";

/** @throws VhgmError "usage" for a level that is none */
export function requireLevel(level: number, field: string): void {
  if (!(level > 0 && level < 1)) throw new VhgmError("usage", `The level ${level} is not allowed; it must lie between 0 and 1, such as 0.9.`, { field: [field] });
}

/** @throws VhgmError "usage" for a probability that no quantile has */
export function requireProbabilities(probabilities: readonly number[]): void {
  const wrong = probabilities.find((u) => !(u > 0 && u < 1));
  if (wrong !== undefined) throw new VhgmError("usage", `The quantile of ${wrong} is not defined; probabilities must lie between 0 and 1.`, { field: ["quantiles"] });
}

/** @throws VhgmError "usage" for a number that counts nothing, or less than the least that is allowed */
export function requireCount(count: number, what: string, field: string, least = 0): void {
  if (!Number.isSafeInteger(count) || count < least) throw new VhgmError("usage", `${count} ${what} were asked for; a whole number from ${least} is allowed.`, { field: [field] });
}
