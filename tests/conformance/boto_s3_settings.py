"""boto3 and the settings of S3's buckets: policy, public access, encryption, lifecycle, tags, and reads by habit."""

import json

import boto3
from fixtures import refused

s3 = boto3.client("s3")
BUCKET = "conformance-settings"
ARNS = [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]


def policy():
    s3.create_bucket(Bucket=BUCKET)
    refused("NoSuchBucketPolicy", s3.get_bucket_policy, Bucket=BUCKET)
    refused("MalformedPolicy", s3.put_bucket_policy, Bucket=BUCKET, Policy="no policy")
    document = json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ARNS,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]})
    s3.put_bucket_policy(Bucket=BUCKET, Policy=document)
    assert s3.get_bucket_policy(Bucket=BUCKET)["Policy"] == document
    assert s3.get_bucket_policy_status(Bucket=BUCKET)["PolicyStatus"] == {"IsPublic": False}
    public = json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": ARNS[1]}]})
    refused("AccessDenied", s3.put_bucket_policy, Bucket=BUCKET, Policy=public)
    s3.delete_public_access_block(Bucket=BUCKET)
    refused("NoSuchPublicAccessBlockConfiguration", s3.get_public_access_block, Bucket=BUCKET)
    s3.put_bucket_policy(Bucket=BUCKET, Policy=public)
    s3.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration={"RestrictPublicBuckets": True})
    blocked = s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"]
    assert blocked["RestrictPublicBuckets"] and not blocked["BlockPublicPolicy"]
    s3.delete_bucket_policy(Bucket=BUCKET)


def encryption():
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})
    assert s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"] == [rule]
    put = s3.put_object(Bucket=BUCKET, Key="encrypted", Body=b"x")
    assert put["ServerSideEncryption"] == "aws:kms" and put["SSEKMSKeyId"] and put["BucketKeyEnabled"]
    head = s3.head_object(Bucket=BUCKET, Key="encrypted")
    assert head["SSEKMSKeyId"] == put["SSEKMSKeyId"] and head["BucketKeyEnabled"] is True
    s3.delete_bucket_encryption(Bucket=BUCKET)


def lifecycle():
    refused("NoSuchLifecycleConfiguration", s3.get_bucket_lifecycle_configuration, Bucket=BUCKET)
    rules = [{"ID": "captures", "Status": "Enabled", "Filter": {"Prefix": "captures/"}, "Expiration": {"Days": 90},
              "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
             {"ID": "old", "Status": "Disabled", "Transitions": [{"Days": 30, "StorageClass": "GLACIER"}],
              "Filter": {"And": {"Prefix": "old/", "Tags": [{"Key": "a", "Value": "1"}]}}}]
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": rules})
    assert s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"] == rules
    assert 'rule-id="captures"' in s3.put_object(Bucket=BUCKET, Key="captures/a", Body=b"x")["Expiration"]
    s3.delete_bucket_lifecycle(Bucket=BUCKET)


def tagging():
    tags = {"TagSet": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "two words"}]}
    refused("NoSuchTagSet", s3.get_bucket_tagging, Bucket=BUCKET)
    s3.put_bucket_tagging(Bucket=BUCKET, Tagging=tags)
    assert s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"] == tags["TagSet"]
    s3.delete_bucket_tagging(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="tagged", Body=b"x", Tagging="a=1")
    assert s3.get_object(Bucket=BUCKET, Key="tagged")["TagCount"] == 1
    s3.put_object_tagging(Bucket=BUCKET, Key="tagged", Tagging=tags)
    assert s3.get_object_tagging(Bucket=BUCKET, Key="tagged")["TagSet"] == tags["TagSet"]
    refused("InvalidTag", s3.put_object_tagging, Bucket=BUCKET, Key="tagged", Tagging={"TagSet": [tags["TagSet"][0]] * 2})
    s3.delete_object_tagging(Bucket=BUCKET, Key="tagged")


def habits():
    """What tools ask of every bucket, set as it is, or delete to be sure."""
    s3.put_bucket_ownership_controls(Bucket=BUCKET, OwnershipControls={
        "Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
    s3.put_bucket_logging(Bucket=BUCKET, BucketLoggingStatus={})
    s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration={})
    s3.put_bucket_request_payment(Bucket=BUCKET, RequestPaymentConfiguration={"Payer": "BucketOwner"})
    for delete in (s3.delete_bucket_cors, s3.delete_bucket_website, s3.delete_bucket_replication):
        delete(Bucket=BUCKET)
    refused("AccessControlListNotSupported", s3.put_bucket_acl, Bucket=BUCKET, ACL="private")
    s3.put_object_acl(Bucket=BUCKET, Key="tagged", ACL="bucket-owner-full-control")
    assert s3.get_object_acl(Bucket=BUCKET, Key="tagged")["Grants"][0]["Permission"] == "FULL_CONTROL"
    pages = list(s3.get_paginator("list_object_versions").paginate(Bucket=BUCKET, PaginationConfig={"PageSize": 2}))
    assert [version["Key"] for page in pages for version in page["Versions"]] == ["captures/a", "encrypted", "tagged"]
    found = s3.get_object_attributes(Bucket=BUCKET, Key="tagged", ObjectAttributes=["ETag", "Checksum", "ObjectSize"])
    assert found["ObjectSize"] == 1 and found["Checksum"]["ChecksumType"] == "FULL_OBJECT"


PARTS = [policy, encryption, lifecycle, tagging, habits]
