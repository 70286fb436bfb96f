"""The calls of the AWS CLI, with only AWS_ENDPOINT_URL set: `cli_matrix.py REPORT`."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from fixtures import (BUCKET, IMAGE, ROLE, capture_config, definition, make_role, package, picture, run,
                      training_job, until, variant)
from report import Report

AWS = Path(sys.executable).parent / "aws"
FOLDER = Path(tempfile.mkdtemp(prefix="scones-conformance-"))
FUNCTION = "cli-function"
FUNCTION_ARN = f"arn:aws:lambda:us-east-1:000000000000:function:{FUNCTION}"


def aws(command: str, *more: str, fails_with: str | None = None, **environment):
    """Runs `aws`; its JSON, or its text where it is none. Values that are not one word go into `more`."""
    done = subprocess.run([AWS, *command.split(), *more], cwd=FOLDER, capture_output=True, text=True,
                          env=os.environ | environment)
    if fails_with:
        assert done.returncode != 0 and fails_with in done.stderr, f"{fails_with} expected: {done.stdout}{done.stderr}"
        return None
    assert done.returncode == 0, f"aws {command}: {done.stderr}"
    try:
        return json.loads(done.stdout)
    except ValueError:
        return done.stdout


def s3():
    aws("s3 mb s3://cli-objects")
    pictures = FOLDER / "pictures"
    for number in range(1200):
        file = pictures / str(number % 12) / f"{number:04}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(picture(number % 2) + bytes([number % 256]))
    aws("s3 cp pictures s3://cli-objects/copied --recursive --quiet")
    assert len(aws("s3 ls s3://cli-objects/copied/ --recursive").splitlines()) == 1200
    aws("s3 sync pictures s3://cli-objects/synced --quiet")
    assert aws("s3 sync pictures s3://cli-objects/synced") == ""
    (pictures / "0" / "0000.png").write_bytes(b"changed")
    (pictures / "1" / "0001.png").unlink()
    assert len(aws("s3 sync pictures s3://cli-objects/synced --delete --no-progress").splitlines()) == 2
    aws("s3 sync s3://cli-objects/synced back --quiet")
    assert sum(file.is_file() for file in (FOLDER / "back").rglob("*")) == 1199
    folders = aws("s3 ls s3://cli-objects/synced/").split()
    assert folders[::2] == ["PRE"] * 12 and folders[1::2] == [f"{n}/" for n in sorted(map(str, range(12)))]
    assert aws("s3 sync s3://cli-objects/synced s3://cli-objects/third --quiet") == ""
    large = FOLDER / "large.bin"
    large.write_bytes(os.urandom(9_000_000))
    aws("s3 cp large.bin s3://cli-objects/large.bin --quiet")
    aws("s3 cp s3://cli-objects/large.bin large.back --quiet")
    assert (FOLDER / "large.back").read_bytes() == large.read_bytes()
    aws("s3 mv s3://cli-objects/large.bin s3://cli-objects/moved.bin --quiet")
    assert "Total Objects: 1" in aws("s3 ls s3://cli-objects/moved.bin --summarize")
    aws("s3 cp s3://cli-objects/nothing .", fails_with="404")
    listed = aws("s3api list-objects-v2 --bucket cli-objects --prefix copied/ --page-size 100 --max-items 250")
    assert len(listed["Contents"]) == 250 and listed["NextToken"]
    aws("s3 rm s3://cli-objects --recursive --quiet")
    assert aws("s3 ls s3://cli-objects") == ""
    aws("s3 rb s3://cli-objects")


def functions():
    (FOLDER / "function.zip").write_bytes(package())
    named = f"--function-name {FUNCTION}"
    aws(f"lambda create-function {named} --runtime nodejs22.x --handler index.handler --role {ROLE} "
        "--zip-file fileb://function.zip --tags made-by=conformance")
    aws(f"lambda wait function-active-v2 {named}")
    aws(f"lambda update-function-code {named} --zip-file fileb://function.zip")
    aws(f"lambda wait function-updated-v2 {named}")
    aws(f"lambda update-function-configuration {named} --timeout 20 --environment Variables={{STAGE=cli}}")
    aws(f"lambda wait function-updated {named}")
    assert aws(f"lambda get-function {named}")["Configuration"]["Environment"] == {"Variables": {"STAGE": "cli"}}
    assert FUNCTION in [found["FunctionName"] for found in aws("lambda list-functions --page-size 1")["Functions"]]
    answer = aws(f"lambda invoke {named} --log-type Tail out.json --payload",
                 '{"number": 4}')
    assert answer["StatusCode"] == 200 and answer["LogResult"]
    assert json.loads((FOLDER / "out.json").read_text()) == {"doubled": 8}
    aws("lambda get-function --function-name nobody", fails_with="ResourceNotFoundException")


def machines():
    text = json.dumps(definition(FUNCTION_ARN))
    assert aws("stepfunctions validate-state-machine-definition --definition", text)["result"] == "OK"
    machine = aws(f"stepfunctions create-state-machine --name cli-machine --role-arn {ROLE} --definition",
                  text)["stateMachineArn"]
    aws(f"stepfunctions update-state-machine --state-machine-arn {machine} --role-arn {ROLE}")
    assert aws(f"stepfunctions describe-state-machine --state-machine-arn {machine}")["status"] == "ACTIVE"
    aws("stepfunctions list-state-machines --page-size 1")
    execution = aws(f"stepfunctions start-execution --state-machine-arn {machine} --name one --input",
                    '{"number": 1}')["executionArn"]
    described = until(lambda: aws(f"stepfunctions describe-execution --execution-arn {execution}"),
                      lambda found: found["status"] != "RUNNING")
    assert described["output"] == '{"doubled":2}'
    assert aws(f"stepfunctions list-executions --state-machine-arn {machine}")["executions"][0]["name"] == "one"
    history = f"stepfunctions get-execution-history --execution-arn {execution}"
    events = aws(f"{history} --page-size 3")["events"]
    assert aws(f"{history} --reverse-order")["events"] == events[::-1]
    first = aws(f"{history} --max-items 2")
    assert aws(f"{history} --starting-token", first["NextToken"])["events"] == events[2:]
    aws(f"stepfunctions stop-execution --execution-arn {execution}")
    express = aws(f"stepfunctions create-state-machine --type EXPRESS --name cli-express --role-arn {ROLE}",
                  "--definition", text)["stateMachineArn"]
    # The CLI puts "sync-" before the host, which a host of numbers cannot have; this is its own switch for that.
    answer = aws(f"stepfunctions start-sync-execution --state-machine-arn {express} --input", '{"number": 3}',
                 AWS_DISABLE_HOST_PREFIX_INJECTION="true")
    assert answer["output"] == '{"doubled":6}'
    for arn in (machine, express):
        aws(f"stepfunctions delete-state-machine --state-machine-arn {arn}")


def sagemaker():
    aws("sagemaker create-training-job --cli-input-json", json.dumps(training_job("cli-job")))
    job = until(lambda: aws("sagemaker describe-training-job --training-job-name cli-job"),
                lambda found: found["TrainingJobStatus"] not in ("InProgress", "Stopping"))
    aws("sagemaker wait training-job-completed-or-stopped --training-job-name cli-job")
    assert job["TrainingJobStatus"] == "Completed"
    aws("sagemaker stop-training-job --training-job-name cli-job", fails_with="ValidationException")
    listed = aws("sagemaker list-training-jobs --name-contains cli --status-equals Completed --sort-by Name")
    assert listed["TrainingJobSummaries"]
    container = json.dumps({"Image": IMAGE, "ModelDataUrl": job["ModelArtifacts"]["S3ModelArtifacts"]})
    aws(f"sagemaker create-model --model-name cli-model --execution-role-arn {ROLE} --primary-container", container)
    aws("sagemaker describe-model --model-name cli-model")
    assert aws("sagemaker list-models --name-contains cli")["Models"]
    aws("sagemaker create-endpoint-config --endpoint-config-name cli-config", "--production-variants",
        json.dumps([variant("cli-model")]), "--data-capture-config", json.dumps(capture_config()))
    aws("sagemaker describe-endpoint-config --endpoint-config-name cli-config")
    assert aws("sagemaker list-endpoint-configs --name-contains cli")["EndpointConfigs"]
    arn = aws("sagemaker create-endpoint --endpoint-name cli --endpoint-config-name cli-config")["EndpointArn"]
    until(lambda: aws("sagemaker describe-endpoint --endpoint-name cli"),
          lambda found: found["EndpointStatus"] != "Creating")
    aws("sagemaker wait endpoint-in-service --endpoint-name cli")
    assert aws("sagemaker list-endpoints --status-equals InService")["Endpoints"]
    aws(f"sagemaker add-tags --resource-arn {arn} --tags Key=a,Value=1")
    assert aws(f"sagemaker list-tags --resource-arn {arn}")["Tags"] == [{"Key": "a", "Value": "1"}]
    (FOLDER / "picture.png").write_bytes(picture(0))
    answer = aws("sagemaker-runtime invoke-endpoint --endpoint-name cli --content-type image/png "
                 "--body fileb://picture.png --inference-id test/0.png answer.json")
    assert answer["InvokedProductionVariant"] == "AllTraffic"
    assert len(json.loads((FOLDER / "answer.json").read_text())) == 2
    aws("sagemaker delete-endpoint --endpoint-name cli")
    aws("sagemaker wait endpoint-deleted --endpoint-name cli")
    aws("sagemaker delete-endpoint-config --endpoint-config-name cli-config")
    aws("sagemaker delete-model --model-name cli-model")
    aws("sagemaker delete-training-job --training-job-name cli-job")


def iam():
    (FOLDER / "trust.json").write_text(json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}))
    aws("iam create-role --role-name cli-role --assume-role-policy-document file://trust.json")
    aws("iam wait role-exists --role-name cli-role")
    arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    aws(f"iam attach-role-policy --role-name cli-role --policy-arn {arn}")
    assert aws("iam list-attached-role-policies --role-name cli-role")["AttachedPolicies"][0]["PolicyArn"] == arn
    aws(f"iam detach-role-policy --role-name cli-role --policy-arn {arn}")
    assert aws("iam list-roles --page-size 1")["Roles"]
    aws("iam delete-role --role-name cli-role")
    aws("iam get-role --role-name cli-role", fails_with="NoSuchEntity")
    assert aws("sts get-caller-identity")["Account"] == "000000000000"


def logs():
    group = f"--log-group-name /aws/lambda/{FUNCTION}"
    assert aws(f"logs describe-log-groups --log-group-name-prefix /aws/lambda/{FUNCTION}")["logGroups"]
    stream = aws(f"logs describe-log-streams {group}")["logStreams"][0]["logStreamName"]
    events = aws(f"logs filter-log-events {group} --page-size 2")["events"]
    assert len(events) > 2
    assert aws(f"logs get-log-events {group} --limit 1 --log-stream-name", stream)["events"]
    aws(f"lambda delete-function --function-name {FUNCTION}")


report = Report(sys.argv[1])
try:
    run(report, [make_role, iam, s3, functions, machines, logs, sagemaker])
finally:
    shutil.rmtree(FOLDER)
report.write()
