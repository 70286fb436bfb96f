/** Lists stay in place when items go or change between two pages. */
import assert from "node:assert/strict";
import {
  CreateTopicCommand,
  DeleteTopicCommand,
  ListSubscriptionsByTopicCommand,
  ListSubscriptionsCommand,
  ListTopicsCommand,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from "@aws-sdk/client-sns";
import { QUEUE_ARN } from "../sqs/testing.ts";
import { TOPIC_ARN, withTopic } from "./testing.ts";

/** All items of a list in pages; `between` is given the items of the first page before the second is asked for. */
async function listed(
  list: (NextToken?: string) => Promise<{ arns: string[]; NextToken?: string }>,
  between: (first: string[]) => Promise<unknown>,
): Promise<string[][]> {
  const pages = [];
  let token: string | undefined;
  do {
    const { arns, NextToken } = await list(token);
    if (pages.push(arns) === 1) await between(arns);
    token = NextToken;
  } while (token !== undefined);
  return pages;
}

Deno.test("a page goes on behind the token's topic or subscription, though that is gone and others change", () =>
  withTopic(async ({ sns, SubscriptionArn }) => {
    const topics = Array.from({ length: 102 }, (_, n) => `${TOPIC_ARN}-${String(n).padStart(3, "0")}`);
    for (const arn of topics) await sns.send(new CreateTopicCommand({ Name: arn.split(":").at(-1) }));
    const pages = await listed(async (NextToken) => {
      const { Topics, ...rest } = await sns.send(new ListTopicsCommand({ NextToken }));
      return { arns: Topics!.map(({ TopicArn }) => TopicArn!), ...rest };
    }, async (first) => {
      await sns.send(new DeleteTopicCommand({ TopicArn: first.at(-1) }));
      const TopicArn = topics.at(-1);
      const named = { TopicArn, AttributeName: "DisplayName", AttributeValue: "a" };
      await sns.send(new SetTopicAttributesCommand(named));
    });
    assert.deepEqual(pages, [[TOPIC_ARN, ...topics.slice(0, 99)], topics.slice(99)]);
    await assert.rejects(sns.send(new ListTopicsCommand({ NextToken: "no token" })), {
      name: "InvalidParameterException",
      message: "Invalid parameter: NextToken",
    });

    const TopicArn = topics[0]!;
    const all = (NextToken?: string) => sns.send(new ListSubscriptionsCommand({ NextToken }));
    const byTopic = (NextToken?: string) =>
      sns.send(new ListSubscriptionsByTopicCommand({ TopicArn, NextToken }));
    for (const [list, others] of [[all, [SubscriptionArn]], [byTopic, []]] as const) {
      const ours: string[] = [];
      for (let n = 0; n < 102; n++) {
        const subscribe = new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: `${QUEUE_ARN}-${n}` });
        ours.push((await sns.send(subscribe)).SubscriptionArn!);
      }
      ours.sort();
      const pages = await listed(async (token) => {
        const { Subscriptions, NextToken } = await list(token);
        return { arns: Subscriptions!.map(({ SubscriptionArn }) => SubscriptionArn!), NextToken };
      }, async (first) => {
        await sns.send(new UnsubscribeCommand({ SubscriptionArn: first.at(-1) }));
        const raw = { AttributeName: "RawMessageDelivery", AttributeValue: "true" };
        await sns.send(new SetSubscriptionAttributesCommand({ SubscriptionArn: ours.at(-1), ...raw }));
      });
      assert.deepEqual(pages, [ours.slice(0, 100), [...ours.slice(100), ...others]]);
      for (const SubscriptionArn of ours) await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    }
  }));
