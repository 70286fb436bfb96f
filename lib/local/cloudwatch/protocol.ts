/**
 * The three protocols of CloudWatch. Its model names them all: newer clients speak CBOR (Go, Java) or AWS JSON 1.0
 * (JavaScript, boto3), older ones the query protocol.
 */
import { gunzipSync } from "node:zlib";
import { AwsError } from "../errors.ts";
import { awsJson } from "../protocols/aws_json.ts";
import { denialText, invalidBy, type Protocol, violationsText, type Words } from "../protocols/protocol.ts";
import { query } from "../protocols/query.ts";
import { rpcCbor } from "../protocols/rpc_cbor.ts";
import { queryErrorCode, unsupportedHere, validationError } from "./errors.ts";

/** Of a body after decompression. AWS takes 1 MB of metrics. */
const MAX_BYTES = 4 * 2 ** 20;

const words: Partial<Words> = {
  invalid: invalidBy((violations) => validationError(violationsText(violations)), unsupportedHere),
  denied: (denial) => new AwsError("AccessDeniedException", denialText(denial), 403),
};

/** Clients that know both show the code of the query protocol. */
const queryError = ({ code, status }: AwsError) => ({
  "x-amzn-query-error": `${queryErrorCode(code)};${status < 500 ? "Sender" : "Receiver"}`,
});

export const PROTOCOLS: readonly Protocol[] = [
  // The first one gets what none claims: the query protocol names its operation in the body.
  query({
    xmlns: "http://monitoring.amazonaws.com/doc/2010-08-01/",
    words,
    errorCode: queryErrorCode,
  }),
  rpcCbor({
    service: "GraniteServiceVersion20100801",
    namespace: "com.amazonaws.cloudwatch",
    words,
    errorHeaders: queryError,
  }),
  awsJson({
    version: "1.0",
    target: "GraniteServiceVersion20100801",
    words,
    errorFields: (error) => ({ headers: queryError(error) }),
  }),
].map(uncompressing);

/** The SDKs compress PutMetricData from 10 KiB on (AWS SDKs and Tools, "Request compression"). */
function uncompressing(protocol: Protocol): Protocol {
  return {
    ...protocol,
    read(request, operations) {
      const { headers, body } = request;
      if (body === null || headers.get("content-encoding")?.toLowerCase() !== "gzip") {
        return protocol.read(request, operations);
      }
      let plain: Uint8Array<ArrayBuffer>;
      try {
        plain = new Uint8Array(gunzipSync(body as Uint8Array, { maxOutputLength: MAX_BYTES }));
      } catch {
        throw new AwsError(
          "SerializationException",
          `The request body is not gzip of at most ${MAX_BYTES} bytes.`,
        );
      }
      return protocol.read({ ...request, body: plain }, operations);
    },
  };
}
