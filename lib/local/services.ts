/**
 * What the parts of the local AWS are to each other. A service is made by a function of `Core` and sees its
 * siblings only through the interfaces below; `server.ts` puts them together.
 */
import type { Authority, Caller } from "./dispatcher.ts";
import type { Operation, Principal } from "./operation.ts";
import type { SigningRules, WireRequest, Words } from "./protocols/protocol.ts";
import type { Store } from "./store.ts";

export type { Principal } from "./operation.ts";

/** The services by the name that SigV4 signs for; SageMaker Runtime signs as `sagemaker` too. */
export const SERVICES = ["s3", "iam", "sts", "lambda", "states", "sagemaker", "logs", "sns", "sqs"] as const;
export type ServiceName = typeof SERVICES[number];

/** What every service is given. */
export interface Core {
  readonly store: Store;
  /** Absolute path; each service keeps files only in a folder of its own below it. */
  readonly stateDir: string;
  /** The one account there is, 12 digits. */
  readonly account: string;
  readonly region: string;
  /** `http://127.0.0.1:<port>`, known once the server listens. */
  endpoint(): string;
  /** Milliseconds since the epoch; tests move it. */
  now(): number;
  /** Runs an operation of a sibling service, exactly as over HTTP. @throws AwsError */
  call<I, C, O>(operation: Operation<I, C, O>, input: I, caller: Caller): O;
  /** The siblings, for use in calls (not while services are being made). */
  readonly siblings: Siblings;
}

export interface Siblings {
  readonly iam: Iam & LegacyIam;
  readonly s3: S3;
  readonly logs: Logs;
  readonly lambda: Lambda;
  readonly sns: Sns;
}

/** A service that is not yet made of operations. */
export interface LegacyService {
  /** Answers one request; throws AwsError for what AWS would refuse. */
  handle(call: Call): Promise<Response>;
  start?(): void | Promise<void>;
  stop?(): void | Promise<void>;
}

/** One request, attributed to a principal and routed to a service. */
export interface Call {
  readonly request: Request;
  readonly url: URL;
  readonly principal: Principal;
  readonly region: string;
  readonly requestId: string;
}

/** A service that assumes a role, and what it does so for: trust policies can ask for either. */
export interface Assumer {
  /** For example `lambda.amazonaws.com`. */
  readonly service: string;
  /** The ARN that AWS documents as the service's `aws:SourceArn`. */
  readonly sourceArn: string;
}

export interface Credentials {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken: string;
  /** Milliseconds since the epoch. */
  readonly Expiration: number;
}

export interface Iam extends Authority {
  /**
   * The principal behind a request, by its SigV4 credential: keys that the local AWS issued are verified,
   * any other key (or none) is the account's administrator.
   * @throws AwsError in the words given when an issued key's signature, token or expiry is wrong.
   */
  authenticate(request: WireRequest, rules: SigningRules, words: Words): Principal;
  /** `AROA…:SESSION`, or the account's number for its administrator. */
  userId(principal: Principal): string;
  /** Whether the role exists, its trust policy lets the service assume it, and it has had time to propagate. */
  isAssumable(roleArn: string, by: Assumer): boolean;
  /** Credentials and principal of a session of the role, for a service. @throws Error when not assumable. */
  assumeRole(
    roleArn: string,
    by: Assumer,
    sessionName: string,
  ): { principal: Principal; credentials: Credentials };
}

export interface S3Object {
  readonly Key: string;
  readonly Size: number;
  /** Quoted, as on the wire. */
  readonly ETag: string;
  /** Milliseconds since the epoch. */
  readonly LastModified: number;
  readonly ContentType?: string;
}

/** Each call is authorised for the principal, exactly as over HTTP. */
export interface S3 {
  /** @throws AwsError NoSuchBucket, NoSuchKey, AccessDenied */
  getObject(principal: Principal, bucket: string, key: string): S3Object & { Body: Uint8Array };
  putObject(
    principal: Principal,
    bucket: string,
    key: string,
    body: Uint8Array,
    contentType?: string,
  ): S3Object;
  /** All keys that begin with `prefix` (a plain string), in order. */
  listObjects(principal: Principal, bucket: string, prefix: string): S3Object[];
}

export interface Logs {
  /**
   * Whether a service that logs as `principal` may write to a stream, making it and its group where they are absent.
   * A service without these permissions goes on and its lines are lost.
   */
  mayWrite(principal: Principal, group: string, stream: string): boolean;
  /** Appends log lines as a service does for its users; makes group and stream when absent. */
  write(group: string, stream: string, messages: readonly string[], timestamp?: number): void;
}

export interface InvokeInput {
  /** Name, partial or full ARN, optionally with a qualifier. */
  FunctionName: string;
  Qualifier?: string;
  InvocationType?: "RequestResponse" | "Event" | "DryRun";
  LogType?: "None" | "Tail";
  ClientContext?: string;
  Payload: Uint8Array;
  signal?: AbortSignal;
}

export interface InvokeOutput {
  StatusCode: number;
  ExecutedVersion: string;
  FunctionError?: string;
  LogResult?: string;
  Payload: Uint8Array;
  RequestId: string;
}

export interface Lambda {
  /** Authorised for the principal. @throws AwsError for service errors; a function error is an output with FunctionError. */
  invoke(principal: Principal, input: InvokeInput): Promise<InvokeOutput>;
}

/** A message's attribute, as SNS and SQS have it. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  /** Base64. */
  readonly BinaryValue?: string;
}

export interface PublishInput {
  TopicArn?: string;
  TargetArn?: string;
  Message: string;
  Subject?: string;
  MessageStructure?: string;
  MessageAttributes?: Record<string, MessageAttribute>;
}

export interface Sns {
  /** Authorised for the principal. @throws AwsError NotFound, InvalidParameter, AuthorizationError */
  publish(principal: Principal, input: PublishInput): { MessageId: string };
}

/** What services ask that are not yet made of operations. */
export interface LegacyIam {
  authorize(
    principal: Principal,
    action: string,
    resource: string,
    context?: Record<string, string>,
    resourcePolicy?: string,
  ): void;
  authorizePassRole(principal: Principal, roleArn: string, service: string): void;
}
