/**
 * Constants of the heavy-ball method (Polyak 1964), by which the linear path's rounds settle: each round takes a step
 * towards the regression and goes on a part of the way of the round before. With the largest eigenvalue L of I - W
 * (linear.ts) and the smallest one that is to settle L / condition,
 *
 *     step = (2 / (1 + q))^2 / L,   momentum = ((1 - q) / (1 + q))^2,   q = sqrt(1 / condition)
 *
 * A round takes the slowest errors down by about (1 - q) / (1 + q); a plain step of size 1 / L would by 1 - q^2. No error grows,
 * whatever is hidden: the eigenvalues of a part of I - W lie between those of the whole.
 */
const condition = 40;
const q = Math.sqrt(1 / condition);

/** Times 1 / L: size of a step. L is known to a few per cent only. */
export const stepSize = (2 / (1 + q)) ** 2 / 1.05;
export const momentum = ((1 - q) / (1 + q)) ** 2;
