/** SQS: standard queues and their messages. */
import { AwsError, unsupported } from "../errors.ts";
import { jsonRpc, type Operation } from "../legacy_protocols.ts";
import type { Call, Core, Sqs } from "../services.ts";
import { Arrivals } from "./arrivals.ts";
import type { SqsContext } from "./context.ts";
import { missingMember } from "../legacy_shapes.ts";
import { invalidParameter, missingParameter } from "./errors.ts";
import { Messages } from "./messages.ts";
import { queueOperations } from "./queues.ts";
import { receiptOperations } from "./receipts.ts";
import { receiveOperations } from "./receive.ts";
import { deliverer, sendOperations } from "./send.ts";

export function createSqs(core: Core): Sqs {
  const sqs: SqsContext = {
    core,
    queues: core.store.collection("sqs.queues"),
    deleted: core.store.collection("sqs.deleted"),
    messages: new Messages(core.store),
    arrivals: new Arrivals(),
  };
  const operations = {
    ...queueOperations(sqs),
    ...sendOperations(sqs),
    ...receiveOperations(sqs),
    ...receiptOperations(sqs),
  };
  return {
    handle: (call) => handle(operations, call),
    stop: () => sqs.arrivals.stop(),
    deliver: deliverer(sqs),
  };
}

async function handle(operations: Readonly<Record<string, Operation>>, call: Call): Promise<Response> {
  if (!call.request.headers.has("x-amz-target")) {
    throw unsupported("the query protocol of SQS, which clients before 2024 speak", "UnsupportedOperation");
  }
  try {
    return await jsonRpc("1.0", operations, call);
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== "ValidationException") throw error;
    // SQS names violated constraints otherwise than most services.
    const missing = missingMember(error);
    throw missing === undefined ? invalidParameter(error.message) : missingParameter(missing);
  }
}
