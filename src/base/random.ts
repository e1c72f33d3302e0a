/**
 * Seeded random numbers: xoshiro128** (Blackman & Vigna 2018) seeded through splitmix32.
 * One generator is passed in everywhere; its state can be saved and restored bit for bit.
 */
export interface Rng {
  /** Uniform in (0, 1), 32 bits of resolution, never 0 or 1. */
  uniform(): number;
  /** Standard normal (Box-Muller, one value per call, no cached half). */
  normal(): number;
  /** Whole number in [0, n). */
  int(n: number): number;
  /** The four state words; `restore` continues exactly from there. */
  state(): readonly number[];
  restore(state: readonly number[]): void;
}

/** A generator from a 32-bit seed; further words make independent streams of the same seed. */
export function createRng(seed: number, ...stream: number[]): Rng {
  const s = new Uint32Array(4);
  let h = seed >>> 0;
  for (const word of stream) h = mix(h ^ mix((word >>> 0) + 0x9e3779b9));
  for (let i = 0; i < 4; i++) {
    h = (h + 0x9e3779b9) >>> 0;
    s[i] = mix(h);
  }
  const next = (): number => {
    const x = Math.imul(s[1], 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 11) | (s[3] >>> 21);
    return result;
  };
  const uniform = (): number => (next() + 0.5) / 4294967296;
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
    int: (n) => Math.floor(uniform() * n),
    state: () => [...s],
    restore: (state) => s.set(state),
  };
}

/** Finaliser of splitmix32: a bijection on 32-bit words that scatters neighbouring inputs. */
function mix(z: number): number {
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return (z ^ (z >>> 16)) >>> 0;
}

/** 32-bit FNV-1a hash of a text's UTF-16 code units, finalised; stable across platforms. */
export function hashText(text: string, seed = 0): number {
  let h = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return mix(h >>> 0);
}

/** A permutation of 0..n-1 (Fisher-Yates). */
export function permutation(n: number, rng: Rng): Int32Array {
  const out = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = rng.int(i + 1);
    const t = out[i];
    out[i] = out[j];
    out[j] = t;
  }
  return out;
}
