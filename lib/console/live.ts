/** What pages show live: one poller for all browsers that look at the same view, and none when nobody looks. */
import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import { sleep } from "../aws/waiting.ts";

type Listener<T> = (state: State<T>) => void;

/** The latest value, or why there is none. */
export type State<T> = { value: T } | { error: string };

/** A value that is asked for again and again while somebody listens. */
export class View<T> {
  readonly #listeners = new Set<Listener<T>>();
  #polling: AbortController | undefined;
  #latest: { state: State<T>; text: string } | undefined;

  /**
   * @param everySeconds between the end of one look and the next
   * @param isLast whether a value will not change any more
   */
  constructor(
    readonly look: (signal: AbortSignal) => Promise<T>,
    readonly everySeconds: number,
    readonly isLast: (value: T) => boolean = () => false,
  ) {}

  /** Calls `listener` with each new value until the returned function is called; at once with the latest, if somebody else listens. */
  listen(listener: Listener<T>): () => void {
    this.#listeners.add(listener);
    if (this.#polling) this.#latest && listener(this.#latest.state);
    else void this.#poll(this.#polling = new AbortController());
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#polling?.abort();
      this.#polling = undefined;
      this.#latest = undefined;
    };
  }

  get isPolling(): boolean {
    return this.#polling !== undefined;
  }

  async #poll({ signal }: AbortController): Promise<void> {
    while (!signal.aborted) {
      const state = await this.look(signal).then(
        (value) => ({ value }),
        (error) => ({ error: wordsOf(error) }),
      );
      if (signal.aborted) return;
      const text = JSON.stringify(state);
      if (text !== this.#latest?.text) {
        this.#latest = { state, text };
        for (const listener of [...this.#listeners]) listener(state);
      }
      if ("value" in state && this.isLast(state.value)) return;
      await sleep(this.everySeconds, signal).catch(() => {});
    }
  }
}

/** Views by key, each made when it is first asked for and forgotten when nobody looks any more. */
export class Views<T> {
  readonly #views = new Map<string, View<T>>();

  constructor(readonly make: (key: string) => View<T>) {}

  listen(key: string, listener: Listener<T>): () => void {
    const view = this.#views.get(key) ?? this.make(key);
    this.#views.set(key, view);
    const stop = view.listen(listener);
    return () => {
      stop();
      if (!view.isPolling) this.#views.delete(key);
    };
  }
}

/** How often a comment is sent, by which a connection whose browser has gone is noticed. */
const HEARTBEAT_SECONDS = 15;

/** Answers with a stream of server-sent events: `value` or `failure`, each of JSON, until the browser closes it. */
export function stream<T>(c: Context, listen: (listener: Listener<T>) => () => void): Response {
  return streamSSE(c, async (sse) => {
    const ended = Promise.withResolvers<void>();
    const stop = listen((state) => {
      const [event, data] = "value" in state ? ["value", state.value] : ["failure", state.error];
      void sse.writeSSE({ event, data: JSON.stringify(data) });
    });
    const heartbeat = setInterval(() => void sse.write(": here\n\n"), HEARTBEAT_SECONDS * 1000);
    sse.onAbort(() => ended.resolve());
    await ended.promise;
    clearInterval(heartbeat);
    stop();
  });
}

/** What went wrong, for people. */
export function wordsOf(error: unknown): string {
  const { name = "Error", message = String(error) } = error as Error;
  return name === "Error" ? message : `${name}: ${message}`;
}
