/** How far something is: bytes of a download, otherwise pictures or files. */
export interface Progress {
  done: number;
  /** Absent when a server does not say how much there is. */
  total?: number;
}
