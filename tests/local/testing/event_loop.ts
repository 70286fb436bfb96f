/** How long work holds the event loop, during which no other request is answered. */
import assert from "node:assert/strict";
import process from "node:process";

/** What one request may hold it, in milliseconds. */
export const HOLD_LIMIT_MS = 100;

/** How often it is looked at, in milliseconds. */
const TICK_MS = 2;

/** In Node since 23.9, not yet in its types. */
const { threadCpuUsage } = process as unknown as { threadCpuUsage(): { user: number; system: number } };

interface Moment {
  /** Milliseconds. */
  readonly wall: number;
  /** Milliseconds of processor time of this thread; other tests have threads of their own. */
  readonly processor: number;
}

/**
 * Does work, and measures the longest time for which nothing else in this thread could run. Of a busy machine's time
 * only what this thread's own work takes counts.
 */
export async function longestHold<T>(work: () => Promise<T>): Promise<{ result: T; milliseconds: number }> {
  let milliseconds = 0;
  let last = moment();
  const look = () => {
    const now = moment();
    milliseconds = Math.max(milliseconds, Math.min(now.wall - last.wall, now.processor - last.processor));
    last = now;
  };
  const ticker = setInterval(look, TICK_MS);
  try {
    const result = await work();
    look();
    return { result, milliseconds };
  } finally {
    clearInterval(ticker);
  }
}

function moment(): Moment {
  const { user, system } = threadCpuUsage();
  return { wall: performance.now(), processor: (user + system) / 1000 };
}

/**
 * Does work that may not hold the event loop for long. Work that does is done again: the first time may have met a
 * collection of garbage, or code that was compiled.
 */
export async function assertShortHold<T>(work: () => Promise<T>, what = () => "the work"): Promise<T> {
  let shortest = Infinity;
  for (let tries = 1;; tries++) {
    const { result, milliseconds } = await longestHold(work);
    shortest = Math.min(shortest, milliseconds);
    if (shortest <= HOLD_LIMIT_MS) return result;
    assert.ok(tries < 3, `the event loop is held for ${shortest.toFixed()} ms by ${what().slice(0, 2000)}`);
  }
}
