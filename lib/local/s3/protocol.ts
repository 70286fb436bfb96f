/** How S3 is spoken to. */
import { AwsError, unsupported } from "../errors.ts";
import { restXml, S3_FAULTS } from "../protocols/rest_xml.ts";
import { XMLNS } from "./context.ts";
import { SUBRESOURCES } from "./subresources.ts";
import { readTarget } from "./target.ts";

export const s3Protocol = restXml({
  xmlns: XMLNS,
  target({ rawUrl, headers }) {
    const { bucket, key, query } = readTarget(new Request(rawUrl, { headers }));
    return { segments: bucket === "" ? [""] : key === "" ? [bucket] : [bucket, key], query };
  },
  parameters: SUBRESOURCES,
  notFound({ method }, segments, parameter) {
    const on = segments.length > 1 ? "object" : segments[0] === "" ? "service" : "bucket";
    if (parameter) return unsupported(`${method} of an S3 ${on}'s '${parameter}'`, "NotImplemented", 501);
    const message = "The specified method is not allowed against this resource.";
    return new AwsError("MethodNotAllowed", message, 405, { Method: method, ResourceType: on.toUpperCase() });
  },
  words: { unauthenticated: (fault) => S3_FAULTS[fault]() },
});
