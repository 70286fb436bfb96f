"""boto3 and SageMaker: training jobs, models, endpoints, tags, lists, the runtime."""

import json
import time

import boto3
from fixtures import BUCKET, IMAGE, ROLE, capture_config, picture, refused, stage_pictures, training_job, variant

sagemaker = boto3.client("sagemaker")
runtime = boto3.client("sagemaker-runtime")
s3 = boto3.client("s3")
FAST = {"Delay": 1, "MaxAttempts": 120}


def training_jobs():
    stage_pictures()
    sagemaker.create_training_job(**training_job("matrix-b-job"))
    refused("ResourceInUse", sagemaker.create_training_job, **training_job("matrix-b-job"))
    sagemaker.get_waiter("training_job_completed_or_stopped").wait(TrainingJobName="matrix-b-job", WaiterConfig=FAST)
    job = sagemaker.describe_training_job(TrainingJobName="matrix-b-job")
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    assert job["SecondaryStatusTransitions"][-1]["Status"] == "Completed"
    assert [metric["MetricName"] for metric in job["FinalMetricDataList"]]
    sagemaker.create_training_job(**training_job("matrix-a-job", epochs=500))
    sagemaker.stop_training_job(TrainingJobName="matrix-a-job")
    sagemaker.get_waiter("training_job_completed_or_stopped").wait(TrainingJobName="matrix-a-job", WaiterConfig=FAST)
    assert sagemaker.describe_training_job(TrainingJobName="matrix-a-job")["TrainingJobStatus"] == "Stopped"
    refused("ValidationException", sagemaker.describe_training_job, TrainingJobName="nobody")
    broken = training_job("matrix-c-job") | {"HyperParameters": {"num_classes": "2", "num_training_samples": "64",
                                                                 "image_shape": "no"}}
    sagemaker.create_training_job(**broken)
    sagemaker.get_waiter("training_job_completed_or_stopped").wait(TrainingJobName="matrix-a-job", WaiterConfig=FAST)


def lists():
    def names(**filters):
        pages = sagemaker.get_paginator("list_training_jobs").paginate(NameContains="matrix-", **filters)
        return [job["TrainingJobName"] for page in pages for job in page["TrainingJobSummaries"]]

    everything = ["matrix-c-job", "matrix-a-job", "matrix-b-job"]
    assert names() == everything, names()
    assert names(PaginationConfig={"PageSize": 1}) == everything
    assert names(SortBy="Name", SortOrder="Ascending") == sorted(everything)
    assert names(StatusEquals="Stopped") == ["matrix-a-job"]
    created = sagemaker.describe_training_job(TrainingJobName="matrix-a-job")["CreationTime"]
    assert names(CreationTimeAfter=created) == ["matrix-c-job"]
    assert names(LastModifiedTimeAfter=created, SortBy="CreationTime", SortOrder="Ascending") == everything[1::-1]
    refused("ValidationException", sagemaker.list_training_jobs, NextToken="made up")


def endpoints():
    artifact = sagemaker.describe_training_job(TrainingJobName="matrix-b-job")["ModelArtifacts"]["S3ModelArtifacts"]
    container = {"Image": IMAGE, "ModelDataUrl": artifact}
    sagemaker.create_model(ModelName="matrix-model", ExecutionRoleArn=ROLE, PrimaryContainer=container)
    assert sagemaker.describe_model(ModelName="matrix-model")["PrimaryContainer"]["Image"] == IMAGE
    assert sagemaker.list_models(NameContains="matrix")["Models"][0]["ModelName"] == "matrix-model"
    for name in ("matrix-config", "matrix-config-2"):
        sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant("matrix-model")],
                                         DataCaptureConfig=capture_config())
    assert sagemaker.describe_endpoint_config(EndpointConfigName="matrix-config")["DataCaptureConfig"]["EnableCapture"]
    found = sagemaker.list_endpoint_configs(SortBy="Name", SortOrder="Ascending", MaxResults=1)
    assert found["EndpointConfigs"][0]["EndpointConfigName"] == "matrix-config" and found["NextToken"]
    sagemaker.create_endpoint(EndpointName="matrix", EndpointConfigName="matrix-config")
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName="matrix", WaiterConfig=FAST)
    sagemaker.update_endpoint(EndpointName="matrix", EndpointConfigName="matrix-config-2")
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName="matrix", WaiterConfig=FAST)
    described = sagemaker.describe_endpoint(EndpointName="matrix")
    assert described["EndpointConfigName"] == "matrix-config-2"
    listed = sagemaker.list_endpoints(StatusEquals="InService", NameContains="MATRIX")["Endpoints"]
    assert [endpoint["EndpointName"] for endpoint in listed] == ["matrix"]


def invocations():
    answer = runtime.invoke_endpoint(EndpointName="matrix", ContentType="image/png", Body=picture(1), InferenceId="one",
                                     CustomAttributes="trace=1", TargetVariant="AllTraffic")
    probabilities = json.loads(answer["Body"].read())
    assert len(probabilities) == 2 and abs(sum(probabilities) - 1) < 1e-5
    assert answer["InvokedProductionVariant"] == "AllTraffic"
    refused("ModelError", runtime.invoke_endpoint, EndpointName="matrix", ContentType="image/png", Body=b"no picture")
    refused("ValidationError", runtime.invoke_endpoint, EndpointName="nobody", Body=b"")


def tags():
    arn = sagemaker.describe_endpoint(EndpointName="matrix")["EndpointArn"]
    added = [{"Key": f"key-{number}", "Value": str(number)} for number in range(3)]
    sagemaker.add_tags(ResourceArn=arn, Tags=added)
    pages = sagemaker.get_paginator("list_tags").paginate(ResourceArn=arn)
    assert [tag for page in pages for tag in page["Tags"]] == added
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=["key-0", "key-1"])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == added[2:]


def deletions():
    sagemaker.delete_endpoint(EndpointName="matrix")
    sagemaker.get_waiter("endpoint_deleted").wait(EndpointName="matrix", WaiterConfig=FAST)
    for name in ("matrix-config", "matrix-config-2"):
        sagemaker.delete_endpoint_config(EndpointConfigName=name)
    sagemaker.delete_model(ModelName="matrix-model")
    refused("ValidationException", sagemaker.describe_model, ModelName="matrix-model")
    sagemaker.delete_training_job(TrainingJobName="matrix-a-job")
    captured = s3.list_objects_v2(Bucket=BUCKET, Prefix="data_capture/matrix/AllTraffic/")
    time.sleep(0 if captured["KeyCount"] else 1)
    assert s3.list_objects_v2(Bucket=BUCKET, Prefix="data_capture/matrix/AllTraffic/")["KeyCount"] == 1


PARTS = [training_jobs, lists, endpoints, invocations, tags, deletions]
