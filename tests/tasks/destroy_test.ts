import assert from "node:assert/strict";
import { CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { connect } from "../../lib/aws/clients.ts";
import { stopLocalAws } from "../../lib/aws/local_aws.ts";
import { readSettings } from "../../lib/settings.ts";
import { runTask } from "./testing.ts";

Deno.test("destroy says what stays, with commands that reach the target that was meant and no other", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  try {
    const environment = { SCONES_STATE_DIR: stateDir, SCONES_PORT: "0", AWS_REGION: "eu-west-1" };
    const aws = await connect(readSettings(environment));
    const mine = ["/aws/lambda/scones-classify-image", "/aws/sagemaker/TrainingJobs"];
    for (const logGroupName of [...mine, "/aws/lambda/scones-classify-image-of-others"]) {
      await aws.logs.send(new CreateLogGroupCommand({ logGroupName }));
    }
    aws.close();
    const { code, said } = await runTask("destroy.ts", environment);
    assert.equal(code, 0, said);
    const cli =
      `  AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local aws --endpoint-url ${aws.endpoint} --region eu-west-1`;
    assert.deepEqual(said.split("\n").filter((line) => line.includes("aws --")), [
      `${cli} s3 rb --force s3://${aws.bucket}`,
      ...mine.map((name) => `${cli} logs delete-log-group --log-group-name ${name}`),
    ]);
    assert.match(said, /log groups .*all training jobs of the account/);
  } finally {
    await stopLocalAws({ stateDir });
    await Deno.remove(stateDir, { recursive: true });
  }
});
