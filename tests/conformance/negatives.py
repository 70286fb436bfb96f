"""Sends requests that the service models refuse, and objects where the local AWS does not.

Every operation that was recorded with success gives one good request; each variant of it breaks one rule of the
model: `negatives.py REPORT RECORDING…`.
"""

import json
import re
import sys
from collections.abc import Iterator
from copy import deepcopy
from urllib.parse import unquote

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.model import OperationModel, Shape
from constraints import violations
from report import Report
from service_errors import error_problem
from wire import MODELS, Exchange

CONFIG = Config(parameter_validation=False, inject_host_prefix=False, retries={"total_max_attempts": 1},
                read_timeout=20, user_agent_extra="conformance")
CLIENTS = {name: boto3.client(name, config=CONFIG) for name in MODELS}

# The errors that a bad request may have; others (not found, conflict) show that it went on to be looked up.
REFUSALS = ("Validation", "Serialization", "Invalid", "Malformed", "Missing", "TooLong", "LimitExceeded", "TooMany",
            "EntityTooLarge", "NotImplemented", "NotSupported", "MethodNotAllowed", "BadDigest", "UnknownOperation")
# SageMaker has ValidationException for those too.
LOOKED_UP = re.compile("Could not find|already exist|not found|No S3 objects|Could not assume")

SCALARS = ("string", "integer", "long", "float", "double", "boolean", "timestamp")

# What fits only the body or the object of the recording; clients work the former out again.
OF_THE_RECORDING = ("ContentLength", "ContentMD5", "ChecksumAlgorithm", "ChecksumCRC32", "IfMatch",
                    "CopySourceIfMatch")

Path = tuple
Variant = tuple[str, Path, object]
REMOVED = object()
ANOTHER_TYPE = "of another type"


def variants(shape: Shape, value, path: Path = ()) -> Iterator[Variant]:
    """What breaks a rule of `shape` in or below `value`: rule, where, and the bad value there."""
    rules, kind = shape.metadata, shape.type_name
    if kind == "structure":
        for name, member in shape.members.items():
            if name in shape.required_members and name in value:
                yield "missing", (*path, name), REMOVED
            if name in value:
                yield from variants(member, value[name], (*path, name))
            elif bad := next(bad_scalars(member), None):
                yield bad[0], (*path, name), bad[1]
            # A member that is not known at all would be taken for anything.
            if "location" not in member.serialization and member.type_name != "blob":
                yield ANOTHER_TYPE, (*path, name), ["list"] if member.type_name in SCALARS else "text"
        return
    if kind == "list" and value:
        if "max" in rules and rules["max"] <= 2000:
            yield "too many", path, [deepcopy(value[0]) for _ in range(rules["max"] + 1)]
        if rules.get("min"):
            yield "too few", path, []
        yield from variants(shape.member, value[0], (*path, 0))
    elif kind == "map" and value:
        key = next(iter(value))
        if "max" in rules and rules["max"] <= 2000:
            yield "too many", path, {f"key{number}": value[key] for number in range(rules["max"] + 1)}
        for rule, _, bad in variants(shape.key, key):
            if isinstance(bad, str) and bad:
                yield f"{rule} key", path, {bad: value[key]}
        yield from variants(shape.value, value[key], (*path, key))
    elif kind in SCALARS:
        yield from ((rule, path, bad) for rule, bad in bad_scalars(shape))


def bad_scalars(shape: Shape) -> Iterator[tuple[str, object]]:
    rules, kind = shape.metadata, shape.type_name
    if kind == "string":
        if "enum" in rules:
            yield "no such value", "no-such-value"
        if rules.get("min", 0) > 1:
            yield "too short", "a" * (rules["min"] - 1)
        if rules.get("max", 10**9) <= 300_000:
            yield "too long", "a" * (rules["max"] + 1)
        if "pattern" in rules:
            bad = next((text for text in ("\t", "!", " é", "/a b/") if violations(shape, text)), None)
            if bad is not None:
                yield "against the pattern", bad
    elif kind in ("integer", "long", "float", "double"):
        if "min" in rules:
            yield "too small", rules["min"] - 1
        if "max" in rules:
            yield "too large", rules["max"] + 1


def changed(value, path: Path, bad):
    """A copy of a request with the bad value at the path."""
    copy = deepcopy(value)
    node = copy
    for step in path[:-1]:
        node = node[step]
    if bad is REMOVED:
        del node[path[-1]]
    else:
        node[path[-1]] = bad
    return copy


def good_requests(recordings: list[str]) -> dict[str, tuple[OperationModel, dict]]:
    """One accepted request per operation: the one that gives most to break."""
    found: dict[str, tuple[OperationModel, dict]] = {}
    for recording in recordings:
        with open(recording) as lines:
            for line in lines:
                exchange = Exchange(json.loads(line))
                if not exchange.operation or exchange.status >= 300 or not exchange.operation.input_shape:
                    continue
                request, problems = exchange.read_request()
                request = {name: value for name, value in request.items() if name not in OF_THE_RECORDING}
                known = found.get(exchange.name)
                if not problems and (known is None or size(request) > size(known[1])):
                    found[exchange.name] = (exchange.operation, request)
    return found


def size(value) -> int:
    """How many values a request holds."""
    if isinstance(value, dict):
        return 1 + sum(size(item) for item in value.values())
    return 1 + sum(size(item) for item in value[:3]) if isinstance(value, list) else 1


def send(operation: OperationModel, good: dict, rule: str, path: Path, bad) -> tuple[str, int, str] | None:
    """Error name, status and message of the answer; None when the client itself cannot write such a request."""
    service = operation.service_model.service_name
    client = CLIENTS[service]
    request = deepcopy(good) if rule == ANOTHER_TYPE else changed(good, path, bad)
    if service == "s3":
        make_what_is_named(request)
    elif service == "sqs" and "/" in request.get("QueueUrl", ""):
        CLIENTS["sqs"].create_queue(QueueName=request["QueueUrl"].rpartition("/")[2])

    def write_another_type(params, **_):
        # Clients do not write what is of another type, so it is put into the body that they wrote.
        params["body"] = json.dumps(changed(json.loads(params["body"]), path, bad))

    hook = f"before-call.{client.meta.service_model.service_id.hyphenize()}"
    if rule == ANOTHER_TYPE:
        client.meta.events.register(hook, write_another_type)
    method = next(name for name, api_name in client.meta.method_to_api_mapping.items() if api_name == operation.name)
    try:
        answer = getattr(client, method)(**request)
        return "accepted", answer["ResponseMetadata"]["HTTPStatusCode"], ""
    except ClientError as error:
        refusal, status = error.response["Error"], error.response["ResponseMetadata"]["HTTPStatusCode"]
        return refusal["Code"], status, refusal.get("Message", "")
    except Exception:
        return None
    finally:
        client.meta.events.unregister(hook, write_another_type)


def make_what_is_named(request: dict) -> None:
    """The bucket, the objects and the upload of a request, since S3 looks for them before it checks the rest."""
    s3, bucket, key = CLIENTS["s3"], request.get("Bucket"), request.get("Key", "key")
    if bucket is None:
        return
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key=key, Body=b"body")
    if "/" in request.get("CopySource", ""):
        request["CopySource"] = unquote(request["CopySource"])
        source_bucket, _, source_key = request["CopySource"].partition("/")
        s3.put_object(Bucket=source_bucket, Key=source_key, Body=b"body")
    if "UploadId" in request:
        request["UploadId"] = s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]


def is_telling(operation: OperationModel, rule: str, path: Path) -> bool:
    """Whether a variant still is a request of its operation that breaks a rule on the wire."""
    protocol = operation.service_model.metadata["protocol"]
    if rule == ANOTHER_TYPE:
        return "json" in protocol
    # Without a member of the query or the headers, a request of S3 is one of another operation.
    member = operation.input_shape.members[path[0]]
    if rule == "missing" and member.type_name == "blob":
        return False  # no body is an empty one
    return not (rule == "missing" and protocol == "rest-xml" and len(path) == 1 and "location" in member.serialization)


def main(report_file: str, *recordings: str) -> None:
    report = Report(report_file)
    for name, (operation, request) in sorted(good_requests(list(recordings)).items()):
        for rule, path, bad in variants(operation.input_shape, request):
            answer = send(operation, request, rule, path, bad) if is_telling(operation, rule, path) else None
            if answer is None:
                continue
            report.cover(name)
            report.validated += 1
            code, status, message = answer
            what = f"{name} with {'.'.join(map(str, path))} {rule}"
            if code == "accepted":
                report.object(what, "accepted")
            elif status >= 500 and code != "NotImplemented":
                report.object(what, f"{code}, status {status}")
            elif problem := error_problem(operation, code, status):
                report.object(what, problem)
            elif LOOKED_UP.search(message) or not any(refusal in code for refusal in REFUSALS):
                report.object(what, f"looked up before it was checked: {code} {message}")
    report.write()


if __name__ == "__main__":
    main(*sys.argv[1:])
