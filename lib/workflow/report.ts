/** What the tasks deploy, status and destroy say about each resource. */

/** A resource, and its state or what was done to it. */
export interface ResourceReport {
  kind:
    | "role"
    | "function"
    | "state machine"
    | "training job"
    | "endpoint"
    | "endpoint configuration"
    | "model"
    | "log group"
    | "bucket"
    | "topic"
    | "alarm"
    | "old role";
  name: string;
  state: string;
}

export type OnReport = (report: ResourceReport) => void;
