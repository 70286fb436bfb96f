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
  const topicsByArn: SnsContext["topics"] = core.store.collection("sns.topics");
  return {
    name: "sns",
    protocol: snsProtocol,
    operations: operationsOf(topics, tags, subscriptions, publishing),
    context: {
      core,
      topics: topicsByArn,
      subscriptions: core.store.collection("sns.subscriptions"),
    },
    roleDeleted(rename) {
      for (const topic of topicsByArn.list()) {
        const { Policy } = topic.attributes;
        if (Policy) {
          topicsByArn.put(topic.TopicArn, {
            ...topic,
            attributes: { ...topic.attributes, Policy: rename(Policy) },
          });
        }
      }
    },
  };
}
