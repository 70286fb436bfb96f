/** Tasks that wait for a worker of their activity. Their executions put them here again after a restart. */
import { Arrivals } from "../../arrivals.ts";

export interface ActivityTask {
  readonly token: string;
  /** JSON text. */
  readonly input: string;
}

export class ActivityTasks {
  readonly #waiting = new Map<string, ActivityTask[]>();
  readonly #arrivals = new Arrivals();

  add(activityArn: string, task: ActivityTask): void {
    const waiting = this.#waiting.get(activityArn) ?? [];
    waiting.push(task);
    this.#waiting.set(activityArn, waiting);
    this.#arrivals.announce(activityArn);
  }

  /**
   * Takes the oldest task that `start` can start, and waits for one until `deadline` (milliseconds since the epoch).
   * @param start returns false for a task that no longer waits
   */
  async take(
    activityArn: string,
    start: (task: ActivityTask) => boolean,
    deadline: number,
    now: () => number,
  ): Promise<ActivityTask | undefined> {
    while (!this.#arrivals.stopped) {
      const waiting = this.#waiting.get(activityArn) ?? [];
      for (let task = waiting.shift(); task; task = waiting.shift()) {
        if (start(task)) return task;
      }
      this.#waiting.delete(activityArn);
      if (now() >= deadline) return undefined;
      await this.#arrivals.wait(activityArn, deadline - now());
    }
    return undefined;
  }

  stop(): void {
    this.#arrivals.stop();
  }
}
