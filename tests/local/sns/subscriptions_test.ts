import assert from "node:assert/strict";
import { GetSubscriptionAttributesCommand, SubscribeCommand, UnsubscribeCommand } from "@aws-sdk/client-sns";
import { QUEUE_ARN } from "../sqs/testing.ts";
import { failure, TOPIC_ARN, withTopic } from "./testing.ts";

Deno.test("subscriptions are created once, described and deleted", () =>
  withTopic(async ({ sns, SubscriptionArn }) => {
    const subscribe = (Attributes?: Record<string, string>) =>
      sns.send(
        new SubscribeCommand({ TopicArn: TOPIC_ARN, Protocol: "sqs", Endpoint: QUEUE_ARN, Attributes }),
      );
    assert.equal((await subscribe()).SubscriptionArn, SubscriptionArn);
    assert.match((await failure(subscribe({ RawMessageDelivery: "true" })))[1], /different attributes$/);
    const get = () => sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
    assert.deepEqual((await get()).Attributes, {
      SubscriptionArn,
      TopicArn: TOPIC_ARN,
      Protocol: "sqs",
      Endpoint: QUEUE_ARN,
      Owner: "000000000000",
      SubscriptionPrincipal: "arn:aws:iam::000000000000:root",
      RawMessageDelivery: "false",
      ConfirmationWasAuthenticated: "true",
      PendingConfirmation: "false",
    });
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    assert.deepEqual(await failure(get()), ["NotFoundException", "Subscription does not exist"]);
  }));

Deno.test("ReturnSubscriptionArn is true or false", () =>
  withTopic(async ({ sns, SubscriptionArn, aws }) => {
    const subscription = { TopicArn: TOPIC_ARN, Protocol: "sqs", Endpoint: QUEUE_ARN };
    const subscribed = await sns.send(new SubscribeCommand({ ...subscription, ReturnSubscriptionArn: true }));
    assert.equal(subscribed.SubscriptionArn, SubscriptionArn);
    const body = new URLSearchParams({
      Action: "Subscribe",
      ...subscription,
      ReturnSubscriptionArn: "perhaps",
    });
    const response = await fetch(aws.endpoint, { method: "POST", body });
    assert.equal(response.status, 400, await response.text());
  }));
