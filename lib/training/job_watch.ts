/** Watches a training job while it runs: its status, and its log with the epochs in it. */
import { DescribeTrainingJobCommand, type DescribeTrainingJobCommandOutput } from "@aws-sdk/client-sagemaker";
import type { Aws } from "../aws/clients.ts";
import { sleep } from "../aws/waiting.ts";
import { JobLogs } from "./job_logs.ts";
import { type Epoch, TrainingLog } from "./training_log.ts";

/** Called while a job is running. */
export interface TrainingObserver {
  /** Each new status of the job, such as "Downloading input data". */
  status?(message: string): void;
  /** Each line of the job's log. */
  line?(line: string): void;
  /** All epochs so far, whenever the log says something new about one. */
  epochs?(epochs: readonly Epoch[]): void | Promise<void>;
}

export class JobWatch {
  readonly log = new TrainingLog();
  /** Whether the job was running when it was last seen; undefined before the first look. */
  running: boolean | undefined;
  readonly #logs: JobLogs;

  constructor(readonly aws: Aws, readonly jobName: string, readonly observer: TrainingObserver) {
    this.#logs = new JobLogs(aws.logs, jobName);
  }

  /**
   * Polls until the job has ended, in whatever way, and returns its last description.
   * @throws the signal's reason or the SDK's AbortError on an interrupt, which leaves the job alone; AWS's errors
   */
  async untilEnded(signal?: AbortSignal): Promise<DescribeTrainingJobCommandOutput> {
    const describe = new DescribeTrainingJobCommand({ TrainingJobName: this.jobName });
    let told = "";
    while (true) {
      const job = await this.aws.sagemaker.send(describe, { abortSignal: signal });
      const { TrainingJobStatus: status, SecondaryStatus, SecondaryStatusTransitions } = job;
      this.running = status === "InProgress";
      const message = SecondaryStatusTransitions?.at(-1)?.StatusMessage ?? SecondaryStatus ?? "";
      if (message !== told) this.observer.status?.(told = message);
      await this.#readLog();
      if (status !== "InProgress" && status !== "Stopping") return job;
      await sleep(this.aws.pollSeconds, signal);
    }
  }

  async #readLog(): Promise<void> {
    let news = false;
    for (const line of await this.#logs.next()) {
      this.observer.line?.(line);
      news = this.log.read(line) || news;
    }
    if (news) await this.observer.epochs?.(this.log.epochs);
  }
}
