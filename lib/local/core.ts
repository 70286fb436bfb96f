/** What every service of the local AWS is given. `server.ts` puts it together. */
import type { Authority, Caller } from "./dispatcher.ts";
import type { Operation, Principal } from "./operation.ts";
import type { SigningRules, WireRequest, Words } from "./protocols/protocol.ts";
import type { Store } from "./store.ts";

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
  /** Runs an operation of any service, exactly as over HTTP. @throws AwsError */
  call<I, C, O>(operation: Operation<I, C, O>, input: I, caller: Caller): O;
  readonly iam: Access;
  readonly logs: ServiceLogs;
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

/** What IAM decides for everybody: who is calling, what they may do, which roles services may assume. */
export interface Access extends Authority {
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

/** How services log for their users, on their own behalf. */
export interface ServiceLogs {
  /**
   * Whether a service that logs as `principal` may write to a stream, making it and its group where they are absent.
   * A service without these permissions goes on and its lines are lost.
   */
  mayWrite(principal: Principal, group: string, stream: string): boolean;
  /** Appends log lines; makes group and stream when absent. */
  write(group: string, stream: string, messages: readonly string[], timestamp?: number): void;
}
