/** The three protocols, as clients of each write them. */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { CloudWatchClient, ListMetricsCommand, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { decode, encode, Token, Type } from "cborg";
import { NOON, type TestCloudWatch, withCloudWatch } from "./testing.ts";

const SIGNED = "AWS4-HMAC-SHA256 Credential=test/20260110/us-east-1/monitoring/aws4_request";
const TARGET = "GraniteServiceVersion20100801";

function post({ aws }: TestCloudWatch, path: string, headers: Record<string, string>, body: BodyInit) {
  return fetch(aws.endpoint + path, {
    method: "POST",
    headers: { authorization: SIGNED, ...headers },
    body,
  });
}

/** Times are tag 1 of seconds, as in Smithy's clients. */
const cbor = (value: unknown) =>
  encode(value, {
    typeEncoders: {
      Date: (date: Date) => [new Token(Type.tag, 1), new Token(Type.float, date.getTime() / 1000)],
    },
  }) as Uint8Array<ArrayBuffer>;

const ofCbor = async (response: Response) =>
  decode(await response.bytes(), { tags: { 1: (seconds) => seconds() } });

const byCbor = (test: TestCloudWatch, operation: string, body: Uint8Array<ArrayBuffer>) =>
  post(test, `/service/${TARGET}/operation/${operation}`, {
    "smithy-protocol": "rpc-v2-cbor",
    "content-type": "application/cbor",
  }, body);

const byQuery = (test: TestCloudWatch, parameters: Record<string, string>) =>
  post(test, "/", {}, new URLSearchParams({ Version: "2010-08-01", ...parameters }));

const byJson = (test: TestCloudWatch, operation: string, body: unknown) =>
  post(test, "/", {
    "x-amz-target": `${TARGET}.${operation}`,
    "content-type": "application/x-amz-json-1.0",
    "x-amzn-query-mode": "true",
  }, JSON.stringify(body));

Deno.test("what one protocol stores the others read; times and numbers are as each has them", () =>
  withCloudWatch(async (test) => {
    const datum = { MetricName: "Orders", Value: 1.5, Timestamp: new Date(NOON) };
    const put = await byCbor(test, "PutMetricData", cbor({ Namespace: "Scones", MetricData: [datum] }));
    assert.equal(put.status, 200, await put.clone().text());
    assert.equal(put.headers.get("smithy-protocol"), "rpc-v2-cbor");
    assert.deepEqual(await ofCbor(put), {});

    const [StartTime, EndTime] = [NOON / 1000 - 60, NOON / 1000 + 60];
    const asked = { Namespace: "Scones", MetricName: "Orders", Period: 60, Statistics: ["Sum"] };
    const json = await byJson(test, "GetMetricStatistics", { ...asked, StartTime, EndTime });
    const datapoint = { Timestamp: NOON / 1000, Sum: 1.5, Unit: "None" };
    assert.deepEqual(await json.json(), { Label: "Orders", Datapoints: [datapoint] });

    const times = { StartTime: new Date(NOON - 60_000), EndTime: new Date(NOON + 60_000) };
    const read = await byCbor(test, "GetMetricStatistics", cbor({ ...asked, ...times }));
    assert.deepEqual(await ofCbor(read), { Label: "Orders", Datapoints: [datapoint] });

    const xml = await byQuery(test, {
      Action: "GetMetricStatistics",
      Namespace: "Scones",
      MetricName: "Orders",
      Period: "60",
      "Statistics.member.1": "Sum",
      "ExtendedStatistics.member.1": "p90",
      StartTime: "2026-01-10T11:59:00Z",
      EndTime: "2026-01-10T12:01:00Z",
    });
    const text = (await xml.text()).replaceAll(/\s+</g, "<");
    assert.match(text, /<Label>Orders<\/Label>/);
    assert.match(text, /<Timestamp>2026-01-10T12:00:00.000Z<\/Timestamp><Sum>1.5<\/Sum>/);
    assert.match(text, /<entry><key>p90<\/key><value>1.5<\/value><\/entry>/);
  }));

Deno.test("errors have the newer name, and the older code where clients look for it", () =>
  withCloudWatch(async (test) => {
    const input = { AlarmName: "none", StateValue: "OK", StateReason: "x" };
    const cborError = await byCbor(test, "SetAlarmState", cbor(input));
    assert.equal(cborError.status, 404);
    assert.equal((await ofCbor(cborError)).__type, "com.amazonaws.cloudwatch#ResourceNotFound");
    const data = { Namespace: "AWS/Lambda", MetricData: [{ MetricName: "x", Value: 1 }] };
    const jsonError = await byJson(test, "PutMetricData", data);
    assert.equal((await jsonError.json()).__type, "InvalidParameterValueException");
    assert.equal(jsonError.headers.get("x-amzn-query-error"), "InvalidParameterValue;Sender");
    const xmlError = await byQuery(test, {
      Action: "PutMetricData",
      Namespace: "AWS/Lambda",
      "MetricData.member.1.MetricName": "x",
      "MetricData.member.1.Value": "1e0",
    });
    assert.equal(xmlError.status, 400);
    assert.match(await xmlError.text(), /<Code>InvalidParameterValue<\/Code>/);
    for (const bad of [new Uint8Array([0x82]), new Uint8Array(100_000).fill(0x81), cbor([1])]) {
      const refused = await byCbor(test, "PutMetricData", bad);
      assert.equal(refused.status, 400);
      assert.equal((await ofCbor(refused)).__type, "com.amazonaws.cloudwatch#SerializationException");
    }
  }));

Deno.test("bodies that clients compress are read, up to a limit", () =>
  withCloudWatch(async (test) => {
    const client = new CloudWatchClient({ ...test.aws.client, requestMinCompressionSizeBytes: 0 });
    await client.send(
      new PutMetricDataCommand({ Namespace: "Scones", MetricData: [{ MetricName: "Orders", Value: 1 }] }),
    );
    const { Metrics } = await client.send(new ListMetricsCommand({ Namespace: "Scones" }));
    assert.equal(Metrics!.length, 1);
    client.destroy();
    const headers = { "x-amz-target": `${TARGET}.PutMetricData`, "content-encoding": "gzip" };
    const bomb = await post(test, "/", headers, new Uint8Array(gzipSync(new Uint8Array(50 * 2 ** 20))));
    assert.equal(bomb.status, 400);
    assert.match(await bomb.text(), /not gzip of at most/);
  }));
