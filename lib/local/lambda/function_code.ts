/** FunctionCode: a package within the request, or an object in S3. */
import { AwsError, unsupported } from "../errors.ts";
import type { Core } from "../core.ts";
import type { Principal } from "../operation.ts";
import { bytesOf, getObject } from "../s3/read_objects.ts";
import { notSupported, string } from "../shapes.ts";
import { invalidParameter } from "./errors.ts";
import { checkZippedSize } from "./zip.ts";

/** UpdateFunctionCode has these at its top level. */
export const codeMembers = {
  ZipFile: string(),
  S3Bucket: string({ min: 3, max: 63, pattern: /[0-9A-Za-z.\-_]*(?<!\.)/ }),
  S3Key: string({ min: 1, max: 1024 }),
  S3ObjectVersion: notSupported(),
  S3ObjectStorageMode: notSupported(),
  ImageUri: string(),
  SourceKMSKeyArn: notSupported(),
};

interface GivenCode {
  /** Base64. */
  ZipFile?: string;
  S3Bucket?: string;
  S3Key?: string;
  ImageUri?: string;
}

/**
 * The bytes of a request's package.
 * @throws AwsError InvalidParameterValueException for no package, two of them, or one that cannot be read from S3
 */
export async function packageOf(core: Core, principal: Principal, given: GivenCode): Promise<Uint8Array> {
  if (given.ImageUri) throw unsupported("container images", "InvalidParameterValueException");
  if (given.ZipFile !== undefined) {
    if (given.S3Bucket || given.S3Key) {
      throw invalidParameter("Please do not provide other FunctionCode parameters when providing a ZipFile.");
    }
    return decodeBase64(given.ZipFile);
  }
  if (!given.S3Bucket || !given.S3Key) throw invalidParameter("Please provide a source for function code.");
  const found = objectOf(core, principal, { Bucket: given.S3Bucket, Key: given.S3Key });
  try {
    // Before it is read: an object can be larger than the memory.
    checkZippedSize(found.ContentLength);
  } catch (error) {
    if (found.Body instanceof ReadableStream) await found.Body.cancel();
    throw error;
  }
  return await bytesOf(found);
}

/** @throws AwsError as Lambda words S3's */
function objectOf(core: Core, principal: Principal, object: { Bucket: string; Key: string }) {
  try {
    return core.call(getObject, object, { principal });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    if (error.code === "AccessDenied") {
      throw new AwsError(
        "AccessDeniedException",
        "Your access has been denied by S3, please make sure your request credentials have permission to " +
          `GetObject for ${object.Bucket}/${object.Key}. S3 Error Code: AccessDenied. ` +
          `S3 Error Message: ${error.message}`,
        403,
      );
    }
    throw invalidParameter(
      `Error occurred while GetObject. S3 Error Code: ${error.code}. S3 Error Message: ${error.message}`,
    );
  }
}

function decodeBase64(text: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    throw new AwsError(
      "InvalidRequestContentException",
      "Could not parse request body into json: the member 'ZipFile' is not base64.",
    );
  }
}
