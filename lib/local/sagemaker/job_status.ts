/** The statuses of training jobs, each stored as soon as it is entered. */
import type { Core } from "../core.ts";
import { seconds } from "./names.ts";
import type { Records, TrainingJob } from "./records.ts";

/** Why a job is ended from outside. */
export type Interruption = "Stopped" | "MaxRuntimeExceeded";

const END_MESSAGES = {
  Completed: "Training job completed",
  Failed: "Training job failed",
  Stopped: "Training job stopped",
  MaxRuntimeExceeded: "Training job runtime exceeded MaxRuntimeInSeconds provided",
};

export class JobStatus {
  constructor(readonly core: Core, readonly records: Pick<Records, "jobs">) {}

  /** Enters a secondary status. */
  enter(job: TrainingJob, status: string, message: string, changes: Partial<TrainingJob> = {}): void {
    const now = seconds(this.core);
    const stored = this.records.jobs.get(job.TrainingJobName);
    // Stopping is set from outside; the run's copy of the job must not undo it.
    if (stored) job.TrainingJobStatus = stored.TrainingJobStatus;
    Object.assign(job, changes, { SecondaryStatus: status, LastModifiedTime: now });
    const transitions = stored?.SecondaryStatusTransitions ?? job.SecondaryStatusTransitions;
    const last = transitions.at(-1);
    if (last) last.EndTime = now;
    job.SecondaryStatusTransitions = [...transitions, {
      Status: status,
      StartTime: now,
      StatusMessage: message,
    }];
    this.records.jobs.put(job.TrainingJobName, job);
  }

  /** Enters the final status. @param reason why the job failed */
  end(job: TrainingJob, status: "Completed" | "Failed" | Interruption, reason?: string): void {
    const now = seconds(this.core);
    const trained = job.TrainingStartTime && Math.ceil(now - job.TrainingStartTime);
    this.enter(job, status, END_MESSAGES[status]);
    job.SecondaryStatusTransitions.at(-1)!.EndTime = now;
    Object.assign(job, {
      TrainingJobStatus: status === "MaxRuntimeExceeded" ? "Stopped" : status,
      ...(reason ? { FailureReason: reason.slice(0, 1024) } : {}),
      ...(trained
        ? { TrainingEndTime: now, TrainingTimeInSeconds: trained, BillableTimeInSeconds: trained }
        : {}),
    });
    this.records.jobs.put(job.TrainingJobName, job);
  }
}
