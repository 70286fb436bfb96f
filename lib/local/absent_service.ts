/** How requests for services that AWS has and the local AWS has not are answered. */
import { type AwsError, unsupported } from "./errors.ts";
import { awsJson } from "./protocols/aws_json.ts";
import type { Protocol } from "./protocols/protocol.ts";
import { query } from "./protocols/query.ts";
import { toXml, xmlResponse } from "./protocols/xml.ts";

/** Services whose requests show nothing of the XML that they are answered in. */
const REST_XML = ["cloudfront", "route53"];

/**
 * The protocol to say that a service is not here, as the request tells it: forms are answered in XML (EC2 has a form
 * of its own), everything else in JSON, which most services speak.
 */
export function absentProtocol(request: Request, url: URL, service: string): Protocol {
  const isForm = request.headers.get("content-type")?.startsWith("application/x-www-form-urlencoded") ||
    url.searchParams.has("Action");
  if (!isForm && !REST_XML.includes(service)) return awsJson({ version: "1.1", target: "" });
  const xml = query({ xmlns: "" });
  if (service !== "ec2") return xml;
  return {
    ...xml,
    writeError({ code, message, status }, RequestID) {
      const Errors = { Error: { Code: code, Message: message } };
      return xmlResponse(status, toXml("Response", { Errors, RequestID }), { "content-type": "text/xml" });
    },
  };
}

/** @param here the names of the services that there are */
export function absentService(name: string, here: readonly string[]): AwsError {
  return unsupported(
    `the service ${name}; it has ${[...new Set(here)].join(", ")}`,
    "UnknownOperationException",
  );
}
