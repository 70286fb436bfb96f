"""Which errors an operation may answer: those that its model declares, and those that all of a service's have."""

import xml.etree.ElementTree as ElementTree
import json

from botocore.model import OperationModel

# The "Common Errors" of the services' API references, with their statuses; the models do not repeat them.
SIGNATURE = {"IncompleteSignature": 400, "InvalidSignatureException": 403, "UnrecognizedClientException": 403,
             "ExpiredTokenException": 403, "MissingAuthenticationToken": 403, "AccessDeniedException": 400}
JSON = SIGNATURE | {"ValidationException": 400, "SerializationException": 400, "ThrottlingException": 400,
                    "UnknownOperationException": 400}
QUERY = {"ValidationError": 400, "AccessDenied": 403, "MalformedInput": 400, "MissingAction": 400, "InvalidAction": 400,
         "SignatureDoesNotMatch": 403, "InvalidClientTokenId": 403, "ExpiredToken": 403, "Throttling": 400}
COMMON = {
    "sagemaker": JSON,
    "stepfunctions": JSON,
    "logs": JSON,
    "lambda": JSON | {"AccessDeniedException": 403, "InvalidRequestContentException": 400,
                      "RequestEntityTooLargeException": 413},
    "sagemaker-runtime": JSON | {"ValidationError": 400, "ModelError": 424, "AccessDeniedException": 403},
    "cloudwatch": JSON | QUERY,
    "service-quotas": JSON,
    "iam": QUERY,
    "sns": QUERY,
    # On the wire under their names in the JSON protocol; clients show those of the query protocol.
    "sqs": JSON | {"InvalidParameterValueException": 400, "InvalidParameterValue": 400, "InvalidAttributeName": 400,
                   "MissingRequiredParameterException": 400, "MissingParameter": 400,
                   "AWS.SimpleQueueService.NonExistentQueue": 400},
    "sts": QUERY,
    # https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    "s3": {
        "AccessControlListNotSupported": 400, "AccessDenied": 403, "AuthorizationHeaderMalformed": 400,
        "BadDigest": 400, "BucketAlreadyOwnedByYou": 409, "BucketNotEmpty": 409, "EntityTooLarge": 400,
        "EntityTooSmall": 400, "ExpiredToken": 400, "IllegalLocationConstraintException": 400, "IncompleteBody": 400,
        "InvalidAccessKeyId": 403, "InvalidArgument": 400, "InvalidBucketName": 400, "InvalidDigest": 400,
        "InvalidEncryptionAlgorithmError": 400, "InvalidLocationConstraint": 400, "InvalidPart": 400,
        "InvalidPartOrder": 400, "InvalidRange": 416, "InvalidRequest": 400, "InvalidStorageClass": 400,
        "InvalidTag": 400, "InvalidURI": 400, "KeyTooLongError": 400, "MalformedPolicy": 400, "MalformedXML": 400,
        "MethodNotAllowed": 405, "NoSuchPublicAccessBlockConfiguration": 404,
        "MissingContentLength": 411, "NoSuchBucket": 404, "NoSuchBucketPolicy": 404, "NoSuchCORSConfiguration": 404,
        "NoSuchKey": 404, "NoSuchLifecycleConfiguration": 404, "NoSuchTagSet": 404, "NoSuchUpload": 404,
        "NoSuchVersion": 404, "NotImplemented": 501, "PermanentRedirect": 301, "PreconditionFailed": 412,
        "SignatureDoesNotMatch": 403, "XAmzContentSHA256Mismatch": 400,
        # A HEAD's error has no body: its name is its status.
        "400": 400, "403": 403, "404": 404, "304": 304, "412": 412, "416": 416,
    },
}


def error_code(operation: OperationModel, exchange) -> str:
    """The error's name as the clients of this protocol read it."""
    response = exchange.response
    if not response.body:
        return str(exchange.status)
    if operation.service_model.metadata["protocol"] in ("query", "rest-xml"):
        return next(e.text for e in ElementTree.fromstring(response.body).iter() if e.tag.rpartition("}")[2] == "Code")
    name = response.headers.get("x-amzn-errortype") or json.loads(response.body).get("__type", "")
    return name.split("#")[-1].split(":")[0]


def error_problem(operation: OperationModel, code: str, status: int) -> str | None:
    """What is wrong with an error answer of this operation, if anything."""
    expected = dict(COMMON[operation.service_model.service_name])
    for shape in operation.error_shapes:
        error = shape.metadata.get("error", {})
        default = expected.get(shape.name, 400)
        expected[error.get("code", shape.name)] = error.get("httpStatusCode", default)
    if code not in expected:
        return f"error {code} is not declared"
    return None if expected[code] == status else f"error {code} with status {status} instead of {expected[code]}"
