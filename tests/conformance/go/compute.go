package main

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// The function finds AWS's SDK without bundling it.
const source = `import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
export const handler = async ({ number }) => {
  const { Account } = await new STSClient({}).send(new GetCallerIdentityCommand({}));
  return { doubled: 2 * number, account: Account };
};
`

var functionArn string

func functions(ctx context.Context, cfg aws.Config) error {
	var code bytes.Buffer
	archive := zip.NewWriter(&code)
	header := &zip.FileHeader{Name: "index.mjs", Method: zip.Deflate}
	header.SetMode(0o644)
	file, err := archive.CreateHeader(header)
	if err != nil {
		return err
	}
	if _, err = file.Write([]byte(source)); err != nil {
		return err
	}
	if err = archive.Close(); err != nil {
		return err
	}
	client, name := lambda.NewFromConfig(cfg), aws.String("conformance-go")
	made, err := client.CreateFunction(ctx, &lambda.CreateFunctionInput{
		FunctionName: name, Role: &roleArn, Runtime: lambdatypes.RuntimeNodejs22x, Handler: aws.String("index.handler"),
		Code: &lambdatypes.FunctionCode{ZipFile: code.Bytes()}, Timeout: aws.Int32(30), MemorySize: aws.Int32(256)})
	if err != nil {
		return err
	}
	functionArn = *made.FunctionArn
	waiter := lambda.NewFunctionActiveV2Waiter(client)
	if err = waiter.Wait(ctx, &lambda.GetFunctionInput{FunctionName: name}, time.Minute); err != nil {
		return err
	}
	answer, err := client.Invoke(ctx, &lambda.InvokeInput{FunctionName: name, Payload: []byte(`{"number":21}`)})
	if err != nil {
		return err
	}
	if got := string(answer.Payload); got != `{"doubled":42,"account":"000000000000"}` {
		return errors.New(got)
	}
	return nil
}

func machines(ctx context.Context, cfg aws.Config) error {
	client := sfn.NewFromConfig(cfg)
	definition := fmt.Sprintf(`{"StartAt":"Double","States":{"Double":{"Type":"Task","Resource":%q,"End":true}}}`,
		functionArn)
	made, err := client.CreateStateMachine(ctx, &sfn.CreateStateMachineInput{
		Name: aws.String("conformance-go"), Definition: &definition, RoleArn: &roleArn})
	if err != nil {
		return err
	}
	started, err := client.StartExecution(ctx, &sfn.StartExecutionInput{
		StateMachineArn: made.StateMachineArn, Input: aws.String(`{"number":4}`)})
	if err != nil {
		return err
	}
	for {
		got, err := client.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: started.ExecutionArn})
		if err != nil {
			return err
		}
		if got.Status == sfntypes.ExecutionStatusSucceeded {
			break
		}
		if got.Status != sfntypes.ExecutionStatusRunning {
			return fmt.Errorf("%s: %s", got.Status, aws.ToString(got.Cause))
		}
		time.Sleep(100 * time.Millisecond)
	}
	count := 0
	pages := sfn.NewGetExecutionHistoryPaginator(client, &sfn.GetExecutionHistoryInput{
		ExecutionArn: started.ExecutionArn, MaxResults: 2})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		count += len(page.Events)
	}
	if count != 7 {
		return fmt.Errorf("%d events", count)
	}
	return nil
}

func messages(ctx context.Context, cfg aws.Config) error {
	topics, queues := sns.NewFromConfig(cfg), sqs.NewFromConfig(cfg)
	topic, err := topics.CreateTopic(ctx, &sns.CreateTopicInput{Name: aws.String("conformance-go")})
	if err != nil {
		return err
	}
	queue, err := queues.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String("conformance-go")})
	if err != nil {
		return err
	}
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},` +
		`"Action":"sqs:SendMessage","Resource":"*"}]}`
	_, err = queues.SetQueueAttributes(ctx, &sqs.SetQueueAttributesInput{
		QueueUrl: queue.QueueUrl, Attributes: map[string]string{"Policy": policy}})
	if err != nil {
		return err
	}
	_, err = topics.Subscribe(ctx, &sns.SubscribeInput{TopicArn: topic.TopicArn, Protocol: aws.String("sqs"),
		Endpoint: aws.String("arn:aws:sqs:us-east-1:000000000000:conformance-go")})
	if err != nil {
		return err
	}
	_, err = topics.Publish(ctx, &sns.PublishInput{TopicArn: topic.TopicArn, Message: aws.String("hello")})
	if err != nil {
		return err
	}
	got, err := queues.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: queue.QueueUrl, WaitTimeSeconds: 10})
	if err != nil {
		return err
	}
	if len(got.Messages) != 1 {
		return fmt.Errorf("%d messages", len(got.Messages))
	}
	_, err = queues.DeleteMessage(ctx, &sqs.DeleteMessageInput{
		QueueUrl: queue.QueueUrl, ReceiptHandle: got.Messages[0].ReceiptHandle})
	return err
}
