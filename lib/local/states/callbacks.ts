/** What workers and callbacks report of a task by its token. */
import { AwsError } from "../errors.ts";
import { required, string, structure } from "../shapes.ts";
import { operation } from "./context.ts";
import { DATA_LIMIT, exceedsDataLimit } from "./language/asl.ts";
import { StateFailure } from "./language/failures.ts";
import { parseUserJson } from "./language/json_text.ts";

const taskToken = required(string({ min: 1, max: 2048 }));

export const sendTaskSuccess = operation({
  action: "states:SendTaskSuccess",
  input: structure({ taskToken, output: required(string({ max: DATA_LIMIT })) }),
  run({ taskToken, output }, { interpreter }) {
    interpreter.task(taskToken).report(checked(output));
    return {};
  },
});

export const sendTaskFailure = operation({
  action: "states:SendTaskFailure",
  input: structure({ taskToken, error: string({ max: 256 }), cause: string({ max: 32_768 }) }),
  run({ taskToken, error, cause }, { interpreter }) {
    interpreter.task(taskToken).report(new StateFailure(error, cause));
    return {};
  },
});

export const sendTaskHeartbeat = operation({
  action: "states:SendTaskHeartbeat",
  input: structure({ taskToken }),
  run({ taskToken }, { interpreter }) {
    interpreter.task(taskToken).heartbeat();
    return {};
  },
});

/** @throws AwsError InvalidOutput when it is no JSON, or too large */
function checked(output: string): string {
  try {
    if (!exceedsDataLimit(output)) {
      parseUserJson(output);
      return output;
    }
  } catch {
    // Not JSON.
  }
  throw new AwsError("InvalidOutput", "Invalid Output: 'Invalid output'");
}
