/**
 * The one door of the local AWS: a function from Request to Response. It refuses callers from elsewhere, finds
 * out who calls which service, hands over, and writes errors as the service would.
 */
import { absentServiceResponse } from "./absent_service.ts";
import { AwsError } from "./errors.ts";
import { errorResponse, readBody } from "./protocols.ts";
import { type Iam, type Service, type ServiceName, SERVICES } from "./services.ts";

/** Tells a starter whether the local AWS that it wants is the one that listens. */
export const HEALTH_PATH = "/_scones/health";

/** More than any service but S3 reads (Lambda 67 MiB), so that each can say what its own limit is. */
const MAX_BODY_BYTES = 80 * 2 ** 20;

export interface GatewayOptions {
  services: Readonly<Record<ServiceName, Service>> & { iam: Iam };
  region: string;
  /** What `GET /_scones/health` answers (no bucket can have that name). */
  health(): object;
  /** Told of every fault that is ours: an unexpected error behind a 500. */
  onFault(error: unknown, what: string): void;
}

export function createGateway(
  { services, region, health, onFault }: GatewayOptions,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const url = new URL(request.url);
    const scope = credentialScope(request, url);
    const service = serviceOf(request, url, scope?.service);
    const requestId = service === "s3" ? s3RequestId() : crypto.randomUUID();
    let response: Response;
    try {
      refuseForeign(request, url);
      if (url.pathname === HEALTH_PATH) return Response.json(health());
      if (scope && !isHere(scope.service)) {
        response = absentServiceResponse(request, scope.service, requestId);
      } else {
        const whole = service === "s3" ? request : await withBody(request);
        const principal = await services.iam.authenticate(whole);
        const call = { request: whole, url, principal, region: scope?.region ?? region, requestId };
        response = await services[service].handle(call);
      }
    } catch (error) {
      if (!(error instanceof AwsError)) onFault(error, `${request.method} ${url.pathname}`);
      const shown = error instanceof AwsError ? error : new AwsError(
        service === "s3" ? "InternalError" : "InternalFailure",
        "An internal error occurred.",
        500,
      );
      response = errorResponse(shown, service, requestId, url.pathname);
    }
    // A body left unread would keep the connection from being used again.
    if (request.body && !request.bodyUsed) await request.body.cancel().catch(() => {});
    response.headers.set(service === "s3" ? "x-amz-request-id" : "x-amzn-requestid", requestId);
    if (service === "s3") {
      response.headers.set("x-amz-id-2", crypto.getRandomValues(new Uint8Array(56)).toBase64());
    }
    if (request.method !== "HEAD") return response;
    await response.body?.cancel();
    return new Response(null, { status: response.status, headers: response.headers });
  };
}

/** S3 numbers its requests otherwise than the services that give a UUID. */
function s3RequestId(): string {
  const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => letters[byte % 32]).join("");
}

/** The request with its body read, so that it can be read twice: for its signature, and by the service. */
async function withBody(request: Request): Promise<Request> {
  const { method, headers } = request;
  const body = await readBody(request, MAX_BODY_BYTES, tooLarge).catch((error) => {
    if (error instanceof AwsError) throw error;
    throw new AwsError("SerializationException", "The request body ended early.");
  });
  if (body.byteLength > 0 && (method === "GET" || method === "HEAD")) {
    throw new AwsError("SerializationException", `A ${method} request has no body.`);
  }
  return new Request(request.url, { method, headers, body: body.byteLength > 0 ? body : undefined });
}

function tooLarge(): AwsError {
  return new AwsError(
    "RequestEntityTooLargeException",
    "The request is larger than any that AWS reads.",
    413,
  );
}

/** The credential scope `AKID/date/region/service/aws4_request` of a signed or presigned request. */
function credentialScope(request: Request, url: URL): { region: string; service: string } | undefined {
  const header = request.headers.get("authorization")?.match(/Credential=([^,\s]+)/)?.[1];
  const parts = (header ?? url.searchParams.get("X-Amz-Credential") ?? "").split("/");
  return parts.length === 5 ? { region: parts[2]!, service: parts[3]! } : undefined;
}

function isHere(name: string): name is ServiceName {
  return (SERVICES as readonly string[]).includes(name);
}

/** The service that a request is for; S3 takes what nothing else claims, as its paths can be anything. */
function serviceOf(request: Request, url: URL, signedFor: string | undefined): ServiceName {
  // To be refused for another reason than that its service is not here, in the protocol that most services speak.
  if (signedFor !== undefined) return isHere(signedFor) ? signedFor : "sagemaker";
  const target = request.headers.get("x-amz-target") ?? "";
  if (target.startsWith("SageMaker.") || url.pathname.startsWith("/endpoints/")) return "sagemaker";
  if (target.startsWith("AWSStepFunctions.")) return "states";
  if (target.startsWith("Logs_20140328.")) return "logs";
  if (target.startsWith("AmazonSQS.")) return "sqs";
  // The link in every notification, which nobody signs.
  if (url.searchParams.get("Action") === "Unsubscribe") return "sns";
  if (url.pathname.startsWith("/2015-03-31/")) return "lambda";
  return "s3";
}

/**
 * A web page must not be able to drive the local AWS: browsers send their page's `Origin`, and a name rebound
 * to 127.0.0.1 shows in `Host`.
 */
function refuseForeign(request: Request, url: URL): void {
  const local = /^(127\.0\.0\.1|localhost|\[::1\])$/;
  const named = (name: string | null) => name?.replace(/:\d+$/, "") ?? "";
  const origin = request.headers.get("origin");
  const host = named(request.headers.get("host")) || url.hostname;
  // S3 clients that address buckets by host send bucket.localhost.
  const mine = local.test(host) || host.endsWith(".localhost");
  if (mine && origin === null) return;
  throw new AwsError(
    "AccessDenied",
    `The local AWS answers programs on this machine only, not ${
      origin ? `pages of ${origin}` : `the host ${host}`
    }.`,
    403,
  );
}
