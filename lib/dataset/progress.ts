/** Progress of a task, in bytes for downloads, else in pictures or files. */
export interface Progress {
  done: number;
  /** Absent if the server does not say how large the file is. */
  total?: number;
}
