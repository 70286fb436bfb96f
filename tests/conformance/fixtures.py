"""What the client matrix works with: a role, pictures, a function's code, and a runner that reports each failure."""

import io
import json
import struct
import sys
import time
import traceback
import zipfile
import zlib
from pathlib import Path

import boto3

BUCKET = "conformance-matrix"
ROLE_NAME = "conformance-role"
ROLE = f"arn:aws:iam::000000000000:role/{ROLE_NAME}"
IMAGE = "811284229777.dkr.ecr.us-east-1.amazonaws.com/image-classification:1"
TRUST = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{
        "Effect": "Allow",
        "Principal": {"Service": ["lambda.amazonaws.com", "sagemaker.amazonaws.com", "states.amazonaws.com"]},
        "Action": "sts:AssumeRole",
    }],
})
ALLOW_ALL = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
SOURCE = """
export const handler = async (event) => {
  console.log("event", JSON.stringify(event));
  if (event.fail) throw new RangeError("asked to fail");
  return { doubled: 2 * (event.number ?? 0) };
};
"""


def package(source: str = SOURCE) -> bytes:
    """A function's zip with `index.mjs`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo("index.mjs")
        entry.external_attr = 0o100644 << 16
        archive.writestr(entry, source)
    return buffer.getvalue()


def picture(label: int) -> bytes:
    """A PNG of 32 × 32 pixels of one colour: red for class 0, blue for class 1."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = b"\0" + bytes([(192, 48, 32), (32, 48, 192)][label]) * 32
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 32, 32, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(row * 32)) + chunk(b"IEND", b""))


def make_role() -> None:
    iam = boto3.client("iam")
    try:
        iam.create_role(RoleName=ROLE_NAME, AssumeRolePolicyDocument=TRUST)
    except iam.exceptions.EntityAlreadyExistsException:
        return
    iam.put_role_policy(RoleName=ROLE_NAME, PolicyName="all", PolicyDocument=ALLOW_ALL)


def stage_pictures(count: int = 64) -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    if s3.list_objects_v2(Bucket=BUCKET, Prefix="test.lst")["KeyCount"]:
        return  # another part has staged them
    for split in ("train", "test"):
        rows = [(index, index % 2, f"{index}.png") for index in range(count)]
        for _, label, name in rows:
            s3.put_object(Bucket=BUCKET, Key=f"{split}/{name}", Body=picture(label), ContentType="image/png")
        listed = "".join("\t".join(map(str, row)) + "\n" for row in rows)
        s3.put_object(Bucket=BUCKET, Key=f"{split}.lst", Body=listed)


def training_job(name: str, epochs: int = 1) -> dict:
    """CreateTrainingJob's request for the staged pictures; an epoch takes part of a second."""
    def channel(name: str, path: str) -> dict:
        source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/{path}",
                  "S3DataDistributionType": "FullyReplicated"}
        return {"ChannelName": name, "ContentType": "application/x-image", "DataSource": {"S3DataSource": source}}

    return {
        "TrainingJobName": name,
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        "RoleArn": ROLE,
        "HyperParameters": {"image_shape": "3,32,32", "num_classes": "2", "num_training_samples": "64",
                            "epochs": str(epochs)},
        "InputDataConfig": [channel("train", "train/"), channel("validation", "test/"),
                            channel("train_lst", "train.lst"), channel("validation_lst", "test.lst")],
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models"},
        "ResourceConfig": {"InstanceType": "ml.g4dn.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        "Tags": [{"Key": "made-by", "Value": "conformance"}],
    }


def variant(model: str) -> dict:
    return {"VariantName": "AllTraffic", "ModelName": model, "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 1,
            "InitialVariantWeight": 1.0}


def capture_config() -> dict:
    return {"EnableCapture": True, "InitialSamplingPercentage": 100, "DestinationS3Uri": f"s3://{BUCKET}/data_capture",
            "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
            "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]}}


def definition(function_arn: str) -> dict:
    return {"Comment": "Doubles a number", "StartAt": "Double", "States": {
        "Double": {"Type": "Task", "Resource": function_arn, "Next": "Enough"},
        "Enough": {"Type": "Choice", "Default": "Done",
                   "Choices": [{"Variable": "$.doubled", "NumericGreaterThan": 1000, "Next": "Refused"}]},
        "Refused": {"Type": "Fail", "Error": "TooLarge", "Cause": "more than 1000"},
        "Done": {"Type": "Succeed"}}}


def until(ask, holds, seconds: float = 120, every: float = 0.2):
    """What `ask` answers once it `holds`."""
    deadline = time.monotonic() + seconds
    while not holds(answer := ask()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {seconds} s still {answer}")
        time.sleep(every)
    return answer


def refused(code: str, call, **arguments) -> None:
    """Calls what must be refused under this name."""
    try:
        call(**arguments)
    except Exception as error:
        found = getattr(error, "response", {}).get("Error", {}).get("Code")
        assert found == code, f"{code} expected, {found} found: {error}"
    else:
        raise AssertionError(f"{code} expected, {call.__name__} was accepted")


def run(report, parts) -> None:
    """Runs the parts of a matrix; a failure is an objection with the line that failed, and the next part runs."""
    for part in parts:
        started = time.monotonic()
        try:
            part()
        except Exception as error:
            here = Path(__file__).parent
            at = [f for f in traceback.extract_tb(sys.exc_info()[2]) if Path(f.filename).parent == here][-1]
            output = getattr(error, "stderr", "") or ""
            report.object(f"{part.__module__}.{part.__name__}", f"{at.line}: {error} {output}".strip())
        print(f"  {part.__module__}.{part.__name__} {time.monotonic() - started:.1f} s", flush=True)
