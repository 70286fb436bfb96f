"""boto3 and Step Functions: machines, executions, histories. Uses the function that boto_lambda.py made."""

import json

import boto3
from boto_lambda import NAME
from botocore.config import Config
from fixtures import ROLE, definition, refused, until

# Clients put "sync-" before the host of StartSyncExecution, which a host of numbers cannot have.
states = boto3.client("stepfunctions", config=Config(inject_host_prefix=False))
FUNCTION = f"arn:aws:lambda:us-east-1:000000000000:function:{NAME}"
ARNS = {}


def machines():
    valid = states.validate_state_machine_definition(definition=json.dumps(definition(FUNCTION)))
    assert valid["result"] == "OK"
    invalid = states.validate_state_machine_definition(definition=json.dumps({"StartAt": "A", "States": {}}))
    assert invalid["result"] == "FAIL" and invalid["diagnostics"][0]["severity"] == "ERROR"
    for kind in ("STANDARD", "EXPRESS"):
        ARNS[kind] = states.create_state_machine(
            name=f"matrix-{kind.lower()}", definition=json.dumps(definition(FUNCTION)), roleArn=ROLE, type=kind,
            tags=[{"key": "made-by", "value": "conformance"}])["stateMachineArn"]
    refused("InvalidDefinition", states.create_state_machine, name="broken", definition="{}", roleArn=ROLE)
    refused("InvalidName", states.create_state_machine, name="with space", definition="{}", roleArn=ROLE)
    refused("StateMachineDoesNotExist", states.describe_state_machine, stateMachineArn=ARNS["STANDARD"] + "x")
    changed = definition(FUNCTION) | {"Comment": "changed"}
    states.update_state_machine(stateMachineArn=ARNS["STANDARD"], definition=json.dumps(changed))
    described = states.describe_state_machine(stateMachineArn=ARNS["STANDARD"])
    assert json.loads(described["definition"])["Comment"] == "changed" and described["status"] == "ACTIVE"
    pages = states.get_paginator("list_state_machines").paginate(PaginationConfig={"PageSize": 1})
    assert {"matrix-standard", "matrix-express"} <= {m["name"] for page in pages for m in page["stateMachines"]}
    states.tag_resource(resourceArn=ARNS["EXPRESS"], tags=[{"key": "a", "value": "1"}])
    states.untag_resource(resourceArn=ARNS["EXPRESS"], tagKeys=["made-by"])
    assert states.list_tags_for_resource(resourceArn=ARNS["EXPRESS"])["tags"] == [{"key": "a", "value": "1"}]


def executions():
    def run(name: str, number: int) -> dict:
        arn = states.start_execution(stateMachineArn=ARNS["STANDARD"], name=name,
                                     input=json.dumps({"number": number}))["executionArn"]
        return until(lambda: states.describe_execution(executionArn=arn), lambda found: found["status"] != "RUNNING")

    assert json.loads(run("small", 1)["output"]) == {"doubled": 3}
    large = run("large", 1000)
    assert (large["status"], large["error"], large["cause"]) == ("FAILED", "TooLarge", "more than 1000")
    assert run("erring", "no number")["status"] in ("FAILED", "SUCCEEDED")
    refused("ExecutionAlreadyExists", states.start_execution, stateMachineArn=ARNS["STANDARD"], name="small",
            input="{}")
    refused("InvalidExecutionInput", states.start_execution, stateMachineArn=ARNS["STANDARD"], input="no JSON")
    refused("ExecutionDoesNotExist", states.describe_execution, executionArn=large["executionArn"] + "x")
    pages = states.get_paginator("list_executions").paginate(stateMachineArn=ARNS["STANDARD"],
                                                              PaginationConfig={"PageSize": 1})
    assert [e["name"] for page in pages for e in page["executions"]] == ["erring", "large", "small"]
    failed = states.list_executions(stateMachineArn=ARNS["STANDARD"], statusFilter="FAILED")["executions"]
    assert "large" in [execution["name"] for execution in failed]
    machine = states.describe_state_machine_for_execution(executionArn=large["executionArn"])
    assert machine["name"] == "matrix-standard"
    ARNS["large"] = large["executionArn"]


def histories():
    pages = list(states.get_paginator("get_execution_history").paginate(executionArn=ARNS["large"],
                                                                         PaginationConfig={"PageSize": 4}))
    events = [event for page in pages for event in page["events"]]
    assert len(pages) > 2 and [event["id"] for event in events] == list(range(1, len(events) + 1))
    assert events[-1]["type"] == "ExecutionFailed"
    reverse = states.get_execution_history(executionArn=ARNS["large"], reverseOrder=True, includeExecutionData=False)
    assert [event["id"] for event in reverse["events"]] == list(range(len(events), 0, -1))
    assert "input" not in reverse["events"][-1]["executionStartedEventDetails"]


def stopping():
    waiting = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 600, "End": True}}}
    machine = states.create_state_machine(name="matrix-waiting", definition=json.dumps(waiting), roleArn=ROLE)
    arn = states.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
    states.stop_execution(executionArn=arn, error="Enough", cause="of waiting")
    stopped = states.describe_execution(executionArn=arn)
    assert (stopped["status"], stopped["error"]) == ("ABORTED", "Enough")
    states.delete_state_machine(stateMachineArn=machine["stateMachineArn"])


def express():
    answer = states.start_sync_execution(stateMachineArn=ARNS["EXPRESS"], input='{"number": 2}')
    assert answer["status"] == "SUCCEEDED" and json.loads(answer["output"]) == {"doubled": 6}
    failed = states.start_sync_execution(stateMachineArn=ARNS["EXPRESS"], input='{"number": 2000}')
    assert (failed["status"], failed["error"]) == ("FAILED", "TooLarge")
    states.start_execution(stateMachineArn=ARNS["EXPRESS"], input="{}")
    refused("StateMachineTypeNotSupported", states.start_sync_execution, stateMachineArn=ARNS["STANDARD"])
    refused("StateMachineTypeNotSupported", states.list_executions, stateMachineArn=ARNS["EXPRESS"])


def delete():
    for kind in ("STANDARD", "EXPRESS"):
        states.delete_state_machine(stateMachineArn=ARNS[kind])
    left = states.list_state_machines()["stateMachines"]
    assert not [machine for machine in left if machine["name"].startswith("matrix-")], left


PARTS = [machines, executions, histories, stopping, express, delete]
