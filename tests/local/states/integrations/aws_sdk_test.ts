/** Tasks that call S3 and SQS, with all services and the machine's role. */
import assert from "node:assert/strict";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { SFNClient } from "@aws-sdk/client-sfn";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { allowing, makeRole, trusting } from "../../iam/testing.ts";
import { withQueue } from "../../sqs/testing.ts";
import { runOnce } from "../testing.ts";

const task = (Resource: string, Parameters: object) => ({
  StartAt: "Start",
  States: { Start: { Type: "Task", Resource: `arn:aws:states:::${Resource}`, Parameters, End: true } },
});

Deno.test("tasks of S3 and SQS run with the machine's role", () =>
  withQueue(async (sqs, QueueUrl, aws) => {
    const s3 = new S3Client({ ...aws.client, forcePathStyle: true });
    const sfn = new SFNClient(aws.client);
    await s3.send(new CreateBucketCommand({ Bucket: "pictures" }));
    await s3.send(
      new PutObjectCommand({ Bucket: "pictures", Key: "a", Body: "text data", ContentType: "text/plain" }),
    );
    const role = await makeRole(
      aws,
      "worker",
      trusting("states.amazonaws.com"),
      allowing("s3:GetObject", "s3:ListBucket", "s3:PutObject", "sqs:SendMessage"),
    );
    const run = (resource: string, parameters: object) => runOnce(sfn, role, task(resource, parameters));

    const got = await run("aws-sdk:s3:getObject", { Bucket: "pictures", Key: "a" });
    const { LastModified, ...object } = JSON.parse(got.output!);
    assert.match(LastModified, /^\d{4}-\d\d-\d\dT/);
    assert.deepEqual(object, {
      AcceptRanges: "bytes",
      ContentLength: 9,
      ContentType: "text/plain",
      ETag: '"332eec544317a6d340b8e77da7fe54ad"',
      Metadata: {},
      ServerSideEncryption: "AES256",
      Body: "text data",
    });
    const put = await run("aws-sdk:s3:putObject", { Bucket: "pictures", Key: "b", Body: { a: [1] } });
    assert.equal(put.status, "SUCCEEDED", put.cause);
    const listed = JSON.parse((await run("aws-sdk:s3:listObjectsV2", { Bucket: "pictures" })).output!);
    assert.deepEqual(listed.Contents.map(({ Key, Size }: { Key: string; Size: number }) => [Key, Size]), [
      ["a", 9],
      ["b", 9],
    ]);
    const missing = await run("aws-sdk:s3:listObjects", { Bucket: "no-such-bucket-here" });
    assert.equal(missing.error, "S3.NoSuchBucketException");
    assert.match(
      missing.cause!,
      /^The specified bucket does not exist \(Service: S3, Status Code: 404, Request ID: .*, Extended Request ID: .*\)$/,
    );
    const denied = await run("aws-sdk:s3:deleteObject", { Bucket: "pictures", Key: "a" });
    assert.equal(denied.error, "S3.S3Exception");

    const sent = await run("sqs:sendMessage", { QueueUrl, MessageBody: { b: 1 } });
    const output = JSON.parse(sent.output!);
    assert.deepEqual(Object.keys(output), [
      "MD5OfMessageBody",
      "MessageId",
      "SdkHttpMetadata",
      "SdkResponseMetadata",
    ]);
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    assert.deepEqual(Messages!.map(({ Body }) => Body), ['{"b":1}']);
    const empty = await run("sqs:sendMessage", { QueueUrl, MessageBody: null });
    assert.equal(empty.error, "SQS.AmazonSQSException");
    assert.match(
      empty.cause!,
      /^The request must contain the parameter MessageBody\. \(Service: AmazonSQS; Status Code: 400; Error Code: MissingParameter;/,
    );
    s3.destroy();
    sfn.destroy();
  }));

Deno.test("a machine with .sync tasks needs the permission for AWS's managed rules", () =>
  withQueue(async (_sqs, _url, aws) => {
    const sfn = new SFNClient(aws.client);
    const trust = trusting("states.amazonaws.com");
    const machine = task("states:startExecution.sync", {
      StateMachineArn: "arn:aws:states:us-east-1:000000000000:stateMachine:none",
    });
    const without = await makeRole(aws, "without", trust, allowing("states:*"));
    await assert.rejects(runOnce(sfn, without, machine), {
      name: "AccessDeniedException",
      message: `'${without}' is not authorized to create managed-rule.`,
    });
    const with_ = await makeRole(
      aws,
      "with",
      trust,
      allowing("states:*", "events:PutTargets", "events:PutRule", "events:DescribeRule"),
    );
    const { error } = await runOnce(sfn, with_, machine);
    assert.equal(error, "StepFunctions.StateMachineDoesNotExistException");
    sfn.destroy();
  }));
