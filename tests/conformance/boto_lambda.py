"""boto3 and Lambda: functions, versions, aliases, invocations, concurrency, tags, and the logs of functions."""

import base64
import json
import time

import boto3
from fixtures import ROLE, SOURCE, package, refused, until

functions = boto3.client("lambda")
logs = boto3.client("logs")
NAME = "matrix-function"
GROUP = f"/aws/lambda/{NAME}"


def create():
    request = {"FunctionName": NAME, "Role": ROLE, "Runtime": "nodejs22.x", "Handler": "index.handler",
               "Code": {"ZipFile": package()}, "Description": "doubles", "Tags": {"made-by": "conformance"},
               "Environment": {"Variables": {"STAGE": "test"}}, "Timeout": 10, "MemorySize": 256}
    created = functions.create_function(**request)
    assert created["State"] in ("Pending", "Active")
    functions.get_waiter("function_active_v2").wait(FunctionName=NAME)
    refused("ResourceConflictException", functions.create_function, **request)
    refused("InvalidParameterValueException", functions.create_function, **request | {"Role": ROLE + "-unknown"})
    refused("ResourceNotFoundException", functions.get_function, FunctionName="nobody")
    got = functions.get_function(FunctionName=NAME)
    assert got["Tags"] == {"made-by": "conformance"} and got["Code"]["RepositoryType"] == "S3"


def invoke():
    answer = functions.invoke(FunctionName=NAME, Payload=json.dumps({"number": 21}), LogType="Tail")
    assert json.loads(answer["Payload"].read()) == {"doubled": 42} and answer["ExecutedVersion"] == "$LATEST"
    assert "REPORT RequestId" in base64.b64decode(answer["LogResult"]).decode()
    failed = functions.invoke(FunctionName=NAME, Payload=b'{"fail": true}')
    assert failed["FunctionError"] == "Unhandled"
    assert json.loads(failed["Payload"].read())["errorType"] == "RangeError"
    assert functions.invoke(FunctionName=NAME, InvocationType="Event", Payload=b"{}")["StatusCode"] == 202
    assert functions.invoke(FunctionName=NAME, InvocationType="DryRun")["StatusCode"] == 204
    refused("InvalidRequestContentException", functions.invoke, FunctionName=NAME, Payload=b"no JSON")


def update():
    functions.update_function_code(FunctionName=NAME, ZipFile=package(SOURCE.replace("2 *", "3 *")))
    functions.get_waiter("function_updated_v2").wait(FunctionName=NAME)
    functions.update_function_configuration(FunctionName=NAME, Timeout=20, Environment={"Variables": {}})
    functions.get_waiter("function_updated").wait(FunctionName=NAME)
    assert functions.get_function_configuration(FunctionName=NAME)["Timeout"] == 20
    assert json.loads(functions.invoke(FunctionName=NAME, Payload=b'{"number": 2}')["Payload"].read()) == {"doubled": 6}
    refused("PreconditionFailedException", functions.update_function_code, FunctionName=NAME, ZipFile=package(),
            RevisionId="00000000-0000-0000-0000-000000000000")


def versions():
    version = functions.publish_version(FunctionName=NAME, Description="first")["Version"]
    assert version == "1"
    functions.get_waiter("published_version_active").wait(FunctionName=NAME, Qualifier=version)
    functions.create_alias(FunctionName=NAME, Name="live", FunctionVersion=version)
    functions.update_alias(FunctionName=NAME, Name="live", Description="what users get")
    assert functions.get_alias(FunctionName=NAME, Name="live")["FunctionVersion"] == "1"
    assert functions.list_aliases(FunctionName=NAME)["Aliases"][0]["Name"] == "live"
    listed = functions.list_versions_by_function(FunctionName=NAME)["Versions"]
    assert [version["Version"] for version in listed] == ["$LATEST", "1"]
    assert functions.invoke(FunctionName=NAME, Qualifier="live")["ExecutedVersion"] == "1"
    functions.delete_alias(FunctionName=NAME, Name="live")


def settings():
    functions.put_function_concurrency(FunctionName=NAME, ReservedConcurrentExecutions=2)
    assert functions.get_function_concurrency(FunctionName=NAME)["ReservedConcurrentExecutions"] == 2
    functions.delete_function_concurrency(FunctionName=NAME)
    assert functions.get_account_settings()["AccountLimit"]["ConcurrentExecutions"] >= 10
    arn = functions.get_function_configuration(FunctionName=NAME)["FunctionArn"]
    functions.tag_resource(Resource=arn, Tags={"a": "1", "b": "2"})
    functions.untag_resource(Resource=arn, TagKeys=["a", "made-by"])
    assert functions.list_tags(Resource=arn)["Tags"] == {"b": "2"}


def function_logs():
    events = until(lambda: logs.filter_log_events(logGroupName=GROUP, filterPattern="REPORT")["events"],
                   lambda found: len(found) >= 4)
    assert all(event["message"].startswith("REPORT") for event in events)
    groups = logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/matrix")["logGroups"]
    assert [group["logGroupName"] for group in groups] == [GROUP]
    streams = logs.describe_log_streams(logGroupName=GROUP, orderBy="LastEventTime", descending=True)["logStreams"]
    stream = {"logGroupName": GROUP, "logStreamName": streams[-1]["logStreamName"]}
    forward = logs.get_log_events(**stream, startFromHead=True, limit=1)
    assert forward["events"][0]["message"].startswith("INIT_START")
    following = logs.get_log_events(**stream, nextToken=forward["nextForwardToken"], startFromHead=True)
    assert following["events"][0]["message"].startswith("START")


def own_logs():
    group = {"logGroupName": "conformance"}
    logs.create_log_group(**group)
    refused("ResourceAlreadyExistsException", logs.create_log_group, **group)
    logs.put_retention_policy(**group, retentionInDays=7)
    arn = logs.describe_log_groups(logGroupNamePrefix="conformance")["logGroups"][0]["logGroupArn"]
    logs.tag_resource(resourceArn=arn, tags={"a": "1", "b": "2"})
    logs.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "2"}
    for name in ("one", "two"):
        logs.create_log_stream(**group, logStreamName=name)
        now = round(time.time() * 1000)
        events = [{"timestamp": now + number, "message": f"{name} {number}"} for number in range(5)]
        logs.put_log_events(**group, logStreamName=name, logEvents=events)
    pages = logs.get_paginator("filter_log_events").paginate(**group, PaginationConfig={"PageSize": 3})
    assert len([event for page in pages for event in page["events"]]) == 10
    assert len(logs.filter_log_events(**group, logStreamNamePrefix="tw", startTime=now + 2)["events"]) == 3
    pages = logs.get_paginator("describe_log_streams").paginate(**group, PaginationConfig={"PageSize": 1})
    assert [stream["logStreamName"] for page in pages for stream in page["logStreams"]] == ["one", "two"]
    logs.delete_retention_policy(**group)
    logs.delete_log_stream(**group, logStreamName="one")
    logs.delete_log_group(**group)
    refused("ResourceNotFoundException", logs.describe_log_streams, **group)


def delete():
    for number in range(3):
        functions.create_function(FunctionName=f"{NAME}-{number}", Role=ROLE, Runtime="nodejs22.x",
                                  Handler="index.handler", Code={"ZipFile": package()})
    pages = functions.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 2})
    names = [function["FunctionName"] for page in pages for function in page["Functions"]]
    assert {NAME, *(f"{NAME}-{number}" for number in range(3))} <= set(names)
    for number in range(3):
        functions.get_waiter("function_active_v2").wait(FunctionName=f"{NAME}-{number}")
        functions.delete_function(FunctionName=f"{NAME}-{number}")
    refused("ResourceNotFoundException", functions.invoke, FunctionName=f"{NAME}-0")


PARTS = [create, invoke, update, versions, settings, function_logs, own_logs, delete]
