/** Rings once, at a time by the clock that the local AWS goes by, however far off it is. */
export class Alarm {
  /** The longest delay that timers take, in milliseconds. */
  static readonly #LONGEST = 2 ** 31 - 1;
  #timer?: ReturnType<typeof setTimeout>;

  constructor(private readonly now: () => number) {}

  /** @param due milliseconds since the epoch; what has passed rings at the event loop's next turn */
  set(due: number, ring: () => void): void {
    this.cancel();
    const delay = Math.max(0, Math.min(due - this.now(), Alarm.#LONGEST));
    this.#timer = setTimeout(() => due > this.now() ? this.set(due, ring) : ring(), delay);
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }
}
