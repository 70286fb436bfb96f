/** The protocol of S3. */
import { AwsError, unsupported } from "../errors.ts";
import { denialText, violationsText } from "../protocols/protocol.ts";
import { restXml } from "../protocols/rest_xml.ts";
import { malformedXml } from "../protocols/xml.ts";
import { memberOf } from "../shapes.ts";
import { XMLNS } from "./context.ts";
import { readTarget } from "./target.ts";

/** The query parameters that select an operation. */
const SUBRESOURCES = [
  "abac",
  "accelerate",
  "acl",
  "analytics",
  "annotation",
  "attributes",
  "cors",
  "delete",
  "encryption",
  "intelligent-tiering",
  "inventory",
  "legal-hold",
  "lifecycle",
  "list-type",
  "location",
  "logging",
  "metadataConfiguration",
  "metadataTable",
  "metrics",
  "notification",
  "object-lock",
  "ownershipControls",
  "policy",
  "policyStatus",
  "publicAccessBlock",
  "renameObject",
  "replication",
  "requestPayment",
  "restore",
  "retention",
  "select",
  "session",
  "tagging",
  "torrent",
  "uploadId",
  "uploads",
  "versioning",
  "versions",
  "website",
] as const;

const notImplemented = (what: string) => unsupported(what, "NotImplemented", 501);

export const s3Protocol = restXml({
  xmlns: XMLNS,
  target: readTarget,
  parameters: SUBRESOURCES,
  notFound({ method, headers }, segments, parameter) {
    if (method === "POST" && headers.get("content-type")?.startsWith("multipart/form-data")) {
      return notImplemented("uploads of HTML forms (POST Object)");
    }
    const on = segments.length > 1 ? "object" : segments[0] === "" ? "service" : "bucket";
    if (parameter) return notImplemented(`${method} of an S3 ${on}'s '${parameter}'`);
    const message = "The specified method is not allowed against this resource.";
    return new AwsError("MethodNotAllowed", message, 405, { Method: method, ResourceType: on.toUpperCase() });
  },
  words: {
    invalid(violations) {
      const lacking = violations.find(({ kind }) => kind === "unsupported");
      if (lacking) {
        const value = typeof lacking.value === "string" ? ` '${lacking.value}'` : "";
        return notImplemented(memberOf(lacking) + value);
      }
      // Only members of an XML body have a path of several parts.
      if (violations.some(({ path }) => path.includes("."))) return malformedXml();
      return new AwsError("InvalidRequest", violationsText(violations));
    },
    // Who has not said who they are is told no more.
    denied: (denial) =>
      new AwsError(
        "AccessDenied",
        denial.principal.anonymous
          ? "Access Denied"
          : denialText({ ...denial, resource: `"${denial.resource}"` }),
        403,
      ),
  },
});
