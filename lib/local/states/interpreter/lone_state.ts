/** Runs one state alone, in memory: for TestState. */
import type { StatesContext } from "../context.ts";
import type { Json, MapState, ParallelState, State } from "../language/asl.ts";
import { effectiveInput, isJsonata } from "../language/data_flow.ts";
import { asFailure, StateFailure } from "../language/failures.ts";
import { parsed } from "../language/json_text.ts";
import { selectItem, toleratedOf } from "../distributed/configuration.ts";
import { concurrency, itemsOf } from "../state_types/map_fields.ts";
import { STATE_TYPES } from "../state_types/mod.ts";
import { Flow, type StateTypes, type TaskCaller } from "./flow.ts";
import type { Execution, Thread } from "./journal.ts";
import { matching } from "./recovery.ts";
import { RoleSession } from "./role_session.ts";
import { Run } from "./run.ts";

/** How long the state may take, in milliseconds. Source: the API reference of TestState */
const TIME_LIMIT_MS = 5 * 60_000;

export interface StateTest {
  readonly name: string;
  readonly state: State;
  /** JSON text. */
  readonly input: string;
  /** JSON texts by name. */
  readonly variables: Readonly<Record<string, string>>;
  readonly roleArn: string;
  readonly contextObject?: Json;
  /** What the state's work results in: JSON text, or a failure. */
  readonly mock?: string | StateFailure;
  /** How often the retrier of the mocked failure has retried already. */
  readonly retryCount: number;
  readonly map: MapTest;
}

/** What a mocked Map state is told of its iterations. */
export interface MapTest {
  /** How many failed. */
  readonly failures: number;
  /** The items that its reader has found. */
  readonly readerData?: readonly Json[];
}

export interface TestedState {
  readonly status: "SUCCEEDED" | "FAILED" | "RETRIABLE" | "CAUGHT_ERROR";
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly nextState?: string;
  /** The data between the state's fields, by the members of InspectionData. */
  readonly inspected: Readonly<Record<string, Json>>;
  /** JSON texts by name, after the state. */
  readonly variables: Readonly<Record<string, string>>;
  /** Seconds until the retry. */
  readonly backoff?: number;
}

export async function testState(
  test: StateTest,
  states: StatesContext,
  signal: AbortSignal,
): Promise<TestedState> {
  const { core, mapRuns } = states;
  const inspected: Record<string, Json> = {};
  const run = new TestRun(test, states);
  const flow = new TestFlow(run, {
    region: core.region,
    account: core.account,
    types: test.mock === undefined ? STATE_TYPES : mockedTypes(test.mock, test.map),
    isDeleting: () => false,
    hasActivity: (arn) => states.activities.has(arn),
    inspect: (stage, value) => inspected[stage] = value,
    contextObject: test.contextObject,
  }, test.retryCount);
  const session = new RoleSession(run.revision);
  const stops = AbortSignal.any([signal, AbortSignal.timeout(TIME_LIMIT_MS)]);
  const caller: TaskCaller = {
    principal: () => session.principal(core.iam),
    core,
    signal: stops,
    cancelled: stops,
    mapRuns,
    children: { start: refuse, abort: refuse },
  };
  flow.step();
  while (!run.ending && run.thread.phase !== "retry") {
    const answer = await workOf(run.thread, test, flow, caller);
    const isReport = run.thread.phase === "callback" || run.thread.phase === "activity";
    flow.step(() =>
      flow.attempt(run.thread, () => {
        if (answer === undefined) flow.due(run.thread);
        else if (isReport) flow.reported(run.thread, answer);
        else flow.answered(run.thread, answer);
      })
    );
  }
  const { ending, next, thread } = run;
  const failure = flow.failure;
  const isCaught = failure !== undefined && ending?.status === "SUCCEEDED";
  return {
    status: !ending
      ? "RETRIABLE"
      : isCaught
      ? "CAUGHT_ERROR"
      : ending.status === "SUCCEEDED"
      ? "SUCCEEDED"
      : "FAILED",
    output: ending?.output,
    error: failure?.error,
    cause: failure?.cause,
    nextState: next,
    inspected,
    variables: run.variables(thread),
    backoff: ending ? undefined : (thread.due! - run.now()) / 1000,
  };
}

/** What the state waits for: its task's answer, or nothing but the time. */
async function workOf(
  thread: Thread,
  { mock }: StateTest,
  flow: Flow,
  caller: TaskCaller,
): Promise<string | StateFailure | undefined> {
  if (thread.phase !== "wait" && mock !== undefined) return mock;
  if (thread.phase === "task") return await flow.perform(thread, caller).catch(asFailure);
  if (thread.phase !== "wait") throw new Error(`A ${thread.phase} needs a mock.`);
  const delay = Math.max(0, thread.due! - flow.run.now());
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, Math.min(delay, TIME_LIMIT_MS));
    function done() {
      clearTimeout(timer);
      caller.signal.removeEventListener("abort", done);
      resolve();
    }
    caller.signal.addEventListener("abort", done);
  });
  return caller.signal.aborted ? new StateFailure("States.Timeout", "") : undefined;
}

function refuse(): never {
  throw new Error("A tested state has no child executions.");
}

/** An execution of one state, which ends when the state is left. */
class TestRun extends Run {
  /** The state that would be next. */
  next?: string;

  constructor({ name, state, input, variables, roleArn }: StateTest, { core, machines }: StatesContext) {
    const machineName = crypto.randomUUID();
    const machineArn = machines.arn(machineName);
    const { QueryLanguage } = state;
    const definition = JSON.stringify({ QueryLanguage, StartAt: name, States: { [name]: state } });
    const revision = { machineArn, machineName, definition, roleArn, updateDate: core.now() };
    super(executionOf(machineArn, input, core.now()), revision, 0, () => core.now());
    this.spawn({ state: name, data: input, last: 0 });
    this.adoptVariables(this.thread, variables);
  }

  get thread(): Thread {
    return this.threads.get(0)!;
  }

  override goTo(_thread: Thread, state: string, output: string): void {
    this.next = state;
    this.ending = { status: "SUCCEEDED", output, stopDate: this.now() };
  }
}

function executionOf(machineArn: string, input: string, startDate: number): Execution {
  const name = crypto.randomUUID();
  const arn = `${machineArn.replace(":stateMachine:", ":express:")}:${name}`;
  const ended = { stopDate: null, output: null, error: null, cause: null };
  return {
    ...{ id: 0, arn, machineArn, revision: "", name, type: "EXPRESS", sync: 0, input, startDate },
    status: "RUNNING",
    ...ended,
  };
}

/** Keeps the state's failure, and begins at a retrier's given count. */
class TestFlow extends Flow {
  failure?: StateFailure;

  constructor(run: Run, setting: ConstructorParameters<typeof Flow>[1], private readonly retryCount: number) {
    super(run, setting);
  }

  override fail(thread: Thread, failure: StateFailure): void {
    this.failure = failure;
    const state = this.run.state(thread);
    const index = "Retry" in state ? matching(state.Retry, failure) : -1;
    if (index >= 0) {
      const tries = [...thread.tries];
      tries[index] = this.retryCount;
      this.run.update(thread, { tries });
    }
    super.fail(thread, failure);
  }
}

/** Map and Parallel states whose work is not done: only their fields are evaluated. */
function mockedTypes(mock: string | StateFailure, { failures, readerData }: MapTest): StateTypes {
  const settle = (flow: Flow, thread: Thread) => {
    if (typeof mock !== "string") throw mock;
    const result = parsed(mock);
    flow.inspect("result", result);
    flow.complete(thread, result);
  };
  return {
    ...STATE_TYPES,
    Parallel: {
      begin(flow: Flow, thread: Thread, state: ParallelState) {
        effectiveInput(state, flow.data(thread));
        settle(flow, thread);
      },
    },
    Map: {
      begin(flow: Flow, thread: Thread, state: MapState) {
        const data = flow.data(thread);
        flow.inspect("maxConcurrency", concurrency(state, data));
        const { count, percentage } = toleratedOf(state, data);
        if (count !== undefined) flow.inspect("toleratedFailureCount", count);
        if (percentage !== undefined) flow.inspect("toleratedFailurePercentage", percentage);
        const items = state.ItemReader === undefined ? itemsOf(state, data) : readerData;
        if (items && !isJsonata(state) && state.ItemReader === undefined) {
          flow.inspect("afterItemsPath", items as Json[]);
        }
        if (items && (state.ItemSelector ?? state.Parameters) !== undefined) {
          flow.inspect("afterItemSelector", items.map((item, index) => selectItem(state, data, item, index)));
        }
        const share = items && items.length > 0 ? failures / items.length * 100 : 0;
        if (failures > (count ?? Infinity) || share > (percentage ?? Infinity)) throw thresholdExceeded();
        settle(flow, thread);
      },
    },
  };
}

function thresholdExceeded(): StateFailure {
  return new StateFailure(
    "States.ExceedToleratedFailureThreshold",
    "The specified tolerated failure threshold was exceeded",
  );
}
