/**
 * Runs operations: reads the input by its shape, asks for the permission, then does it. A client's request and a
 * sibling service's call go the same way, so that there is one of each operation.
 */
import { AwsError } from "./errors.ts";
import {
  type Call,
  OPEN,
  type Operation,
  type Operations,
  type Permission,
  type Principal,
} from "./operation.ts";
import type { Denial, Protocol } from "./protocols/protocol.ts";
import { validate } from "./shapes.ts";

/** A service of the local AWS: how it is spoken to, and what it can do. */
// deno-lint-ignore no-explicit-any -- services are of many kinds; each one's operations know its own
export interface Service<C = any> {
  /** The name that SigV4 signs for. */
  readonly name: string;
  readonly protocol: Protocol;
  readonly operations: Operations<C>;
  /** The service's own state, which its operations work on. */
  readonly context: C;
  /** Takes up what a stopped or killed server left: called once, when the server listens. */
  start?(): void | Promise<void>;
  /** Ends processes and timers, writes what is pending. */
  stop?(): void | Promise<void>;
  /** Whether work goes on that nobody may be asking about. */
  busy?(): boolean;
}

/** Who calls an operation, and how the call is known. */
export interface Caller {
  readonly principal: Principal;
  readonly region?: string;
  readonly requestId?: string;
  readonly signal?: AbortSignal;
}

export interface Authority {
  /** The account, 12 digits. */
  readonly account: string;
  /** What forbids it; undefined when it is allowed. */
  decide(principal: Principal, permission: Permission): Denial | undefined;
}

export class Dispatcher {
  readonly #owners = new Map<unknown, Service>();

  constructor(readonly authority: () => Authority) {}

  register(service: Service): void {
    for (const operation of service.operations.values()) this.#owners.set(operation, service);
  }

  /** For a sibling service: as over HTTP, with members instead of a request. @throws AwsError */
  call<I, C, O>(operation: Operation<I, C, O>, input: I, caller: Caller): O {
    const service = this.#owners.get(operation);
    if (!service) throw new Error(`The operation ${operation.name || "of no name"} belongs to no service.`);
    return this.run(service, operation, input, caller);
  }

  /** @throws AwsError as the service words it: violations of the shape, a denial, what the operation refuses */
  run<I, C, O>(service: Service<C>, operation: Operation<I, C, O>, members: unknown, caller: Caller): O {
    const { words } = service.protocol;
    const { input, violations } = validate(operation.input, members);
    if (violations.length > 0) throw words.invalid(violations);
    const authority = this.authority();
    const { principal, region, requestId = service.protocol.requestId(), signal } = caller;
    const known = { principal, region, requestId, signal };
    const authorize = (permission: Permission) => {
      const denial = authority.decide(principal, permission);
      if (denial) throw words.denied(denial);
    };
    const call: Call = { ...known, authorize };
    const resource = operation.resource?.(input, service.context, known) ?? "*";
    if (operation.action !== OPEN) {
      authorize({
        action: operation.action,
        resource,
        conditions: operation.conditions?.(input, service.context),
        policy: operation.policy?.(input, service.context),
      });
    }
    const role = operation.passRole?.(input, service.context);
    if (role !== undefined) this.#authorizePassRole(service, role, authorize, authority.account);
    return operation.run(input, service.context, call);
  }

  #authorizePassRole(
    { name, protocol }: Service,
    role: string,
    authorize: (permission: Permission) => void,
    ours: string,
  ): void {
    const account = /^arn:[^:]+:iam::(\d{12}):role\//.exec(role)?.[1];
    if (account !== undefined && account !== ours) {
      const { code, status } = protocol.words.denied({ principal: { arn: "" }, action: "", resource: "" });
      throw new AwsError(code, "Cross-account pass role is not allowed.", status);
    }
    const conditions = { "iam:PassedToService": `${name}.amazonaws.com` };
    authorize({ action: "iam:PassRole", resource: role, conditions });
  }
}
