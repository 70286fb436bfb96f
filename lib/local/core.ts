/** What every service of the local AWS is given. `services.ts` puts it together. */
import type { Authority, Caller } from "./dispatcher.ts";
import type { Operation, Principal } from "./operation.ts";
import type { SigningRules, WireRequest, Words } from "./protocols/protocol.ts";
import type { Store } from "./store.ts";
import type { Strict } from "./strict.ts";

export interface Core {
  /** The region's own. */
  readonly store: Store;
  /** The region's own, an absolute path; each service keeps its files in its own subfolder. */
  readonly stateDir: string;
  /** The only account, 12 digits. */
  readonly account: string;
  readonly region: string;
  /** Where users' programs connect: `http://127.0.0.1:<port>`, known once the server listens. */
  endpoint(): string;
  /** Where functions connect, a port of their own on which nobody is the administrator. */
  functionEndpoint(): string;
  /** Milliseconds since the epoch; tests move it. */
  now(): number;
  /** Runs an operation of any service in this region, exactly as over HTTP. @throws AwsError */
  call<I, C, O>(operation: Operation<I, C, O>, input: I, caller: Omit<Caller, "region">): O;
  /**
   * Reports an unexpected error of work that no request waits for. Such work calls this instead of throwing: an error
   * that nobody catches would end the server, and again at each start when the work is stored.
   * @param what the work
   */
  fault(error: unknown, what: string): void;
  /** The operation of a service by its name, for example `s3` and `GetObject`. */
  operation(service: string, name: string): Operation | undefined;
  readonly iam: Access;
  readonly logs: ServiceLogs;
  readonly metrics: ServiceMetrics;
  /** The strict profile, if it was chosen. */
  readonly strict?: Strict;
}

/** A service that assumes a role, and the resource it does so for: trust policies can have conditions on either. */
export interface Assumer {
  /** For example `lambda.amazonaws.com`. */
  readonly service: string;
  /** The ARN that AWS documents as the service's `aws:SourceArn`. */
  readonly sourceArn: string;
}

/**
 * How a listener takes requests that no key issued here signs:
 * - `open`: as the administrator's, whatever key they name (the users' port, by default);
 * - `signed`: the administrator signs with `ADMINISTRATOR_KEY`; unsigned requests are anonymous, other keys refused;
 * - `functions`: nobody is the administrator; unsigned requests are anonymous, other keys refused.
 */
export type Door = "open" | "signed" | "functions";

export interface Credentials {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken: string;
  /** Milliseconds since the epoch. */
  readonly Expiration: number;
}

/** What all services ask IAM: who is calling, what they may do, which roles a service may assume. */
export interface Access extends Authority {
  /**
   * The principal behind a request. One that names a key or a session token that the local AWS issued, in whatever
   * form, is verified; the door decides about all others.
   * @throws AwsError worded by `words` when the signature is wrong or cannot be verified, or the session has expired.
   */
  authenticate(request: WireRequest, rules: SigningRules, words: Words, door: Door): Principal;
  /** `AROA…:SESSION`, the account's number for its administrator, or `anonymous`. */
  userId(principal: Principal): string;
  /** The unique id of a role, which one made anew under the same name does not have; undefined when it does not exist. */
  roleId(roleArn: string): string | undefined;
  /** Whether the role exists, its trust policy lets the service assume it, and it has had time to propagate. */
  isAssumable(roleArn: string, by: Assumer): boolean;
  /** Starts a session of the role for a service. @throws Error when the service cannot assume it. */
  assumeRole(
    roleArn: string,
    by: Assumer,
    sessionName: string,
  ): { principal: Principal; credentials: Credentials };
}

/** How services write log lines for their users, as Lambda and SageMaker do. */
export interface ServiceLogs {
  /**
   * Whether `principal` may write to the stream, and may create it and its group if they do not exist.
   * A service without these permissions keeps running; its log lines are dropped.
   */
  mayWrite(principal: Principal, group: string, stream: string): boolean;
  /** Whether there is such a log group. */
  exists(group: string): boolean;
  /** Appends log lines; creates the group and the stream if they do not exist. @param timestamp in milliseconds */
  write(group: string, stream: string, messages: readonly string[], timestamp?: number): void;
}

/** Values by metric name, with CloudWatch's units. */
export type MetricValues = Readonly<Record<string, { readonly value: number; readonly unit: MetricUnit }>>;
export type MetricUnit = "Count" | "Milliseconds" | "Microseconds" | "None";

/** How services publish metrics for their users. Nothing comes back: no service depends on CloudWatch. */
export interface ServiceMetrics {
  /** @param namespace for example `AWS/Lambda` @param dimensions for example `{ FunctionName: "name" }` */
  publish(namespace: string, dimensions: Readonly<Record<string, string>>, values: MetricValues): void;
}
