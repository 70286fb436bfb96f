/** Long polling: wakes receivers that wait for messages. */
export class Arrivals {
  readonly #waiting = new Map<string, Set<() => void>>();
  #stopped = false;

  /** Wakes everyone who waits for messages of a queue. */
  announce(queue: string): void {
    for (const wake of this.#waiting.get(queue) ?? []) wake();
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Ends every wait, now and later. */
  stop(): void {
    this.#stopped = true;
    for (const queue of this.#waiting.keys()) this.announce(queue);
  }

  /** Resolves when the queue is announced or the time is over. */
  wait(queue: string, milliseconds: number): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(queue) ?? new Set();
      this.#waiting.set(queue, waiting);
      const wake = () => {
        clearTimeout(timer);
        waiting.delete(wake);
        if (waiting.size === 0) this.#waiting.delete(queue);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      waiting.add(wake);
    });
  }
}
