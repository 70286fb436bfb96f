/** SNS: standard topics with subscriptions of SQS queues. */
import type { Service } from "../dispatcher.ts";
import { operationsOf } from "../operation.ts";
import type { Core } from "../core.ts";
import type { SnsContext } from "./context.ts";
import { snsProtocol } from "./protocol.ts";
import * as publishing from "./publish.ts";
import { Signing } from "./signing.ts";
import * as subscriptions from "./subscriptions.ts";
import * as tags from "./tags.ts";
import * as topics from "./topics.ts";

export function createSns(core: Core): Service<SnsContext> {
  const context: SnsContext = {
    core,
    topics: core.store.collection("sns.topics"),
    subscriptions: core.store.collection("sns.subscriptions"),
    signing: new Signing(core),
  };
  return {
    name: "sns",
    protocol: snsProtocol,
    operations: operationsOf(topics, tags, subscriptions, publishing),
    context,
    async start() {
      // Subscriptions of versions that did not sign.
      if (context.subscriptions.list().length > 0) await context.signing.ready();
    },
    roleDeleted(rename) {
      for (const topic of context.topics.list()) {
        const { Policy } = topic.attributes;
        if (Policy) {
          context.topics.put(topic.TopicArn, {
            ...topic,
            attributes: { ...topic.attributes, Policy: rename(Policy) },
          });
        }
      }
    },
  };
}
