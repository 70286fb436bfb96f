/**
 * The exceptions that AWS's SDKs have classes for, of those that the local AWS can answer with; any other error has the
 * service's general class. Source: the `models/errors` of the AWS SDK's clients.
 */
const MODELLED: Readonly<Record<string, readonly string[]>> = {
  s3: [
    ...["NoSuchBucket", "NoSuchKey", "NoSuchUpload", "BucketAlreadyExists", "BucketAlreadyOwnedByYou"],
    ...["InvalidObjectState", "EncryptionTypeMismatch", "InvalidRequest", "TooManyParts"],
  ],
  sqs: [
    ...["OverLimit", "QueueDoesNotExist", "RequestThrottled", "UnsupportedOperation", "MessageNotInflight"],
    ...["ReceiptHandleIsInvalid", "BatchEntryIdsNotDistinct", "EmptyBatchRequest", "InvalidBatchEntryId"],
    ...["TooManyEntriesInBatchRequest", "InvalidAttributeName", "InvalidAttributeValue", "QueueNameExists"],
    ...["QueueDeletedRecently", "PurgeQueueInProgress", "InvalidMessageContents", "BatchRequestTooLong"],
    ...["InvalidAddress", "InvalidSecurity", "ResourceNotFoundException"],
  ],
  sns: [
    ...["AuthorizationError", "InvalidParameter", "NotFound", "InternalError", "InvalidParameterValue"],
    ...["TagLimitExceeded", "TopicLimitExceeded", "SubscriptionLimitExceeded", "ResourceNotFound"],
    ...["BatchEntryIdsNotDistinct", "BatchRequestTooLong", "EmptyBatchRequest", "InvalidBatchEntryId"],
    ...["TooManyEntriesInBatchRequest", "FilterPolicyLimitExceeded", "Validation", "StaleTag"],
  ],
  sfn: [
    ...["ActivityAlreadyExists", "ActivityDoesNotExist", "ConflictException", "ExecutionAlreadyExists"],
    ...["ExecutionDoesNotExist", "ExecutionNotRedrivable", "InvalidArn", "InvalidDefinition", "InvalidName"],
    ...["InvalidExecutionInput", "InvalidLoggingConfiguration", "InvalidOutput", "InvalidToken"],
    ...["MissingRequiredParameter", "ResourceNotFound", "ServiceQuotaExceededException", "TaskTimedOut"],
    ...["StateMachineAlreadyExists", "StateMachineDeleting", "StateMachineDoesNotExist", "TooManyTags"],
    ...[
      "StateMachineTypeNotSupported",
      "TaskDoesNotExist",
      "ValidationException",
      "InvalidTracingConfiguration",
    ],
    "InvalidEncryptionConfiguration",
  ],
  lambda: [
    ...["InvalidParameterValueException", "PreconditionFailedException", "ResourceConflictException"],
    ...[
      "ResourceNotFoundException",
      "ServiceException",
      "TooManyRequestsException",
      "InvalidZipFileException",
    ],
    ...["InvalidRequestContentException", "RequestTooLargeException", "CodeStorageExceededException"],
    ...["ResourceNotReadyException", "UnsupportedMediaTypeException", "InvalidRuntimeException"],
  ],
  sagemaker: ["ResourceLimitExceeded", "ResourceNotFound", "ConflictException", "ResourceInUse"],
  sagemakerruntime: [
    ...["InternalDependencyException", "InternalFailure", "ModelError", "ModelNotReadyException"],
    ...["ServiceUnavailable", "ValidationError"],
  ],
  cloudwatchlogs: [
    ...["InvalidParameterException", "OperationAbortedException", "ResourceNotFoundException"],
    ...["ServiceUnavailableException", "ResourceAlreadyExistsException", "LimitExceededException"],
    ...["InvalidOperationException", "DataAlreadyAcceptedException", "InvalidSequenceTokenException"],
    ...["AccessDeniedException", "ThrottlingException", "ValidationException", "TooManyTagsException"],
  ],
  iam: [
    ...["NoSuchEntity", "EntityAlreadyExists", "InvalidInput", "LimitExceeded", "MalformedPolicyDocument"],
    ...["DeleteConflict", "ConcurrentModification", "UnmodifiableEntity", "PolicyNotAttachable"],
    "ServiceFailure",
  ],
};

/** The name of the SDK's exception for an error's code. @param general the service's general one */
export function exceptionName(service: string, code: string, general: string): string {
  if (!MODELLED[service]!.includes(code)) return general;
  return code.endsWith("Exception") ? code : `${code}Exception`;
}
