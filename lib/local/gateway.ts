/**
 * The HTTP entry of the local AWS: a function from Request to Response. It refuses requests from other machines and
 * web pages, finds the service and the caller, and hands over to the service's protocol and the dispatcher.
 */
import { absentProtocol, absentService } from "./absent_service.ts";
import { AwsError } from "./errors.ts";
import type { Dispatcher, Service } from "./dispatcher.ts";
import { type Principal, takesAnyone } from "./operation.ts";
import { asksForPage } from "./start_page.ts";
import type { BodyReader, HeldBody } from "./protocols/body.ts";
import { headerText } from "./protocols/header_text.ts";
import type { SigningRules, WireRequest, Words } from "./protocols/protocol.ts";

import type { RequestRates } from "./request_rates.ts";

/** Where a starter checks that the server on a port is the local AWS it wants. */
export const HEALTH_PATH = "/_scones/health";

const FORM = "application/x-www-form-urlencoded";

/** As of the query protocol, in which forms are sent. */
const MAX_FORM_BYTES = 2 ** 20;

export interface GatewayOptions {
  /** An unsigned request goes to the first that claims it; S3, which claims any, comes last. */
  readonly services: readonly Service[];
  readonly dispatcher: Dispatcher;
  /** Of requests that name none. */
  readonly region: string;
  hasRegion(region: string): boolean;
  authenticate(request: WireRequest, rules: SigningRules, words: Words): Principal;
  /** The answer to `GET /_scones/health` (no bucket can have that name), if the listener gives one. */
  health?(): object;
  /** The answer to a browser at the root, if the listener gives one. */
  startPage?(principal: Principal): Promise<Response>;
  readonly bodies: BodyReader;
  /** Called with every unexpected error, which the client sees as status 500. */
  onFault(error: unknown, what: string): void;
  /** Called with one line for each request, for SCONES_DEBUG=requests. */
  /** Throttles requests, in the strict profile. */
  readonly rates?: RequestRates;
  onRequest?(line: string): void;
}

export function createGateway(options: GatewayOptions): (request: Request) => Promise<Response> {
  const { services, dispatcher, health, onFault, onRequest, rates } = options;
  return async (request) => {
    const began = performance.now();
    const url = new URL(request.url);
    const scope = credentialScope(request, url);
    const held = options.bodies.hold();
    const form = scope ? undefined : await unsignedForm(request, url, held);
    const service = serviceOf(services, request, form ? withAction(url, form) : url, scope?.service);
    const protocol = service?.protocol ?? absentProtocol(request, url, scope!.service);
    const requestId = protocol.requestId();
    const seen = { who: "", operation: `${request.method} ${url.pathname}` };
    let response: Response;
    try {
      refuseForeign(request, url);
      if (form instanceof AwsError) throw form;
      if (health && url.pathname === HEALTH_PATH) return protect(Response.json(health()));
      if (options.startPage && asksForPage(request, url)) {
        const wire: WireRequest = {
          method: "GET",
          url,
          headers: request.headers,
          body: null,
          rawUrl: request.url,
        };
        const principal = options.authenticate(wire, protocol.signing, protocol.words);
        return protect(await options.startPage(principal));
      }
      if (!service) throw absentService(scope!.service, services.map(({ name }) => name));
      const region = scope?.region ?? linkedRegion(url, options);
      response = await answer(service, request, held, url, region, requestId, seen, form);
    } catch (error) {
      if (!(error instanceof AwsError)) onFault(error, seen.operation);
      const shown = error instanceof AwsError ? error : protocol.words.internal();
      response = protocol.writeError(shown, requestId, url.pathname);
    } finally {
      held.release();
    }
    // A body left unread would keep the connection from being used again.
    if (request.body && !request.bodyUsed) await request.body.cancel().catch(() => {});
    protect(response);
    for (const [name, value] of Object.entries(protocol.requestIdHeaders(requestId))) {
      response.headers.set(name, value);
    }
    const milliseconds = (performance.now() - began).toFixed(1);
    onRequest?.(`${seen.who || "-"} ${seen.operation} ${response.status} ${milliseconds} ms`);
    if (request.method !== "HEAD") return response;
    await response.body?.cancel();
    return new Response(null, { status: response.status, headers: response.headers });
  };

  async function answer(
    service: Service,
    request: Request,
    held: HeldBody,
    url: URL,
    region: string,
    requestId: string,
    seen: { who: string; operation: string },
    form?: Uint8Array<ArrayBuffer>,
  ): Promise<Response> {
    const { protocol, operations } = service;
    const { method, headers } = request;
    const outside = { method, url, headers, rawUrl: request.url };
    const named = protocol.named?.(outside, operations);
    const body = form ??
      (protocol.streams
        ? request.body && options.bodies.stream(request.body)
        : await wholeBody(request, held, named?.http?.maxBytes ?? protocol.maxBytes ?? 0));
    const wire: WireRequest = { ...outside, body };
    const principal = options.authenticate(wire, protocol.signing, protocol.words);
    seen.who = principal.arn;
    // Before the body is parsed, which takes time.
    if (principal.anonymous && named && !takesAnyone(named)) {
      throw protocol.words.unauthenticated("missing");
    }
    if (service.region === undefined && !options.hasRegion(region)) {
      throw protocol.words.unauthenticated("region", [region, options.region]);
    }
    const { operation, members } = await protocol.read(wire, operations);
    seen.operation = `${service.name}:${operation.name}`;
    rates?.take(region, service.name, operation.name);
    const output = await dispatcher.call(operation, members, { principal, region, requestId });
    return protocol.write(output as object | undefined, operation, requestId);
  }
}

/** The whole body; null when it is empty. */
async function wholeBody(
  request: Request,
  held: HeldBody,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const body = await held.whole(request, maxBytes);
  if (body.byteLength === 0) return null;
  if (request.method !== "GET" && request.method !== "HEAD") return body;
  throw new AwsError("SerializationException", `A ${request.method} request cannot have a body.`);
}

/** The credential scope `AKID/date/region/service/aws4_request` of a signed or presigned request. */
function credentialScope(request: Request, url: URL): { region: string; service: string } | undefined {
  const header = request.headers.get("authorization")?.match(/Credential=([^,\s]+)/)?.[1];
  const parts = (header ?? url.searchParams.get("X-Amz-Credential") ?? "").split("/");
  return parts.length === 5 ? { region: parts[2]!, service: parts[3]! } : undefined;
}

/** The region of an unsigned request: SNS's links name theirs, `?Action=Unsubscribe&SubscriptionArn=…`. */
function linkedRegion(url: URL, { region, hasRegion }: GatewayOptions): string {
  const linked = url.searchParams.get("SubscriptionArn")?.split(":")[3];
  return linked !== undefined && hasRegion(linked) ? linked : region;
}

/**
 * The body of an unsigned request of the query protocol: it names the operation, and so the service. An error of reading
 * it is returned, for the answer; undefined for other requests.
 */
async function unsignedForm(
  request: Request,
  url: URL,
  held: HeldBody,
): Promise<Uint8Array<ArrayBuffer> | AwsError | undefined> {
  const type = request.headers.get("content-type") ?? "";
  if (request.method !== "POST" || url.pathname !== "/" || !type.startsWith(FORM)) return undefined;
  return await wholeBody(request, held, MAX_FORM_BYTES).then((body) => body ?? undefined, (error) => error);
}

/** The URL with the operation that a form names. */
function withAction(url: URL, form: Uint8Array | AwsError): URL {
  const text = form instanceof AwsError ? "" : new TextDecoder().decode(form);
  const [, action] = /(?:^|&)Action=(\w+)/.exec(text) ?? [];
  const named = new URL(url);
  if (action !== undefined) named.searchParams.set("Action", action);
  return named;
}

/** The service that a request is signed for or that claims it; undefined when the local AWS does not have it. */
function serviceOf(
  services: readonly Service[],
  request: Request,
  url: URL,
  signedFor: string | undefined,
): Service | undefined {
  const asked = signedFor === undefined ? services : services.filter(({ name }) => name === signedFor);
  const wire = { method: request.method, url, headers: request.headers, rawUrl: request.url };
  return asked.find(({ protocol, operations }) => protocol.claims(wire, operations)) ?? asked[0];
}

/** Where a browser that sends a request may say it comes from: an address that was typed, or the local AWS itself. */
const OWN_SITES: readonly (string | null)[] = [null, "none", "same-origin"];

/**
 * A web page must not be able to drive the local AWS: browsers send the page's `Origin`, or with links, pictures and
 * forms `Sec-Fetch-Site`; DNS rebinding shows in `Host`.
 */
function refuseForeign({ headers }: Request, url: URL): void {
  const local = /^(127\.0\.0\.1|localhost|\[::1\])$/;
  const named = (name: string | null) => name?.replace(/:\d+$/, "") ?? "";
  const origin = headers.get("origin");
  const site = headers.get("sec-fetch-site");
  const host = named(headers.get("host")) || url.hostname;
  // S3 clients that address buckets by host send bucket.localhost.
  const mine = local.test(host) || host.endsWith(".localhost");
  if (mine && origin === null && OWN_SITES.includes(site)) return;
  const foreign = !mine ? `the host ${host}` : origin ? `pages of ${origin}` : "pages of other sites";
  throw new AwsError(
    "AccessDenied",
    `The local AWS answers programs on this machine only, not ${foreign}.`,
    403,
  );
}

/** No header may be one that the server cannot send. No page may include an answer, and one that a browser shows as a page has no rights: objects come from anybody. */
function protect(response: Response): Response {
  for (const [name, value] of response.headers) {
    const sent = headerText(value);
    if (sent !== value) response.headers.set(name, sent);
  }
  response.headers.set("cross-origin-resource-policy", "same-origin");
  response.headers.set("content-security-policy", "sandbox");
  return response;
}
