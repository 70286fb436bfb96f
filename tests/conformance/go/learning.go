package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"
	runtimetypes "github.com/aws/aws-sdk-go-v2/service/sagemakerruntime/types"
)

const algorithm = "811284229777.dkr.ecr.us-east-1.amazonaws.com/image-classification:1"

var artifact string

// picture is a PNG of one colour: red for class 0, blue for class 1.
func picture(label int) []byte {
	pixels := image.NewRGBA(image.Rect(0, 0, 32, 32))
	fill := []color.Color{color.RGBA{192, 48, 32, 255}, color.RGBA{32, 48, 192, 255}}[label]
	draw.Draw(pixels, pixels.Bounds(), image.NewUniform(fill), image.Point{}, draw.Src)
	var file bytes.Buffer
	if err := png.Encode(&file, pixels); err != nil {
		panic(err) // a buffer takes everything
	}
	return file.Bytes()
}

func stage(ctx context.Context, client *s3.Client) error {
	put := func(key string, body []byte) error {
		_, err := client.PutObject(ctx, &s3.PutObjectInput{
			Bucket: aws.String(bucket), Key: &key, Body: bytes.NewReader(body)})
		return err
	}
	for _, split := range []string{"train", "test"} {
		var list strings.Builder
		for number := range 64 {
			name := fmt.Sprintf("%d.png", number)
			if err := put(split+"/"+name, picture(number%2)); err != nil {
				return err
			}
			fmt.Fprintf(&list, "%d\t%d\t%s\n", number, number%2, name)
		}
		if err := put(split+".lst", []byte(list.String())); err != nil {
			return err
		}
	}
	return nil
}

func training(ctx context.Context, cfg aws.Config) error {
	if err := stage(ctx, s3.NewFromConfig(cfg)); err != nil {
		return err
	}
	channel := func(name, path string) types.Channel {
		return types.Channel{ChannelName: &name, ContentType: aws.String("application/x-image"),
			DataSource: &types.DataSource{S3DataSource: &types.S3DataSource{
				S3DataType: types.S3DataTypeS3Prefix, S3Uri: aws.String("s3://" + bucket + "/" + path)}}}
	}
	client, name := sagemaker.NewFromConfig(cfg), aws.String("conformance-go")
	_, err := client.CreateTrainingJob(ctx, &sagemaker.CreateTrainingJobInput{
		TrainingJobName: name, RoleArn: &roleArn,
		AlgorithmSpecification: &types.AlgorithmSpecification{
			TrainingImage: aws.String(algorithm), TrainingInputMode: types.TrainingInputModeFile},
		HyperParameters: map[string]string{
			"image_shape": "3,32,32", "num_classes": "2", "num_training_samples": "64", "epochs": "2"},
		InputDataConfig: []types.Channel{channel("train", "train/"), channel("validation", "test/"),
			channel("train_lst", "train.lst"), channel("validation_lst", "test.lst")},
		OutputDataConfig: &types.OutputDataConfig{S3OutputPath: aws.String("s3://" + bucket + "/models")},
		ResourceConfig: &types.ResourceConfig{InstanceType: types.TrainingInstanceTypeMlG4dnXlarge,
			InstanceCount: aws.Int32(1), VolumeSizeInGB: aws.Int32(30)},
		EnableManagedSpotTraining: aws.Bool(true),
		StoppingCondition: &types.StoppingCondition{
			MaxRuntimeInSeconds: aws.Int32(600), MaxWaitTimeInSeconds: aws.Int32(1200)}})
	if err != nil {
		return err
	}
	quick := func(options *sagemaker.TrainingJobCompletedOrStoppedWaiterOptions) {
		options.MinDelay, options.MaxDelay = time.Second, time.Second
	}
	job, err := sagemaker.NewTrainingJobCompletedOrStoppedWaiter(client, quick).WaitForOutput(ctx,
		&sagemaker.DescribeTrainingJobInput{TrainingJobName: name}, 2*time.Minute)
	if err != nil {
		return err
	}
	if job.TrainingJobStatus != types.TrainingJobStatusCompleted || len(job.FinalMetricDataList) != 2 {
		return fmt.Errorf("%s: %s", job.TrainingJobStatus, aws.ToString(job.FailureReason))
	}
	artifact = *job.ModelArtifacts.S3ModelArtifacts
	return nil
}

func endpoint(ctx context.Context, cfg aws.Config) error {
	client, name := sagemaker.NewFromConfig(cfg), aws.String("conformance-go")
	_, err := client.CreateModel(ctx, &sagemaker.CreateModelInput{ModelName: name, ExecutionRoleArn: &roleArn,
		PrimaryContainer: &types.ContainerDefinition{Image: aws.String(algorithm), ModelDataUrl: &artifact}})
	if err != nil {
		return err
	}
	_, err = client.CreateEndpointConfig(ctx, &sagemaker.CreateEndpointConfigInput{EndpointConfigName: name,
		ProductionVariants: []types.ProductionVariant{{VariantName: aws.String("AllTraffic"), ModelName: name,
			InstanceType: types.ProductionVariantInstanceTypeMlM5Xlarge, InitialInstanceCount: aws.Int32(1)}}})
	if err != nil {
		return err
	}
	_, err = client.CreateEndpoint(ctx, &sagemaker.CreateEndpointInput{EndpointName: name, EndpointConfigName: name})
	if err != nil {
		return err
	}
	described := &sagemaker.DescribeEndpointInput{EndpointName: name}
	quick := func(options *sagemaker.EndpointInServiceWaiterOptions) {
		options.MinDelay, options.MaxDelay = time.Second, time.Second
	}
	if err = sagemaker.NewEndpointInServiceWaiter(client, quick).Wait(ctx, described, time.Minute); err != nil {
		return err
	}
	runtime := sagemakerruntime.NewFromConfig(cfg)
	invoke := func(body []byte) ([]byte, error) {
		answer, err := runtime.InvokeEndpoint(ctx, &sagemakerruntime.InvokeEndpointInput{
			EndpointName: name, ContentType: aws.String("image/png"), Body: body})
		if err != nil {
			return nil, err
		}
		return answer.Body, nil
	}
	body, err := invoke(picture(1))
	if err != nil {
		return err
	}
	var probabilities []float64
	if err = json.Unmarshal(body, &probabilities); err != nil || len(probabilities) != 2 {
		return fmt.Errorf("%s: %w", body, err)
	}
	_, err = invoke([]byte("no picture"))
	var refused *runtimetypes.ModelError
	if !errors.As(err, &refused) || *refused.OriginalStatusCode != 400 {
		return fmt.Errorf("ModelError expected: %w", err)
	}
	_, err = client.DeleteEndpoint(ctx, &sagemaker.DeleteEndpointInput{EndpointName: name})
	return err
}
