package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/s3/manager"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

const (
	trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":` +
		`{"Service":["lambda.amazonaws.com","sagemaker.amazonaws.com","states.amazonaws.com"]}}]}`
	allowAll = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
)

var roleArn string

func identity(ctx context.Context, cfg aws.Config) error {
	if _, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}); err != nil {
		return err
	}
	client := iam.NewFromConfig(cfg)
	made, err := client.CreateRole(ctx, &iam.CreateRoleInput{
		RoleName: aws.String(role), AssumeRolePolicyDocument: aws.String(trust)})
	if err != nil {
		return err
	}
	roleArn = *made.Role.Arn
	_, err = client.PutRolePolicy(ctx, &iam.PutRolePolicyInput{
		RoleName: aws.String(role), PolicyName: aws.String("all"), PolicyDocument: aws.String(allowAll)})
	return err
}

func objects(ctx context.Context, cfg aws.Config) error {
	client := s3.NewFromConfig(cfg)
	if _, err := client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(bucket)}); err != nil {
		return err
	}
	large := bytes.Repeat([]byte("0123456789abcdef"), 1<<20) // 16 MiB: a multipart upload
	_, err := manager.NewUploader(client).Upload(ctx, &s3.PutObjectInput{
		Bucket: aws.String(bucket), Key: aws.String("large"), Body: bytes.NewReader(large)})
	if err != nil {
		return err
	}
	read := manager.NewWriteAtBuffer(nil)
	_, err = manager.NewDownloader(client).Download(ctx, read, &s3.GetObjectInput{
		Bucket: aws.String(bucket), Key: aws.String("large")})
	if err != nil {
		return err
	}
	if !bytes.Equal(read.Bytes(), large) {
		return errors.New("the large object came back changed")
	}
	for number := range 5 {
		_, err = client.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(bucket),
			Key: aws.String(fmt.Sprintf("list/%d", number)), Body: strings.NewReader("x")})
		if err != nil {
			return err
		}
	}
	count := 0
	pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{
		Bucket: aws.String(bucket), Prefix: aws.String("list/"), MaxKeys: aws.Int32(2)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		count += len(page.Contents)
	}
	if count != 5 {
		return fmt.Errorf("%d objects were listed", count)
	}
	_, err = client.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String("absent")})
	var missing *types.NoSuchKey
	if !errors.As(err, &missing) {
		return fmt.Errorf("NoSuchKey expected: %w", err)
	}
	return nil
}

// settings are what infrastructure tools read and write of every bucket.
func settings(ctx context.Context, cfg aws.Config) error {
	client, name := s3.NewFromConfig(cfg), aws.String(bucket)
	_, err := client.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: name})
	var refused smithy.APIError
	if !errors.As(err, &refused) || refused.ErrorCode() != "NoSuchBucketPolicy" {
		return fmt.Errorf("NoSuchBucketPolicy expected: %w", err)
	}
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":` +
		`["arn:aws:s3:::` + bucket + `","arn:aws:s3:::` + bucket + `/*"],` +
		`"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`
	if _, err = client.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: name, Policy: &policy}); err != nil {
		return err
	}
	tags := []types.Tag{{Key: aws.String("made-by"), Value: aws.String("conformance")}}
	_, err = client.PutBucketTagging(ctx, &s3.PutBucketTaggingInput{
		Bucket: name, Tagging: &types.Tagging{TagSet: tags}})
	if err != nil {
		return err
	}
	_, err = client.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{
		Bucket: name,
		LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: []types.LifecycleRule{{
			ID: aws.String("captures"), Status: types.ExpirationStatusEnabled,
			Filter:     &types.LifecycleRuleFilter{Prefix: aws.String("captures/")},
			Expiration: &types.LifecycleExpiration{Days: aws.Int32(90)}}}}})
	if err != nil {
		return err
	}
	put, err := client.PutObject(ctx, &s3.PutObjectInput{Bucket: name, Key: aws.String("captures/a"),
		Body: strings.NewReader("x"), Tagging: aws.String("kind=capture"),
		ServerSideEncryption: types.ServerSideEncryptionAwsKms})
	if err != nil {
		return err
	}
	if put.SSEKMSKeyId == nil || put.Expiration == nil {
		return errors.New("the answer names neither key nor expiration")
	}
	got, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: name, Key: aws.String("captures/a")})
	if err != nil {
		return err
	}
	defer got.Body.Close()
	if body, err := io.ReadAll(got.Body); err != nil || string(body) != "x" || *got.TagCount != 1 {
		return fmt.Errorf("read %q with %v tags: %w", body, got.TagCount, err)
	}
	versions, err := client.ListObjectVersions(ctx, &s3.ListObjectVersionsInput{Bucket: name})
	if err != nil {
		return err
	}
	if len(versions.Versions) != 7 || *versions.Versions[0].VersionId != "null" {
		return fmt.Errorf("%d versions", len(versions.Versions))
	}
	_, err = client.GetObjectAttributes(ctx, &s3.GetObjectAttributesInput{Bucket: name, Key: aws.String("large"),
		ObjectAttributes: []types.ObjectAttributes{types.ObjectAttributesEtag, types.ObjectAttributesObjectSize}})
	if err != nil {
		return err
	}
	_, err = client.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: name})
	return err
}
