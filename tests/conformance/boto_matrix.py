"""The calls of boto3, with only AWS_ENDPOINT_URL set: `boto_matrix.py REPORT`."""

import sys

import boto_iam
import boto_lambda
import boto_messages
import boto_s3
import boto_s3_settings
import boto_sagemaker
import boto_states
import boto_watch
from fixtures import make_role, run
from report import Report

report = Report(sys.argv[1])
run(report, [make_role, *boto_iam.PARTS, *boto_s3.PARTS, *boto_s3_settings.PARTS, *boto_lambda.PARTS,
             *boto_states.PARTS, *boto_messages.PARTS, *boto_watch.PARTS,
             *boto_sagemaker.PARTS])
report.write()
