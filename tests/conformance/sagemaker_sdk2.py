"""SageMaker's Python SDK 2 at its defaults: `sagemaker_sdk2.py REPORT`.

Only AWS_ENDPOINT_URL is set. The SDK has STS's own host built in, so that `default_bucket()` and `get_execution_role()`
never ask another endpoint: bucket and role are given, as scripts outside of SageMaker's notebooks give them.
"""

import io
import sys
from contextlib import redirect_stdout

import boto3
import sagemaker
from botocore.exceptions import ClientError
from fixtures import BUCKET, IMAGE, ROLE, make_role, picture, run, stage_pictures, until
from report import Report
from sagemaker.deserializers import JSONDeserializer
from sagemaker.estimator import Estimator
from sagemaker.inputs import TrainingInput
from sagemaker.model_monitor import DataCaptureConfig
from sagemaker.serializers import IdentitySerializer

session = sagemaker.Session(default_bucket=BUCKET)
HYPERPARAMETERS = {"image_shape": "3,32,32", "num_classes": 2, "num_training_samples": 64, "epochs": 2}
CHANNELS = {name: TrainingInput(f"s3://{BUCKET}/{path}", content_type="application/x-image")
            for name, path in (("train", "train/"), ("validation", "test/"), ("train_lst", "train.lst"),
                               ("validation_lst", "test.lst"))}


def new_estimator(**more) -> Estimator:
    image = sagemaker.image_uris.retrieve("image-classification", session.boto_region_name)
    return Estimator(image_uri=image, role=ROLE, instance_count=1, instance_type="ml.g4dn.xlarge",
                     sagemaker_session=session, output_path=f"s3://{BUCKET}/models", hyperparameters=HYPERPARAMETERS,
                     **more)


estimator = new_estimator()
predictor = None


def fit():
    """Waits with the log stream, and sends DebugHookConfig and ProfilerConfig with the job."""
    assert estimator.image_uri == IMAGE, estimator.image_uri
    stage_pictures()
    with redirect_stdout(io.StringIO()) as printed:
        estimator.fit(CHANNELS)
    for line in ("Epoch[1] Validation-accuracy=", "Training seconds: ", "Billable seconds: "):
        assert line in printed.getvalue(), printed.getvalue()
    job = session.describe_training_job(estimator.latest_training_job.name)
    assert job["DebugHookConfig"]["CollectionConfigurations"] == [], job
    assert job["ProfilerConfig"]["ProfilingIntervalInMilliseconds"] == 500, job


def spot():
    """With everything that changes where and how often a job runs; found again by its name."""
    cheap = new_estimator(use_spot_instances=True, max_run=600, max_wait=1200, max_retry_attempts=2,
                          subnets=["subnet-1"], security_group_ids=["sg-1"], tags=[{"Key": "a", "Value": "b"}])
    cheap.fit(CHANNELS, logs="None")
    again = Estimator.attach(cheap.latest_training_job.name, sagemaker_session=session)
    assert again.model_data == cheap.model_data and again.use_spot_instances, again.model_data


def analytics():
    frame = estimator.training_job_analytics.dataframe()
    assert set(frame.metric_name) == {"train:accuracy", "validation:accuracy"}, frame


def deploy():
    global predictor
    capture = DataCaptureConfig(enable_capture=True, sampling_percentage=100,
                                destination_s3_uri=f"s3://{BUCKET}/data_capture")
    predictor = estimator.deploy(initial_instance_count=1, instance_type="ml.m5.xlarge", data_capture_config=capture,
                                 serializer=IdentitySerializer("image/png"), deserializer=JSONDeserializer())


def predict():
    probabilities = predictor.predict(picture(1))
    assert len(probabilities) == 2 and abs(sum(probabilities) - 1) < 1e-5, probabilities
    try:
        predictor.predict(b"no picture")
    except ClientError as error:
        assert error.response["Error"]["Code"] == "ModelError", error
    else:
        raise AssertionError("ModelError expected")
    group = f"/aws/sagemaker/Endpoints/{predictor.endpoint_name}"
    events = boto3.client("logs").filter_log_events(logGroupName=group, filterPattern="ERROR")["events"]
    assert len(events) == 1 and "unable to evaluate payload" in events[0]["message"], events
    prefix = f"data_capture/{predictor.endpoint_name}/AllTraffic/"
    until(lambda: boto3.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=prefix), lambda page: page["KeyCount"] > 0)


def delete():
    predictor.delete_model()
    predictor.delete_endpoint(delete_endpoint_config=True)
    boto3.client("sagemaker").get_waiter("endpoint_deleted").wait(EndpointName=predictor.endpoint_name,
                                                                  WaiterConfig={"Delay": 1, "MaxAttempts": 60})


report = Report(sys.argv[1])
run(report, [make_role, fit, spot, analytics, deploy, predict, delete])
report.write()
