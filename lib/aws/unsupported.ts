/** What the local AWS refuses by name because it does not have it, although AWS does. */

/** Whether an error says that. */
export function isUnsupportedLocally(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("The local AWS does not support ");
}
