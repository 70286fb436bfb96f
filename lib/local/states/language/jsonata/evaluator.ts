/**
 * Asks a thread for JSONata's values, and waits for them: steps of executions are synchronous. A thread that does not
 * answer in time is ended, which is the only way to stop a regular expression. Most expressions end at the state's limit
 * of work before.
 */
import { Worker } from "node:worker_threads";
import { Channel, sharedMemory } from "./channel.ts";
import type { Failure, Globals, Inspection, Request } from "./inside.ts";

/** How long an evaluation may take, and the parsing of all expressions of a definition, in milliseconds. */
const EVALUATION_LIMIT_MS = 70, PARSING_LIMIT_MS = 50;
/** A busy machine may need more for the same work, and a new thread until it runs. */
const LONGEST_MS = 1000, START_MS = 60_000;
/** How often the thread's processor time is looked at after the limit. */
const LOOK_MS = 20;

export interface Answer {
  /** JSON text of the filled template. */
  readonly text?: string;
  readonly failure?: Failure;
  /** Units of work spent. */
  readonly spent: number;
}

class Evaluator {
  readonly #memory = sharedMemory();
  readonly #channel = new Channel(this.#memory);
  readonly #worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: this.#memory });
  #hasAnswered = false;

  constructor() {
    // It is no reason for the process to live on, and its end is noticed by its silence.
    this.#worker.unref();
    this.#worker.on("error", () => {});
    this.#channel.ask(JSON.stringify({ inspect: [] }));
  }

  /** @returns undefined when it takes longer than `limit` milliseconds of processor time; the thread has ended then */
  call(request: object, limit: number): Pick<Globals, "answer" | "failure" | "spent"> | undefined {
    if (!this.#hasAnswered) {
      if (this.#channel.answered(START_MS) === undefined) throw new Error("JSONata's thread does not start.");
      this.#hasAnswered = true;
    }
    this.#channel.ask(JSON.stringify(request));
    let text = this.#channel.answered(limit);
    for (let waited = limit; text === undefined && waited < LONGEST_MS; waited += LOOK_MS) {
      if ((this.#channel.busy() ?? limit) >= limit) break;
      text = this.#channel.answered(LOOK_MS);
    }
    if (text !== undefined) return JSON.parse(text);
    this.#worker.terminate();
    return undefined;
  }
}

/** The one in use, and one that is ready when that has to be ended. */
let current: Evaluator | undefined, spare: Evaluator | undefined;

/** Evaluates all expressions of a template. */
export function fill(request: Request): Answer {
  const called = call({ fill: request }, EVALUATION_LIMIT_MS);
  const { field, limit } = request;
  if (!called) return { failure: { field, expression: "", kind: "work" }, spent: limit };
  const { answer, failure, spent } = called;
  return { text: answer, failure: failure === undefined ? undefined : JSON.parse(failure), spent };
}

/** Parses expressions; undefined when that takes too long. */
export function inspect(expressions: readonly string[]): Inspection[] | undefined {
  const answer = call({ inspect: expressions }, PARSING_LIMIT_MS)?.answer;
  return answer === undefined ? undefined : JSON.parse(answer);
}

function call(request: object, limit: number) {
  current ??= spare ?? new Evaluator();
  if (spare === current) spare = undefined;
  const answer = current.call(request, limit);
  if (answer === undefined) {
    current = spare ?? new Evaluator();
    spare = new Evaluator();
  }
  return answer;
}
