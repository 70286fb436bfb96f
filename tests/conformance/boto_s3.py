"""boto3 and S3: objects, listings, copies, multipart uploads, conditions, refusals."""

import io
import urllib.request

import boto3
from boto3.s3.transfer import TransferConfig
from fixtures import refused

s3 = boto3.client("s3")
BUCKET = "conformance-objects"


def buckets():
    refused("InvalidBucketName", s3.create_bucket, Bucket="under_score")
    s3.create_bucket(Bucket=BUCKET)
    s3.get_waiter("bucket_exists").wait(Bucket=BUCKET)
    assert BUCKET in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    assert s3.head_bucket(Bucket=BUCKET)["BucketRegion"] == "us-east-1"
    assert s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"] is None
    s3.create_bucket(Bucket=f"{BUCKET}-eu", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.delete_bucket(Bucket=f"{BUCKET}-eu")
    s3.get_waiter("bucket_not_exists").wait(Bucket=f"{BUCKET}-eu")
    refused("NoSuchBucket", s3.list_objects_v2, Bucket=f"{BUCKET}-eu")


def objects():
    put = s3.put_object(Bucket=BUCKET, Key="a b/ü+%.txt", Body=b"hello", ContentType="text/plain",
                        Metadata={"color": "red"}, CacheControl="no-cache")
    got = s3.get_object(Bucket=BUCKET, Key="a b/ü+%.txt")
    assert got["Body"].read() == b"hello" and got["ETag"] == put["ETag"] and got["Metadata"] == {"color": "red"}
    assert s3.get_object(Bucket=BUCKET, Key="a b/ü+%.txt", Range="bytes=1-2")["ContentRange"] == "bytes 1-2/5"
    head = s3.head_object(Bucket=BUCKET, Key="a b/ü+%.txt")
    assert head["ContentLength"] == 5 and head["CacheControl"] == "no-cache"
    s3.copy_object(Bucket=BUCKET, Key="copy.txt", CopySource={"Bucket": BUCKET, "Key": "a b/ü+%.txt"})
    s3.get_waiter("object_exists").wait(Bucket=BUCKET, Key="copy.txt")
    refused("NoSuchKey", s3.get_object, Bucket=BUCKET, Key="nobody")
    refused("404", s3.head_object, Bucket=BUCKET, Key="nobody")
    refused("304", s3.get_object, Bucket=BUCKET, Key="copy.txt", IfNoneMatch=put["ETag"])
    refused("PreconditionFailed", s3.put_object, Bucket=BUCKET, Key="copy.txt", Body=b"", IfNoneMatch="*")
    refused("InvalidRange", s3.get_object, Bucket=BUCKET, Key="copy.txt", Range="bytes=9-10")
    refused("BucketNotEmpty", s3.delete_bucket, Bucket=BUCKET)
    s3.delete_object(Bucket=BUCKET, Key="copy.txt")
    s3.get_waiter("object_not_exists").wait(Bucket=BUCKET, Key="copy.txt")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "a b/ü+%.txt"})
    assert urllib.request.urlopen(url).read() == b"hello"


def listings():
    for number in range(25):
        s3.put_object(Bucket=BUCKET, Key=f"list/{number % 3}/{number:03}", Body=b"x" * number)
    def paged(operation: str, size: int) -> list:
        paginator = s3.get_paginator(operation)
        return list(paginator.paginate(Bucket=BUCKET, Prefix="list/", PaginationConfig={"PageSize": size}))

    pages = paged("list_objects_v2", 7)
    keys = [item["Key"] for page in pages for item in page["Contents"]]
    assert len(pages) == 4 and len(keys) == 25 and keys == sorted(keys)
    folders = s3.list_objects_v2(Bucket=BUCKET, Prefix="list/", Delimiter="/")
    assert [folder["Prefix"] for folder in folders["CommonPrefixes"]] == ["list/0/", "list/1/", "list/2/"]
    after = s3.list_objects_v2(Bucket=BUCKET, Prefix="list/", StartAfter="list/1/999", FetchOwner=True)
    assert after["Contents"][0]["Key"] == "list/2/002"
    assert [len(page["Contents"]) for page in paged("list_objects", 10)] == [10, 10, 5]
    deleted = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in keys]})
    assert len(deleted["Deleted"]) == 25
    assert s3.list_objects_v2(Bucket=BUCKET, Prefix="list/")["KeyCount"] == 0


def multipart():
    size = 5 * 1024 * 1024
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="large", ContentType="application/octet-stream")["UploadId"]
    where = {"Bucket": BUCKET, "Key": "large", "UploadId": upload}
    parts = [{"PartNumber": n, "ETag": s3.upload_part(**where, PartNumber=n, Body=bytes([n]) * length)["ETag"]}
             for n, length in ((1, size), (2, 1000))]
    s3.put_object(Bucket=BUCKET, Key="source", Body=b"abc")
    copied = s3.upload_part_copy(**where, PartNumber=3, CopySource={"Bucket": BUCKET, "Key": "source"})
    assert [part["PartNumber"] for part in s3.list_parts(**where)["Parts"]] == [1, 2, 3]
    assert s3.list_multipart_uploads(Bucket=BUCKET)["Uploads"][0]["UploadId"] == upload
    refused("EntityTooSmall", s3.complete_multipart_upload, **where, MultipartUpload={
        "Parts": [*parts, {"PartNumber": 3, "ETag": copied["CopyPartResult"]["ETag"]}]})
    s3.complete_multipart_upload(**where, MultipartUpload={"Parts": parts})
    assert s3.head_object(Bucket=BUCKET, Key="large")["ETag"].endswith('-2"')
    aborted = s3.create_multipart_upload(Bucket=BUCKET, Key="aborted")["UploadId"]
    s3.abort_multipart_upload(Bucket=BUCKET, Key="aborted", UploadId=aborted)
    refused("NoSuchUpload", s3.list_parts, Bucket=BUCKET, Key="aborted", UploadId=aborted)
    config = TransferConfig(multipart_threshold=size, multipart_chunksize=size)
    s3.upload_fileobj(io.BytesIO(b"z" * (2 * size + 7)), BUCKET, "transferred", Config=config)
    back = io.BytesIO()
    s3.download_fileobj(BUCKET, "transferred", back, Config=config)
    assert back.getvalue() == b"z" * (2 * size + 7)


PARTS = [buckets, objects, listings, multipart]
