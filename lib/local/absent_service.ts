/** Answers requests for AWS services that the local AWS does not have. */
import { type AwsError, unsupported } from "./errors.ts";
import { awsJson } from "./protocols/aws_json.ts";
import type { Protocol } from "./protocols/protocol.ts";
import { query } from "./protocols/query.ts";
import { toXml, xmlResponse } from "./protocols/xml.ts";

/** Services that answer in XML, which their requests do not show. */
const REST_XML = ["cloudfront", "route53"];

/**
 * The protocol for answering a request to an unknown service: XML for forms (EC2's errors have their own layout),
 * JSON for everything else, since most services speak it.
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

/** The error that names an unknown service and lists the available ones. @param here names of the available services */
export function absentService(name: string, here: readonly string[]): AwsError {
  return unsupported(
    `the service ${name}; it has ${[...new Set(here)].join(", ")}`,
    "UnknownOperationException",
  );
}
