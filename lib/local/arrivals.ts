/** Long polling: wakes those who wait for something to arrive, such as messages of a queue. */
export class Arrivals {
  readonly #waiting = new Map<string, Set<() => void>>();
  #stopped = false;

  /** Wakes everyone who waits for arrivals at a place. */
  announce(place: string): void {
    for (const wake of this.#waiting.get(place) ?? []) wake();
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Ends every wait, now and later. */
  stop(): void {
    this.#stopped = true;
    for (const place of this.#waiting.keys()) this.announce(place);
  }

  /** Resolves when the place is announced or the time is over. */
  wait(place: string, milliseconds: number): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(place) ?? new Set();
      this.#waiting.set(place, waiting);
      const wake = () => {
        clearTimeout(timer);
        waiting.delete(wake);
        if (waiting.size === 0) this.#waiting.delete(place);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      waiting.add(wake);
    });
  }
}
