/** Lets the steps of executions take turns with requests: many can be due at the same time. */
export class Turns {
  /** How long steps run before requests have their turn, in milliseconds; one step can take longer. */
  static readonly #TURN_MS = 10;
  #waiting: (() => void)[] = [];
  #timer?: ReturnType<typeof setTimeout>;

  /** @param onFault called with an error of a work, after which the others go on */
  constructor(private readonly onFault: (error: unknown) => void) {}

  /** Does the work in one of the next turns, in the order in which it is given. */
  take(work: () => void): void {
    this.#waiting.push(work);
    this.#timer ??= setTimeout(() => this.#run(), 0);
  }

  /** Drops all work that waits. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = [];
  }

  #run(): void {
    const end = performance.now() + Turns.#TURN_MS;
    let done = 0;
    while (done < this.#waiting.length && performance.now() < end) {
      try {
        this.#waiting[done++]!();
      } catch (error) {
        this.onFault(error);
      }
    }
    this.#waiting.splice(0, done);
    this.#timer = this.#waiting.length > 0 ? setTimeout(() => this.#run(), 0) : undefined;
  }
}
