/** CPython's `random.Random(seed).shuffle`, so that a split drawn by a Python script can be drawn here too. */
const N = 624;
const M = 397;

/** The Mersenne Twister MT19937 (Matsumoto and Nishimura 1998), seeded as CPython does for an int below 2³². */
function twister(seed: number): () => number {
  const state = new Uint32Array(N);
  const product = (previous: number, factor: number) => Math.imul(previous ^ (previous >>> 30), factor);
  state[0] = 19650218;
  for (let i = 1; i < N; i++) state[i] = Math.imul(state[i - 1]! ^ (state[i - 1]! >>> 30), 1812433253) + i;
  let i = 1;
  const advance = (value: number) => {
    state[i++] = value;
    if (i < N) return;
    state[0] = state[N - 1]!;
    i = 1;
  };
  for (let k = 0; k < N; k++) advance((state[i]! ^ product(state[i - 1]!, 1664525)) + seed);
  for (let k = 1; k < N; k++) advance((state[i]! ^ product(state[i - 1]!, 1566083941)) - i);
  state[0] = 0x80000000;

  let next = N;
  return () => {
    if (next === N) {
      for (let k = 0; k < N; k++) {
        const y = (state[k]! & 0x80000000) | (state[(k + 1) % N]! & 0x7fffffff);
        state[k] = state[(k + M) % N]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
      }
      next = 0;
    }
    let y = state[next++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
}

/** Shuffles in place, as `random.Random(seed).shuffle(list)` of Python 3 does. */
export function shuffle<T>(list: T[], seed: number): T[] {
  const bits = twister(seed);
  const below = (n: number) => {
    const shift = Math.clz32(n);
    for (;;) {
      const value = bits() >>> shift;
      if (value < n) return value;
    }
  };
  for (let i = list.length - 1; i > 0; i--) {
    const j = below(i + 1);
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}
