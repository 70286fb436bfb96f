/** SQS: standard queues and their messages. */
import type { Service } from "../dispatcher.ts";
import { operationsOf } from "../operation.ts";
import type { Core } from "../core.ts";
import { Arrivals } from "../arrivals.ts";
import type { SqsContext } from "./context.ts";
import { Messages } from "./messages.ts";
import { sqsProtocol } from "./protocol.ts";
import * as queues from "./queues.ts";
import * as receipts from "./receipts.ts";
import * as receive from "./receive.ts";
import * as send from "./send.ts";
import * as tags from "./tags.ts";

export function createSqs(core: Core): Service<SqsContext> {
  const arrivals = new Arrivals();
  const byName: SqsContext["queues"] = core.store.collection("sqs.queues");
  return {
    name: "sqs",
    protocol: sqsProtocol,
    operations: operationsOf(queues, tags, send, receive, receipts),
    context: {
      core,
      queues: byName,
      deleted: core.store.collection("sqs.deleted"),
      messages: new Messages(core.store),
      arrivals,
    },
    stop: () => arrivals.stop(),
    roleDeleted(rename) {
      for (const queue of byName.list()) {
        const { Policy } = queue.attributes;
        if (Policy) {
          byName.put(queue.name, { ...queue, attributes: { ...queue.attributes, Policy: rename(Policy) } });
        }
      }
    },
  };
}
