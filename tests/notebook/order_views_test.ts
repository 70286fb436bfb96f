import assert from "node:assert/strict";
import { type HistoryEvent, SFNClient } from "@aws-sdk/client-sfn";
import type { Aws } from "../../lib/aws/clients.ts";
import { THRESHOLD_ERROR } from "../../lib/names.ts";
import { answerView, executionView } from "../../lib/notebook/order_views.ts";
import type { ExecutionResult } from "../../lib/workflow/executions.ts";

const definition = { StartAt: "Classify", States: { Classify: { Type: "Pass", End: true } } };
const key = "test/pickup_truck_s_1.png";

/** A target with one picture, of a pickup truck, and the history of one execution. */
function target(history: HistoryEvent[] = []): Aws {
  const objects: Record<string, string> = {
    "dataset.json": JSON.stringify({ classes: ["bicycle", "pickup_truck"] }),
    "test.lst": "1\t1\tpickup_truck_s_1.png\n",
    [key]: "a picture",
  };
  const s3 = {
    send({ input }: { input: { Key: string } }) {
      const text = objects[input.Key];
      if (text === undefined) return Promise.reject(Object.assign(new Error(), { name: "NoSuchKey" }));
      const transformToByteArray = () => Promise.resolve(new TextEncoder().encode(text));
      return Promise.resolve({ Body: { transformToByteArray } });
    },
  };
  const sfn = new SFNClient({ region: "us-east-1" });
  sfn.send = () => Promise.resolve({ events: history });
  return { s3, sfn, bucket: "b", settings: { threshold: 0.8 } } as unknown as Aws;
}

function execution(result: Partial<ExecutionResult>): ExecutionResult {
  const [startDate, stopDate] = [new Date(0), new Date(500)];
  return { name: "1", arn: "arn", s3Key: key, status: "FAILED", startDate, stopDate, ...result };
}

const answered = (inferences: number[]): HistoryEvent => ({
  timestamp: new Date(0),
  type: "TaskStateExited",
  id: 2,
  stateExitedEventDetails: { name: "Classify", output: JSON.stringify({ s3_key: key, inferences }) },
});

Deno.test("an execution is shown with its picture, the truth and the answer in words, also when it is held back", async () => {
  const held = execution({ error: THRESHOLD_ERROR });
  const view = await (await executionView(target([answered([0.76, 0.24])]), definition, held)).bundle();
  assert.match(String(view["text/html"]), /<img src="data:image\/png;base64,.*<svg/s);
  assert.equal(
    view["text/plain"],
    `${key}, Truth: pickup truck, Answer: bicycle ✗, confidence 0.76. Held back after 0.5 s: the confidence is below ` +
      "the threshold of 0.8, so a person decides.",
  );
});

Deno.test("an execution without picture or answer says so", async () => {
  const missing = execution({ s3Key: "test/none.png", error: "NoSuchKey" });
  const view = await (await executionView(target(), definition, missing)).bundle();
  assert.match(String(view["text/html"]), /There is no picture <code>test\/none\.png<\/code>\./);
  assert.equal(view["text/plain"], "test/none.png. Failed after 0.5 s with NoSuchKey.");
  const none = await (await executionView(target(), definition, undefined, "None.")).bundle();
  assert.equal(none["text/markdown"], "None.");
});

Deno.test("a function's answer is shown beside its picture, and its error too", async () => {
  const payload = { s3_key: key, inferences: [0.01, 0.99] };
  const answer = await (await answerView(target(), { s3_key: key }, { payload })).bundle();
  assert.match(
    String(answer["text/html"]),
    /<img .*Answer: pickup truck ✓, confidence 0\.99.*The function returned:/s,
  );
  const thrown = { payload: { errorType: THRESHOLD_ERROR, trace: ["at x"] }, functionError: "Unhandled" };
  const error = await (await answerView(target(), { s3_key: key }, thrown)).bundle();
  assert.match(String(error["text/html"]), /<img .*Truth: pickup truck<.*threw an error:.*THRESHOLD/s);
  assert.doesNotMatch(String(error["text/html"]), /trace/);
});
