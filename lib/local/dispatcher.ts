/**
 * Runs operations: checks the input against its shape, then the permission, then runs it. Requests of clients and
 * calls between services take the same path, so each operation exists once.
 */
import { AwsError } from "./errors.ts";
import {
  type Call,
  OPEN,
  type Operation,
  type Operations,
  type Permission,
  type Principal,
  takesAnyone,
} from "./operation.ts";
import type { Denial, Protocol } from "./protocols/protocol.ts";
import { validate } from "./shapes.ts";

/** A service of the local AWS: its protocol and its operations. */
// deno-lint-ignore no-explicit-any -- each service has its own context type
export interface Service<C = any> {
  /** The service name in SigV4's credential scope. */
  readonly name: string;
  /** Where a service is that has one place for all regions, as IAM has: us-east-1. */
  readonly region?: string;
  readonly protocol: Protocol;
  readonly operations: Operations<C>;
  /** The service's own state, which its operations work on. */
  readonly context: C;
  /** Resumes what a stopped or killed server left unfinished; called once, when the server listens. */
  start?(): void | Promise<void>;
  /**
   * Resumes what runs inside the server and could hold it up; called once, when all services have started and the server
   * can be found. It must return at once.
   */
  resume?(): void;
  /** Ends processes and timers, writes what is pending. */
  stop?(): void | Promise<void>;
  /** Whether work is running in the background, such as a training job. */
  busy?(): boolean;
  /** A role is being deleted: the service's policies that name it are to name its unique id. */
  roleDeleted?(rename: (policy: string) => string): void;
}

/** Who calls an operation, and the facts of the call. */
export interface Caller {
  readonly principal: Principal;
  /** The one that the request was signed for. */
  readonly region: string;
  readonly requestId?: string;
  readonly signal?: AbortSignal;
}

export interface Authority {
  /** The account, 12 digits. */
  readonly account: string;
  /** Why the permission is denied; undefined when it is granted. */
  decide(principal: Principal, permission: Permission, region: string): Denial | undefined;
}

export class Dispatcher {
  readonly #owners = new Map<unknown, (region: string) => Service>();
  readonly #services: Service[] = [];

  constructor(readonly authority: () => Authority) {}

  /** @param inRegion the service's counterpart in another region; the same one for services that have none */
  register(service: Service, inRegion: (region: string) => Service = () => service): void {
    this.#services.push(service);
    for (const operation of service.operations.values()) this.#owners.set(operation, inRegion);
  }

  /** The operation of a service by its name. */
  operation(service: string, name: string): Operation | undefined {
    const named = this.#services.filter((each) => each.name === service && each.operations.has(name));
    return named[0]?.operations.get(name);
  }

  /** For calls between services: like a request over HTTP, with the same checks. @throws AwsError */
  call<I, C, O>(operation: Operation<I, C, O>, input: I, caller: Caller): O {
    const inRegion = this.#owners.get(operation);
    if (!inRegion) {
      throw new Error(`No registered service has the operation ${operation.name || "(unnamed)"}.`);
    }
    return this.run(inRegion(caller.region), operation, input, caller);
  }

  /** @throws AwsError in the service's wording: an invalid input, a denied permission, or the operation's own error */
  run<I, C, O>(service: Service<C>, operation: Operation<I, C, O>, members: unknown, caller: Caller): O {
    const { words } = service.protocol;
    const open = operation.action === OPEN || (operation.link && caller.principal.anonymous);
    if (caller.principal.anonymous && !takesAnyone(operation)) throw words.unauthenticated("missing");
    const { input, violations } = validate(operation.input, members);
    if (violations.length > 0) throw words.invalid(violations);
    const authority = this.authority();
    const { principal, region, requestId = service.protocol.requestId(), signal } = caller;
    const known = { principal, region, requestId, signal };
    const authorize = (permission: Permission) => {
      const denial = authority.decide(principal, permission, service.region ?? region);
      if (denial) throw words.denied(denial);
    };
    const call: Call = { ...known, authorize };
    const resource = operation.resource?.(input, service.context, known) ?? "*";
    if (!open) {
      authorize({
        action: operation.action as string,
        resource,
        conditions: operation.conditions?.(input, service.context),
        policy: operation.policy?.(input, service.context),
      });
      if (operation.tagging && hasTags(input)) authorize({ action: operation.tagging, resource });
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

/** Whether an operation's input has tags, which the services call `Tags` or `tags`, as a list or by name. */
function hasTags(input: unknown): boolean {
  const { Tags, tags = Tags } = input as { Tags?: object; tags?: object };
  return tags !== undefined && Object.keys(tags).length > 0;
}
