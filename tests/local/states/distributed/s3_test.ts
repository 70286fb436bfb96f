/** Map Runs that read their items from S3 and write their results there, with all services. */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { SFNClient } from "@aws-sdk/client-sfn";
import { allowing, makeRole, trusting } from "../../iam/testing.ts";
import { type TestAws, withLocalAws } from "../../testing.ts";
import { runOnce } from "../testing.ts";

const Bucket = "items";
const GET = "arn:aws:states:::s3:getObject", LIST = "arn:aws:states:::s3:listObjectsV2";
const PUT = "arn:aws:states:::s3:putObject";

const map = (state: object, child: object = { Type: "Pass", End: true }) => ({
  StartAt: "Each",
  States: {
    Each: {
      Type: "Map",
      End: true,
      Label: "Each",
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "EXPRESS" },
        StartAt: "Child",
        States: { Child: child },
      },
      ...state,
    },
  },
});

interface Setting {
  readonly aws: TestAws;
  readonly role: string;
  put(Key: string, Body: string | Uint8Array): Promise<void>;
  get(Key: string): Promise<string>;
  run(definition: object, input?: unknown): ReturnType<typeof runOnce>;
}

function withItems(body: (setting: Setting) => Promise<void>): Promise<void> {
  return withLocalAws(async (aws) => {
    const s3 = new S3Client({ ...aws.client, forcePathStyle: true });
    const sfn = new SFNClient(aws.client);
    await s3.send(new CreateBucketCommand({ Bucket }));
    const policy = allowing("s3:GetObject", "s3:ListBucket", "s3:PutObject", "states:StartExecution");
    const role = await makeRole(aws, "mapper", trusting("states.amazonaws.com"), policy);
    try {
      await body({
        aws,
        role,
        async put(Key, Body) {
          await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
        },
        async get(Key) {
          return await (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToString();
        },
        run: (definition, input) => runOnce(sfn, role, definition, input),
      });
    } finally {
      s3.destroy();
      sfn.destroy();
    }
  });
}

const reader = (ReaderConfig: object, Key: string) => ({
  ItemReader: { Resource: GET, ReaderConfig, Parameters: { Bucket, Key } },
});

Deno.test("items are read from JSON, JSON Lines, CSV and inventories", () =>
  withItems(async ({ put, run }) => {
    const items = async (config: object, key: string, rest: object = {}) => {
      const { output, cause } = await run(map({ ...reader(config, key), ...rest }), { most: 2 });
      assert.ok(output, cause);
      return JSON.parse(output);
    };
    await put("a.json", ' [1, "two, [2]", {"three": [3, "}\\""]}, null ]\n');
    assert.deepEqual(await items({ InputType: "JSON" }, "a.json"), [
      1,
      "two, [2]",
      { three: [3, '}"'] },
      null,
    ]);
    assert.deepEqual(await items({ InputType: "JSON", MaxItems: 2 }, "a.json"), [1, "two, [2]"]);
    assert.deepEqual(await items({ InputType: "JSON", MaxItemsPath: "$.most" }, "a.json"), [1, "two, [2]"]);
    await put("deep.json", '{"a/b": {"list": [1, 2]}}');
    assert.deepEqual(await items({ InputType: "JSON", ItemsPointer: "/a~1b/list" }, "deep.json"), [1, 2]);
    await put("a.jsonl", '{"a":1}\n{"a":"é"}\n');
    assert.deepEqual(await items({ InputType: "JSONL" }, "a.jsonl"), [{ a: 1 }, { a: "é" }]);
    await put("a.csv", 'name,note\nx,"1,\n2"\ny\nz,3,4\n');
    const rows = [{ name: "x", note: "1,\n2" }, { name: "y", note: "" }, { name: "z", note: "3" }];
    assert.deepEqual(await items({ InputType: "CSV", CSVHeaderLocation: "FIRST_ROW" }, "a.csv"), rows);
    await put("b.csv", "x|1\n");
    const given = { CSVHeaderLocation: "GIVEN", CSVHeaders: ["name", "note"], CSVDelimiter: "PIPE" };
    assert.deepEqual(await items({ InputType: "CSV", ...given }, "b.csv"), [{ name: "x", note: "1" }]);
    await put("inventory/data.csv.gz", gzipSync('"items","a.json"\n"items","a.csv"\n'));
    const files = [{ key: "inventory/data.csv.gz" }];
    await put("manifest.json", JSON.stringify({ fileFormat: "CSV", fileSchema: "Bucket, Key", files }));
    assert.deepEqual(await items({ InputType: "MANIFEST" }, "manifest.json"), [
      { Bucket: "items", Key: "a.json" },
      { Bucket: "items", Key: "a.csv" },
    ]);
    await put("object.json", '{"not": "an array"}');
    const { error, events } = await run(map(reader({ InputType: "JSON" }, "object.json")));
    assert.equal(error, "States.ItemReaderFailed");
    assert.deepEqual(events.slice(3).map(({ type }) => type), [
      "MapRunStarted",
      "MapRunFailed",
      "MapStateFailed",
      "ExecutionFailed",
    ]);
    const missing = await run(map(reader({ InputType: "JSON" }, "missing.json")));
    assert.match(
      missing.cause!,
      /^The specified key does not exist\. \(Service: Amazon S3; Status Code: 404;/,
    );
  }));

Deno.test("items are the objects under a prefix, or what is in them", () =>
  withItems(async ({ put, run }) => {
    for (let index = 0; index < 12; index++) await put(`orders/${index + 10}.json`, `[${index}, "${index}"]`);
    const Parameters = { Bucket, "Prefix.$": "$.prefix", MaxKeys: 5 };
    const listed = await run(map({ ItemReader: { Resource: LIST, Parameters } }), { prefix: "orders/" });
    const objects = JSON.parse(listed.output!);
    assert.deepEqual(objects.map(({ Key }: { Key: string }) => Key).slice(0, 2), [
      "orders/10.json",
      "orders/11.json",
    ]);
    assert.equal(objects.length, 12);
    assert.deepEqual(Object.keys(objects[0]), ["Etag", "Key", "LastModified", "Size", "StorageClass"]);
    assert.equal(typeof objects[0].LastModified, "number");
    const ReaderConfig = { InputType: "JSON", Transformation: "LOAD_AND_FLATTEN" };
    const loaded = await run(map({ ItemReader: { Resource: LIST, ReaderConfig, Parameters } }), {
      prefix: "orders/",
    });
    assert.deepEqual(JSON.parse(loaded.output!).slice(0, 5), [0, "0", 1, "1", 2]);
    assert.equal(JSON.parse(loaded.output!).length, 24);
  }));

Deno.test("results are written to S3 by their status, with a manifest", () =>
  withItems(async ({ get, run }) => {
    const child = { Type: "Pass", Parameters: { "sum.$": "States.MathAdd($, 1)" }, End: true };
    const writer = (WriterConfig: object) => ({
      ResultWriter: { Resource: PUT, Parameters: { Bucket, Prefix: "out" }, WriterConfig },
      ToleratedFailureCount: 1,
    });
    const lines = await run(map(writer({ Transformation: "COMPACT", OutputType: "JSONL" }), child), [
      1,
      "x",
      3,
    ]);
    const { MapRunArn, ResultWriterDetails } = JSON.parse(lines.output ?? lines.cause!);
    const id = MapRunArn.split(":").at(-1);
    assert.deepEqual(ResultWriterDetails, { Bucket, Key: `out/${id}/manifest.json` });
    const manifest = JSON.parse(await get(ResultWriterDetails.Key));
    assert.deepEqual(manifest.DestinationBucket, Bucket);
    assert.deepEqual(manifest.MapRunArn, MapRunArn);
    const { SUCCEEDED: [good], FAILED: [bad], PENDING } = manifest.ResultFiles;
    assert.deepEqual([good.Key, bad.Key, PENDING], [
      `out/${id}/SUCCEEDED_0.jsonl`,
      `out/${id}/FAILED_0.jsonl`,
      [],
    ]);
    const text = await get(good.Key);
    assert.equal(text, '{"sum":2}\n{"sum":4}\n');
    assert.equal(good.Size, text.length);
    const failure = JSON.parse(await get(bad.Key));
    assert.deepEqual([failure.Status, failure.Input, failure.Error], [
      "FAILED",
      '"x"',
      "States.IntrinsicFailure",
    ]);

    const whole = await run(map({ ResultWriter: { Resource: PUT, Parameters: { Bucket } } }, child), [1]);
    const { Key } = JSON.parse(whole.output!).ResultWriterDetails;
    assert.match(Key, /^[\w-]{36}\/manifest\.json$/);
    const [record] = JSON.parse(await get(Key.replace("manifest", "SUCCEEDED_0")));
    assert.deepEqual([record.Status, record.Input, record.Output, record.OutputDetails], [
      "SUCCEEDED",
      "1",
      '{"sum":2}',
      { Included: true },
    ]);

    const flat = map({ ResultWriter: { WriterConfig: { Transformation: "FLATTEN" } } }, {
      Type: "Pass",
      Parameters: { "list.$": "States.Array($, $)" },
      OutputPath: "$.list",
      End: true,
    });
    assert.deepEqual(JSON.parse((await run(flat, [1, 2])).output!), [1, 1, 2, 2]);
    const denied = map({ ResultWriter: { Resource: PUT, Parameters: { Bucket: "elsewhere-not-here" } } });
    const { error, cause } = await run(denied, [1]);
    assert.equal(error, "States.ResultWriterFailed");
    assert.match(cause!, /bucket does not exist/);
  }));

Deno.test("a distributed Map in JSONata", () =>
  withItems(async ({ put, run }) => {
    await put("orders/1.png", "one");
    await put("orders/2.png", "two");
    const definition = {
      QueryLanguage: "JSONata",
      ...map({
        ItemReader: {
          Resource: LIST,
          Arguments: { Bucket: "{% $states.input.bucket %}", Prefix: "orders/" },
        },
        ItemSelector: { key: "{% $states.context.Map.Item.Value.Key %}" },
        ItemBatcher: {
          MaxItemsPerBatch: "{% $states.input.most %}",
          BatchInput: { b: "{% $states.input.bucket %}" },
        },
        MaxConcurrency: "{% 2 %}",
        ToleratedFailurePercentage: "{% 5 * 2 %}",
      }, {
        Type: "Pass",
        Output: { n: "{% $count($states.input.Items) %}", b: "{% $states.input.BatchInput.b %}" },
        End: true,
      }),
    };
    const { output, cause } = await run(definition, { bucket: Bucket, most: 5 });
    assert.deepEqual(JSON.parse(output ?? cause!), [{ n: 2, b: Bucket }]);
  }));
