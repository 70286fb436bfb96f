import assert from "node:assert/strict";
import { SFNClient } from "@aws-sdk/client-sfn";
import { runExecutions, testCase } from "../../lib/workflow/executions.ts";
import { playedAws } from "../aws/testing.ts";

Deno.test("an execution whose looks are throttled is waited for; another error is one", async () => {
  let looks = 0;
  let fault = "ThrottlingException";
  const send = ({ constructor: { name } }: object) => {
    if (name === "StartExecutionCommand") return Promise.resolve({ executionArn: "arn" });
    if (++looks === 1) return Promise.reject(Object.assign(new Error("Rate exceeded"), { name: fault }));
    const [startDate, stopDate] = [new Date(), new Date()];
    const input = JSON.stringify({ s3_key: "test/1.png" });
    return Promise.resolve({ name: "1", status: "SUCCEEDED", input, startDate, stopDate });
  };
  const sfn = Object.assign(new SFNClient({ region: "us-east-1" }), { send });
  const aws = playedAws({ sfn });
  const [result] = await runExecutions(aws, "machine", [testCase(aws, "test/1.png")]);
  assert.deepEqual([result!.status, result!.s3Key, looks], ["SUCCEEDED", "test/1.png", 2]);
  [looks, fault] = [0, "AccessDeniedException"];
  await assert.rejects(runExecutions(aws, "machine", [testCase(aws, "test/1.png")]), { name: fault });
});
