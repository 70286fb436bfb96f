/** Writes the results of a Map Run to S3 with the execution's role: a file for each status, and the manifest. */
import { AwsError } from "../../errors.ts";
import { putObject } from "../../s3/objects.ts";
import { turn } from "../../turn.ts";
import type { TaskCaller } from "../interpreter/flow.ts";
import { StateFailure } from "../language/failures.ts";
import type { MapRun, MapRunStore, Outcome } from "./map_run_store.ts";
import { elements } from "./results.ts";
import type { WriterSettings } from "./settings.ts";

type Destination = NonNullable<WriterSettings["destination"]>;

/** The files' names, and the results they have. */
const FILES: Readonly<Record<string, readonly Outcome[]>> = {
  FAILED: ["failed", "timedOut", "aborted"],
  PENDING: [],
  SUCCEEDED: ["succeeded"],
};

/** How many results are read at a time. */
const PAGE = 200;

/**
 * Returns the state's result.
 * @throws StateFailure States.ResultWriterFailed
 */
export async function writeResults(
  mapRun: MapRun,
  store: MapRunStore,
  { outputType, transformation }: WriterSettings,
  { bucket, prefix }: Destination,
  caller: TaskCaller,
) {
  const folder = [...(prefix === "" ? [] : [prefix.replace(/\/$/, "")]), mapRun.arn.split(":").at(-1)].join(
    "/",
  );
  const put = async (Key: string, Body: ReadableStream<Uint8Array>, ContentLength: number) => {
    const { core, principal, signal } = caller;
    const input = { Bucket: bucket, Key, Body, ContentLength, ContentType: "application/json" };
    try {
      await core.call(putObject, input, { principal: principal(), signal });
    } catch (error) {
      throw writerFailure(error);
    }
    return { Key, Size: ContentLength };
  };
  const ResultFiles: Record<string, { Key: string; Size: number }[]> = {};
  for (const [name, statuses] of Object.entries(FILES)) {
    const texts = () => file(mapRun.id, store, statuses, outputType, transformation === "FLATTEN");
    const size = await sizeOf(texts());
    const key = `${folder}/${name}_0.${outputType.toLowerCase()}`;
    const isEmpty = statuses.length === 0 || store.resultSizes(mapRun.id, statuses).count === 0;
    ResultFiles[name] = isEmpty ? [] : [await put(key, streamOf(texts()), size)];
  }
  const manifest = JSON.stringify({ DestinationBucket: bucket, MapRunArn: mapRun.arn, ResultFiles });
  const bytes = new TextEncoder().encode(manifest);
  const { Key } = await put(`${folder}/manifest.json`, new Response(bytes).body!, bytes.length);
  return { MapRunArn: mapRun.arn, ResultWriterDetails: { Bucket: bucket, Key } };
}

/** A file's text in parts. */
async function* file(
  id: number,
  store: MapRunStore,
  statuses: readonly Outcome[],
  outputType: WriterSettings["outputType"],
  isFlat: boolean,
): AsyncGenerator<string> {
  const isArray = outputType === "JSON";
  let isFirst = true;
  if (isArray) yield "[";
  for (let after = -1;;) {
    const page = store.results(id, after, PAGE);
    const texts = page.filter(({ status }) => statuses.includes(status))
      .flatMap(({ result }) => elements(result, isFlat));
    if (texts.length > 0) {
      yield isArray ? `${isFirst ? "" : ","}${texts}` : `${texts.join("\n")}\n`;
      isFirst = false;
    }
    if (page.length < PAGE) break;
    after = page.at(-1)!.position;
    await turn();
  }
  if (isArray) yield "]";
}

async function sizeOf(texts: AsyncIterable<string>): Promise<number> {
  let bytes = 0;
  for await (const text of texts) bytes += new TextEncoder().encode(text).length;
  return bytes;
}

function streamOf(texts: AsyncIterable<string>): ReadableStream<Uint8Array> {
  return ReadableStream.from(texts).pipeThrough(new TextEncoderStream());
}

function writerFailure(error: unknown): StateFailure {
  if (!(error instanceof AwsError)) return new StateFailure("States.ResultWriterFailed", String(error));
  const id = crypto.randomUUID();
  return new StateFailure(
    "States.ResultWriterFailed",
    `${error.message} (Service: Amazon S3; Status Code: ${error.status}; Error Code: ${error.code}; ` +
      `Request ID: ${id}; S3 Extended Request ID: ${btoa(id)}; Proxy: null)`,
  );
}
