/** Lets other work of the event loop have its turn: timers, signals, requests. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
