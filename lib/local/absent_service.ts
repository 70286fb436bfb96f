/** The answer to requests for services that AWS has and the local AWS has not. */
import { unsupported } from "./errors.ts";
import { errorResponse, toXml } from "./protocols.ts";
import { SERVICES } from "./services.ts";

/** Services whose requests show nothing of the XML that they are answered in. */
const REST_XML = ["cloudfront", "route53"];

/**
 * Says that a service is not here, in the protocol of the request, which alone tells the one that its client reads:
 * forms are answered in XML (EC2 has a form of its own), everything else in JSON.
 * @param name the name that the request is signed for
 */
export function absentServiceResponse(request: Request, name: string, requestId: string): Response {
  const error = unsupported(
    `the service ${name}; it has ${SERVICES.join(", ")}`,
    "UnknownOperationException",
  );
  const url = new URL(request.url);
  const isForm = request.headers.get("content-type")?.startsWith("application/x-www-form-urlencoded") ||
    url.searchParams.has("Action");
  if (isForm && name === "ec2") {
    const Errors = { Error: { Code: error.code, Message: error.message } };
    return new Response(toXml("Response", { Errors, RequestID: requestId }), {
      status: error.status,
      headers: { "content-type": "text/xml" },
    });
  }
  // As the services here do that speak these protocols.
  const alike = isForm || REST_XML.includes(name) ? "iam" : "sagemaker";
  return errorResponse(error, alike, requestId, url.pathname);
}
