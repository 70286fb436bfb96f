/** Asking the console's server. */
/// <reference lib="dom" />
import { useCallback, useEffect, useState } from "react";

const UNREACHABLE = 'The console does not answer. Is "deno task console" still running?';
const STARTED_AGAIN =
  "The console was started again, or does not know this. Open the link that it has printed.";

/** What the server said of a request that it could not fulfil. */
export class ApiError extends Error {
  override name = "ApiError";

  constructor(message: string, readonly code: string, readonly status: number, readonly field?: string) {
    super(message);
  }
}

interface Options {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is. */
  file?: Blob;
  signal?: AbortSignal;
}

/** What the server answers, from JSON. @throws ApiError */
export async function ask<T>(path: string, { method, body, file, signal }: Options = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method: method ?? (body === undefined && !file ? "GET" : "POST"),
      ...body === undefined
        ? {}
        : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) },
      ...file ? { headers: { "content-type": file.type || "application/octet-stream" }, body: file } : {},
      signal,
    });
  } catch (error) {
    if ((error as Error).name === "AbortError") throw error;
    throw new ApiError(UNREACHABLE, "Unreachable", 0);
  }
  if (response.ok) return await response.json();
  const text = await response.text();
  try {
    const { message, error, field } = JSON.parse(text);
    throw new ApiError(message, error, response.status, field);
  } catch (error) {
    throw error instanceof ApiError ? error : new ApiError(text, "Refused", response.status);
  }
}

export interface Asked<T> {
  /** The latest answer; stays while another one is on its way. */
  value?: T;
  error?: Error;
  again(): void;
}

/** The answer to a GET request, asked for again when the path changes; `undefined` asks nothing. */
export function useJson<T>(path: string | undefined): Asked<T> {
  const [answer, setAnswer] = useState<{ path?: string; value?: T; error?: Error }>({});
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (path === undefined) return;
    const controller = new AbortController();
    ask<T>(path, { signal: controller.signal }).then(
      (value) => setAnswer({ path, value }),
      (error) => controller.signal.aborted || setAnswer({ path, error }),
    );
    return () => controller.abort();
  }, [path, round]);
  const { value, error } = answer.path === path ? answer : {} as typeof answer;
  return { value, error, again: useCallback(() => setRound((round) => round + 1), []) };
}

/** The latest value of a live view; the stream is open while the page is visible. `undefined` opens none. */
export function useLive<T>(path: string | undefined): { value?: T; error?: Error } {
  const [state, setState] = useState<{ path?: string; value?: T; error?: Error }>({});
  useEffect(() => {
    if (path === undefined) return;
    let source: EventSource | undefined;
    const look = () => {
      if (document.visibilityState === "hidden") {
        source?.close();
        source = undefined;
      } else if (!source) {
        source = new EventSource(path);
        source.onerror = () => {
          const ended = source?.readyState === EventSource.CLOSED;
          const error = new Error(ended ? STARTED_AGAIN : UNREACHABLE);
          setState((before) => before.path === path ? { ...before, error } : { path, error });
        };
        source.addEventListener("value", ({ data }) => setState({ path, value: JSON.parse(data) }));
        source.addEventListener("failure", ({ data }) =>
          setState(({ value, path: before }) => ({
            path,
            ...before === path ? { value } : {},
            error: new Error(JSON.parse(data)),
          })));
      }
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      source?.close();
    };
  }, [path]);
  return state.path === path ? state : {};
}
