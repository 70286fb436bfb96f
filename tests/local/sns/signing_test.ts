import assert from "node:assert/strict";
import { createVerify, X509Certificate } from "node:crypto";
import { SetTopicAttributesCommand } from "@aws-sdk/client-sns";
import { failure, TOPIC_ARN, withTopic } from "./testing.ts";

type Notification = Record<string, string>;

/** As AWS tells receivers to do it ("Verifying the signatures of Amazon SNS messages"). */
async function isGenuine(message: Notification): Promise<boolean> {
  const answer = await fetch(message.SigningCertURL!);
  assert.equal(answer.status, 200);
  const { publicKey, subject } = new X509Certificate(await answer.text());
  assert.equal(subject, "CN=sns.us-east-1.amazonaws.com");
  const names = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];
  const text = names.filter((name) => name in message).map((name) => `${name}\n${message[name]}\n`).join("");
  const algorithm = message.SignatureVersion === "1" ? "RSA-SHA1" : "RSA-SHA256";
  return createVerify(algorithm).update(text).verify(publicKey, message.Signature!, "base64");
}

Deno.test("notifications are signed, in both versions, by a certificate that the local AWS serves", () =>
  withTopic(async ({ sns, publish, drain }) => {
    const received = async () => JSON.parse((await drain())[0]!.Body!) as Notification;
    await publish("hello", { Subject: "greeting" });
    const first = await received();
    assert.ok(first.SigningCertURL!.includes("/SimpleNotificationService.pem?"));
    assert.equal(first.SignatureVersion, "1");
    assert.equal(await isGenuine(first), true);
    assert.equal(await isGenuine({ ...first, Message: "hello!" }), false);

    const set = (AttributeValue: string) =>
      sns.send(
        new SetTopicAttributesCommand({
          TopicArn: TOPIC_ARN,
          AttributeName: "SignatureVersion",
          AttributeValue,
        }),
      );
    assert.deepEqual((await failure(set("3")))[0], "InvalidParameterException");
    await set("2");
    await publish("without a subject");
    const second = await received();
    assert.equal(second.SignatureVersion, "2");
    assert.equal(await isGenuine(second), true);
    assert.equal(await isGenuine({ ...second, SignatureVersion: "1" }), false);
  }));
