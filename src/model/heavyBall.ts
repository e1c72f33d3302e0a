/**
 * Constants of the heavy-ball method (Polyak 1964), by which rounds of regressions settle: each takes a step, stepSize / L,
 * towards the regression and goes on a part of the way of the round before. With the largest eigenvalue L of I - W
 * (linear.ts) and the smallest one that is to settle L / condition,
 *
 *     step = (2 / (1 + q))^2 / L,   momentum = ((1 - q) / (1 + q))^2,   q = sqrt(1 / condition)
 *
 * A round takes the slowest errors down by about (1 - q) / (1 + q); a plain step of size 1 / L would by 1 - q^2. No error grows,
 * whatever is hidden: the eigenvalues of a part of I - W lie between those of the whole.
 */
export function heavyBall(condition: number): { readonly stepSize: number; readonly momentum: number } {
  const q = Math.sqrt(1 / condition);
  // L is known to a few per cent only.
  return { stepSize: (2 / (1 + q)) ** 2 / 1.05, momentum: ((1 - q) / (1 + q)) ** 2 };
}

/** Of so many rounds, as a graph unrolls them from a start that has the slowest errors down already: more of them settle slower ones. */
export const ballOf = (rounds: number): ReturnType<typeof heavyBall> => heavyBall(rounds > 3 ? 30 : 8);
