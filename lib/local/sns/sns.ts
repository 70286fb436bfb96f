/** SNS: standard topics with subscriptions of SQS queues. */
import type { Service } from "../dispatcher.ts";
import { operationsOf } from "../operation.ts";
import type { Core } from "../core.ts";
import type { SnsContext } from "./context.ts";
import { snsProtocol } from "./protocol.ts";
import * as publishing from "./publish.ts";
import * as subscriptions from "./subscriptions.ts";
import * as tags from "./tags.ts";
import * as topics from "./topics.ts";

export function createSns(core: Core): Service<SnsContext> {
  return {
    name: "sns",
    protocol: snsProtocol,
    operations: operationsOf(topics, tags, subscriptions, publishing),
    context: {
      core,
      topics: core.store.collection("sns.topics"),
      subscriptions: core.store.collection("sns.subscriptions"),
    },
  };
}
