/** A timer for a time of the local AWS's clock, which can be further away than setTimeout allows. */
export class Alarm {
  /** The longest delay of setTimeout, in milliseconds. */
  static readonly #LONGEST = 2 ** 31 - 1;
  #timer?: ReturnType<typeof setTimeout>;

  constructor(private readonly now: () => number) {}

  /** @param due milliseconds since the epoch; a time in the past rings at the event loop's next turn */
  set(due: number, ring: () => void): void {
    this.cancel();
    const delay = Math.max(0, Math.min(due - this.now(), Alarm.#LONGEST));
    this.#timer = setTimeout(() => due > this.now() ? this.set(due, ring) : ring(), delay);
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }
}
