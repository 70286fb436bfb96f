/** Items from S3, read with the execution's role. Source: https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html */
import { AwsError } from "../../../errors.ts";
import { getObject } from "../../../s3/read_objects.ts";
import { listObjectsV2 } from "../../../s3/listing.ts";
import { taskInput } from "../../integrations/parameters.ts";
import type { TaskCaller } from "../../interpreter/flow.ts";
import type { Json } from "../../language/asl.ts";
import { StateFailure } from "../../language/failures.ts";
import type { Chunk, Reader } from "../inputs.ts";
import type { ReaderSettings } from "../settings.ts";
import { csvRecords } from "./csv.ts";
import { inventoryKeys } from "./inventory.ts";
import { jsonElements, jsonLines } from "./json.ts";
import { chunked } from "./chunked.ts";
import type { Bytes, OpenObject } from "./object_body.ts";

type Listed = { readonly Key: string; readonly [name: string]: unknown };

/** @throws StateFailure States.ItemReaderFailed, as it reads */
export function s3Reader(settings: ReaderSettings, caller: TaskCaller): Reader {
  const { action, transformation } = settings;
  return async function* (at) {
    try {
      if (action === "listObjectsV2" && transformation !== "LOAD_AND_FLATTEN") {
        yield* listed(settings, caller, at);
      } else if (action === "listObjectsV2") yield* flattened(settings, caller, at);
      else yield* chunked(await objectItems(settings, caller), at);
    } catch (error) {
      throw readerFailure(error);
    }
  };
}

/** The objects under a prefix; a chunk is a page of the list, and begins after the key that names it. */
async function* listed(settings: ReaderSettings, caller: TaskCaller, at: Json): AsyncGenerator<Chunk> {
  for (let after = at as string | null;;) {
    const { objects, isLast } = page(settings, caller, after);
    yield { at: after, items: objects.map(shownObject) };
    if (isLast) return;
    after = objects.at(-1)!.Key;
  }
}

function page(
  { parameters }: ReaderSettings,
  { core, principal }: TaskCaller,
  after: string | null,
): { objects: Listed[]; isLast: boolean } {
  const given = { ...parameters, ...(after === null ? {} : { StartAfter: after }) };
  const input = taskInput(listObjectsV2.input, given, JSON.stringify(parameters));
  const { Contents = [], IsTruncated } = core.call(listObjectsV2, input, {
    principal: principal(),
  }) as unknown as {
    Contents?: Listed[];
    IsTruncated?: boolean;
  };
  return { objects: Contents, isLast: !IsTruncated || Contents.length === 0 };
}

/** An object as AWS gives it to a child execution. */
function shownObject({ Key, ETag, LastModified, Size, StorageClass }: Listed): Json {
  return {
    Etag: ETag as string,
    Key,
    LastModified: Math.floor(new Date(LastModified as string).getTime() / 1000),
    Size: Size as number,
    StorageClass: StorageClass as string,
  };
}

/** The items within the objects under a prefix. A chunk begins at an object, after some of its items. */
async function* flattened(settings: ReaderSettings, caller: TaskCaller, at: Json): AsyncGenerator<Chunk> {
  const from = at as { after: string | null; skip: Json } | null;
  let skip = from?.skip ?? null;
  for (let after = from?.after ?? null;;) {
    const { objects, isLast } = page(settings, caller, after);
    for (const { Key } of objects) {
      const items = itemsOf(settings, await opener(settings, caller)(Key), opener(settings, caller));
      for await (const chunk of chunked(items, skip)) {
        yield { at: { after, skip: chunk.at }, items: chunk.items };
      }
      skip = null;
      after = Key;
    }
    if (isLast) return;
  }
}

async function objectItems(settings: ReaderSettings, caller: TaskCaller): Promise<AsyncIterable<Json>> {
  const { Key, VersionId } = settings.parameters as Record<string, string | undefined>;
  const open = opener(settings, caller);
  return itemsOf(settings, await open(Key!, VersionId), open);
}

function opener({ parameters }: ReaderSettings, { core, principal, signal }: TaskCaller): OpenObject {
  return async (Key, VersionId) => {
    const { Bucket, ExpectedBucketOwner } = parameters;
    const given = { Bucket, ExpectedBucketOwner, Key, VersionId };
    const input = taskInput(getObject.input, given, JSON.stringify(parameters));
    const { Body } = await core.call(getObject, input, { principal: principal(), signal });
    return Body instanceof Uint8Array ? new Response(Body).body as Bytes : Body;
  };
}

function itemsOf(settings: ReaderSettings, body: Bytes, open: OpenObject): AsyncIterable<Json> {
  const { inputType = "JSON", csv, pointer, manifestType } = settings;
  switch (inputType) {
    case "JSON":
      return jsonElements(body, pointer);
    case "JSONL":
      return jsonLines(body);
    case "CSV":
      return csvRecords(body, csv);
    case "MANIFEST":
      if (manifestType === "ATHENA_DATA") throw failed("The local AWS does not support manifests of Athena.");
      return inventoryKeys(body, open);
  }
}

/** The failure of an item reader. */
export function failed(cause: string): StateFailure {
  return new StateFailure("States.ItemReaderFailed", cause);
}

function readerFailure(error: unknown): StateFailure {
  if (error instanceof StateFailure) return error;
  if (!(error instanceof AwsError)) return failed(error instanceof Error ? error.message : String(error));
  const id = crypto.randomUUID();
  return failed(
    `${error.message} (Service: Amazon S3; Status Code: ${error.status}; Error Code: ${error.code}; ` +
      `Request ID: ${id}; S3 Extended Request ID: ${btoa(id)}; Proxy: null)`,
  );
}
