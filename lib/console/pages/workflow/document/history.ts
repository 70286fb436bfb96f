/** Undo and redo without end: definitions share what they have in common, so a step costs next to nothing. */

export interface History<T> {
  readonly past: readonly T[];
  readonly present: T;
  readonly future: readonly T[];
  /** What the last change belongs to: changes of the same kind that follow each other are one step. */
  readonly kind?: string;
}

export function begin<T>(present: T): History<T> {
  return { past: [], present, future: [] };
}

/** @param kind of changes that are undone as one when they follow each other, such as the letters of one field */
export function change<T>(history: History<T>, present: T, kind?: string): History<T> {
  if (Object.is(present, history.present)) return history;
  if (kind !== undefined && kind === history.kind) return { ...history, present, future: [] };
  return { past: [...history.past, history.present], present, future: [], kind };
}

export function undo<T>({ past, present, future }: History<T>): History<T> {
  if (past.length === 0) return { past, present, future };
  return { past: past.slice(0, -1), present: past.at(-1)!, future: [present, ...future] };
}

export function redo<T>({ past, present, future }: History<T>): History<T> {
  const [next, ...rest] = future;
  return next === undefined
    ? { past, present, future }
    : { past: [...past, present], present: next, future: rest };
}
