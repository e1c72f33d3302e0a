export const betaSchedules = ["constant", "linear", "cyclical"] as const;

/** How the weight of the latent's divergence grows; `warmup` and `cycles` are of use to the schedules that grow. */
export interface BetaSchedule {
  /**
   * `linear`: from 0 to `value` over the first `warmup` of the training (Bowman et al. 2016); `cyclical`: `cycles` times,
   * over the first `warmup` of each cycle (Fu et al. 2019).
   */
  readonly schedule: (typeof betaSchedules)[number];
  readonly value: number;
  /** Share of the training, or of a cycle. */
  readonly warmup: number;
  readonly cycles: number;
}

/** Weight of the divergence at step t = 1..steps. */
export function betaAt({ schedule, value, warmup, cycles }: BetaSchedule, t: number, steps: number): number {
  if (schedule === "constant" || warmup === 0) return value;
  const period = schedule === "cyclical" ? steps / cycles : steps;
  return value * Math.min(1, ((t - 1) % period) / (period * warmup));
}

/** Temperature of the Gumbel-softmax at step t = 1..steps: geometric from start to end. */
export const temperatureAt = ({ start, end }: { readonly start: number; readonly end: number }, t: number, steps: number): number =>
  start * (end / start) ** Math.min(1, t / steps);
