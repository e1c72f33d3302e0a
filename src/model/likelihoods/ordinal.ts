/** From a network's outputs to the probabilities of the levels of an attribute. All functions accept an `out` to fill. */

/** softmax_k = exp(z_k) / sum_j exp(z_j), shifted by the largest logit. (K,) -> (K,) */
export function softmax(logits: ArrayLike<number>, out = new Float64Array(logits.length)): Float64Array {
  let max = -Infinity;
  for (let k = 0; k < logits.length; k++) if (logits[k] > max) max = logits[k];
  let sum = 0;
  for (let k = 0; k < logits.length; k++) sum += out[k] = Math.exp(logits[k] - max);
  for (let k = 0; k < logits.length; k++) out[k] /= sum;
  return out;
}

/**
 * Cumulative-logit (proportional-odds) model: P(Y <= k) = sigmoid(threshold_k - location). (K-1,) -> (K,)
 * The differences of sigmoids are taken without cancellation, so that far levels keep their relative accuracy.
 * @param thresholds ascending; equal ones give a level of probability 0.
 */
export function cumulativeLogit(
  location: number,
  thresholds: ArrayLike<number>,
  out = new Float64Array(thresholds.length + 1),
): Float64Array {
  let a = -Infinity;
  for (let k = 0; k <= thresholds.length; k++) {
    const b = k < thresholds.length ? thresholds[k] - location : Infinity;
    // sigmoid(b) - sigmoid(a) = sigmoid(b) sigmoid(-a) (1 - exp(a - b))
    out[k] = b > a ? sigmoid(b) * sigmoid(-a) * -Math.expm1(a - b) : 0;
    a = b;
  }
  return out;
}

/** Free parameters to ascending thresholds: the first as it is, then steps of softplus(raw_k). (K-1,) -> (K-1,) */
export function orderedThresholds(raw: ArrayLike<number>, out = new Float64Array(raw.length)): Float64Array {
  for (let k = 0; k < raw.length; k++) out[k] = k === 0 ? raw[0] : out[k - 1] + softplus(raw[k]);
  return out;
}

const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
