/** The context object, `$$`. Source: https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html */
import type { Json } from "../language/asl.ts";
import type { Thread } from "./journal.ts";
import type { Run } from "./run.ts";

/** The context object in a thread's state; large data is parsed when a path needs it. */
export function contextObject(run: Run, thread: Thread): Json {
  const { execution, revision } = run;
  const { Type } = run.state(thread);
  const canRetry = Type === "Task" || Type === "Parallel" || Type === "Map";
  const iteration = iterationOf(run, thread);
  return {
    Execution: {
      Id: execution.arn,
      get Input() {
        return run.executionInput();
      },
      Name: execution.name,
      RoleArn: revision.roleArn,
      StartTime: new Date(execution.startDate).toISOString(),
      ...(execution.type === "STANDARD" ? { RedriveCount: 0 } : {}),
    },
    StateMachine: { Id: revision.machineArn, Name: revision.machineName },
    State: {
      Name: thread.state,
      EnteredTime: new Date(thread.enteredAt).toISOString(),
      ...(canRetry ? { RetryCount: thread.tries.reduce((sum, tries) => sum + (tries ?? 0), 0) } : {}),
    },
    ...(thread.token === undefined ? {} : { Task: { Token: thread.token } }),
    ...(iteration ? { Map: { Item: itemObject(run, iteration) } } : {}),
  };
}

function itemObject(run: Run, iteration: Thread): Json {
  return {
    Index: iteration.index,
    get Value() {
      return run.item(iteration);
    },
  };
}

/** The innermost Map iteration that the thread belongs to. */
function iterationOf(run: Run, thread: Thread): Thread | undefined {
  for (let within: Thread | undefined = thread; within; within = run.parent(within)) {
    if (within.item !== undefined) return within;
  }
  return undefined;
}
