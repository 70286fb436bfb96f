"""Validates recorded exchanges: `validate.py REPORT RECORDING…`."""

import json
import re
import sys
from collections import Counter

from botocore.model import OperationModel
from constraints import violations
from report import Report
from service_errors import error_code, error_problem
from wire import Exchange


UUID = ("x-amzn-requestid", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
REQUEST_IDS = {"s3": ("x-amz-request-id", "[0-9A-Z]{16}")}


def validate(exchange: Exchange, report: Report) -> None:
    operation, name = exchange.operation, exchange.name
    report.cover(name)
    request, problems = exchange.read_request()
    for problem in problems + violations(operation.input_shape, request):
        report.object(f"{name} request", problem)
    report.validated += 1
    if exchange.status < 300:
        response, problems = exchange.read_response()
        for problem in problems + violations(operation.output_shape, response):
            report.object(f"{name} response", problem)
        if exchange.status != expected_status(operation, exchange.status):
            report.object(f"{name} response", f"status {exchange.status}")
    elif problem := error_problem(operation, error_code(operation, exchange), exchange.status):
        report.object(f"{name} response", problem)
    report.validated += 1
    header, pattern = REQUEST_IDS.get(operation.service_model.service_name, UUID)
    if not re.fullmatch(pattern, exchange.response.headers.get(header, "")):
        report.object(f"{name} response", f"no {header} as AWS makes them")


def expected_status(operation: OperationModel, given: int) -> int:
    """The model's; S3 answers 204 or 206 where its model says 200, and a status may be a member of the answer."""
    members = operation.output_shape.members.values() if operation.output_shape else []
    is_member = any(member.serialization.get("location") == "statusCode" for member in members)
    if is_member or operation.service_model.service_name == "s3":
        return given
    return operation.http.get("responseCode", 200)


def main(report_file: str, *recordings: str) -> None:
    report = Report(report_file)
    unknown = Counter()
    for recording in recordings:
        with open(recording) as lines:
            for line in lines:
                exchange = Exchange(json.loads(line))
                if exchange.operation:
                    validate(exchange, report)
                elif "authorization" in exchange.request.headers:
                    unknown[f"{exchange.method} {exchange.request.path}"] += 1
    for what in unknown:
        report.object(what, "no operation of the models")
    report.write()


if __name__ == "__main__":
    main(*sys.argv[1:])
