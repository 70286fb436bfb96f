"""boto3 and SNS, SQS: a topic, its subscription by a queue, messages through both."""

import json

import boto3
from fixtures import refused

sns = boto3.client("sns")
sqs = boto3.client("sqs")
MADE = {}


def queues():
    MADE["url"] = sqs.create_queue(QueueName="matrix-queue", Attributes={"VisibilityTimeout": "1"},
                                   tags={"made-by": "conformance"})["QueueUrl"]
    assert sqs.get_queue_url(QueueName="matrix-queue")["QueueUrl"] == MADE["url"]
    assert MADE["url"] in sqs.list_queues(QueueNamePrefix="matrix")["QueueUrls"]
    attributes = sqs.get_queue_attributes(QueueUrl=MADE["url"], AttributeNames=["All"])["Attributes"]
    assert attributes["VisibilityTimeout"] == "1"
    MADE["queue"] = attributes["QueueArn"]
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
                                                      "Action": "sqs:SendMessage", "Resource": MADE["queue"]}]}
    sqs.set_queue_attributes(QueueUrl=MADE["url"], Attributes={"Policy": json.dumps(policy)})
    assert sqs.list_queue_tags(QueueUrl=MADE["url"])["Tags"] == {"made-by": "conformance"}
    refused("AWS.SimpleQueueService.NonExistentQueue", sqs.get_queue_url, QueueName="nobody")
    refused("InvalidParameterValue", sqs.create_queue, QueueName="with space")


def messages():
    note = {"kind": {"DataType": "String", "StringValue": "test"}}
    sqs.send_message(QueueUrl=MADE["url"], MessageBody="hello", MessageAttributes=note)
    message = sqs.receive_message(QueueUrl=MADE["url"], MessageAttributeNames=["All"], AttributeNames=["All"],
                                  WaitTimeSeconds=2)["Messages"][0]
    assert message["Body"] == "hello" and message["MessageAttributes"] == note
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"
    handle = {"QueueUrl": MADE["url"], "ReceiptHandle": message["ReceiptHandle"]}
    sqs.change_message_visibility(**handle, VisibilityTimeout=30)
    sqs.delete_message(**handle)
    sent = sqs.send_message_batch(QueueUrl=MADE["url"], Entries=[
        {"Id": str(number), "MessageBody": f"message {number}"} for number in range(3)])
    assert len(sent["Successful"]) == 3
    received = sqs.receive_message(QueueUrl=MADE["url"], MaxNumberOfMessages=10, WaitTimeSeconds=2)["Messages"]
    deleted = sqs.delete_message_batch(QueueUrl=MADE["url"], Entries=[
        {"Id": str(index), "ReceiptHandle": message["ReceiptHandle"]} for index, message in enumerate(received)])
    assert len(deleted["Successful"]) == len(received)


def topics():
    topic = MADE["topic"] = sns.create_topic(Name="matrix-topic")["TopicArn"]
    pages = sns.get_paginator("list_topics").paginate()
    assert topic in [found["TopicArn"] for page in pages for found in page["Topics"]]
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=MADE["queue"],
                                 ReturnSubscriptionArn=True)["SubscriptionArn"]
    listed = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert [found["Endpoint"] for found in listed] == [MADE["queue"]]
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["TopicArn"] == topic
    sns.publish(TopicArn=topic, Subject="news", Message="from the topic")
    message = sqs.receive_message(QueueUrl=MADE["url"], WaitTimeSeconds=5)["Messages"][0]
    body = json.loads(message["Body"])
    assert (body["Type"], body["Subject"], body["Message"]) == ("Notification", "news", "from the topic")
    sqs.delete_message(QueueUrl=MADE["url"], ReceiptHandle=message["ReceiptHandle"])
    sns.set_subscription_attributes(SubscriptionArn=subscription, AttributeName="RawMessageDelivery",
                                    AttributeValue="true")
    sns.publish(TopicArn=topic, Message="raw")
    assert sqs.receive_message(QueueUrl=MADE["url"], WaitTimeSeconds=5)["Messages"][0]["Body"] == "raw"
    sns.unsubscribe(SubscriptionArn=subscription)
    refused("NotFound", sns.publish, TopicArn=topic + "x", Message="nowhere")
    refused("InvalidParameter", sns.create_topic, Name="with space")


def delete():
    sns.delete_topic(TopicArn=MADE["topic"])
    sqs.purge_queue(QueueUrl=MADE["url"])
    sqs.delete_queue(QueueUrl=MADE["url"])
    refused("NotFound", sns.get_topic_attributes, TopicArn=MADE["topic"])


PARTS = [queues, messages, topics, delete]
