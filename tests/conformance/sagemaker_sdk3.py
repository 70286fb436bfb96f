"""SageMaker's Python SDK 3 at its defaults: `sagemaker_sdk3.py REPORT`.

It asks IAM whether the role suffices (SimulatePrincipalPolicy) before it trains and before it deploys. Bucket and role are
given, because it has STS's own host built in, as version 2 has.
"""

import json
import sys

from fixtures import BUCKET, IMAGE, ROLE, make_role, picture, run, stage_pictures
from report import Report
from sagemaker.core.helper.session_helper import Session
from sagemaker.core.training.configs import Compute, InputData, OutputDataConfig
from sagemaker.serve import ModelBuilder
from sagemaker.train import ModelTrainer

session = Session(default_bucket=BUCKET)
made = {}


def train():
    stage_pictures()
    trainer = ModelTrainer(
        training_image=IMAGE, role=ROLE, sagemaker_session=session, base_job_name="sdk3",
        compute=Compute(instance_type="ml.g4dn.xlarge", instance_count=1),
        output_data_config=OutputDataConfig(s3_output_path=f"s3://{BUCKET}/models"),
        hyperparameters={"image_shape": "3,32,32", "num_classes": 2, "num_training_samples": 64, "epochs": 2})
    channels = {"train": "train/", "validation": "test/", "train_lst": "train.lst", "validation_lst": "test.lst"}
    trainer.train(input_data_config=[InputData(channel_name=name, data_source=f"s3://{BUCKET}/{path}",
                                               content_type="application/x-image")
                                     for name, path in channels.items()])
    job = trainer._latest_training_job
    assert job.training_job_status == "Completed", job
    made["artifact"] = job.model_artifacts.s3_model_artifacts


def build():
    made["builder"] = ModelBuilder(image_uri=IMAGE, s3_model_data_url=made["artifact"], role_arn=ROLE,
                                   sagemaker_session=session, instance_type="ml.m5.xlarge")
    made["model"] = made["builder"].build(model_name="sdk3-model")


def deploy():
    made["endpoint"] = made["builder"].deploy(endpoint_name="sdk3-endpoint", initial_instance_count=1,
                                              instance_type="ml.m5.xlarge")


def invoke():
    answer = made["endpoint"].invoke(body=picture(1), content_type="image/png")
    probabilities = json.loads(answer.body.read())
    assert len(probabilities) == 2 and abs(sum(probabilities) - 1) < 1e-5, probabilities


def delete():
    made["endpoint"].delete()
    made["endpoint"].wait_for_delete(poll=1)
    made["model"].delete()


report = Report(sys.argv[1])
run(report, [make_role, train, build, deploy, invoke, delete])
report.write()
