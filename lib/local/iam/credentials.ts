/** The keys and tokens that a request names, and the one signature that it carries. */
import type { AuthenticationFault } from "../protocols/faults.ts";
import type { SigningRules, WireRequest } from "../protocols/protocol.ts";
import type { Signature } from "./signature.ts";
import { readVersion2 } from "./signature_v2.ts";
import { readVersion4 } from "./signature_v4.ts";

/** Parameters that name a key or a token, in every version of AWS's signatures. */
const NAMES = "x-amz-credential|x-amz-security-token|awsaccesskeyid|securitytoken";
const NAMING = new RegExp(`^(?:${NAMES})$`, "i");
const IN_FORM = new RegExp(`(?<=^|&)(?:${NAMES})=[^&]*`, "gi");

/**
 * The texts in which a request names a key or a session token, whatever the form and the case. Without any it is
 * unsigned; with some that do not make a signature it is refused.
 */
export function namedCredentials({ url, headers, body }: WireRequest, { readsForm }: SigningRules): string[] {
  const named = [headers.get("authorization"), headers.get("x-amz-security-token")]
    .filter((text) => text !== null);
  const parameters = url.search === "" ? [] : [...url.searchParams];
  if (readsForm && body instanceof Uint8Array) {
    for (const [field] of new TextDecoder().decode(body).matchAll(IN_FORM)) {
      parameters.push(...new URLSearchParams(field));
    }
  }
  return [...named, ...parameters.filter(([name]) => NAMING.test(name)).map(([, value]) => value)];
}

/** The one signature of a request that names credentials, or why it has none that can be verified. */
export function readSignature(request: WireRequest, rules: SigningRules): Signature | AuthenticationFault {
  const header = request.headers.get("authorization");
  const parameters = [...request.url.searchParams.keys()].map((name) => name.toLowerCase());
  const presigned = parameters.includes("x-amz-credential") || parameters.includes("x-amz-algorithm");
  const presigned2 = parameters.includes("awsaccesskeyid");
  const ways = [header !== null, presigned, presigned2].filter((given) => given).length;
  if (ways > 1) return "several";
  if (presigned2 || /^AWS\s/.test(header ?? "")) {
    return rules.acceptsVersion2 ? readVersion2(request, rules) : "mechanism";
  }
  // A token alone, or a key in a form, is half a signature.
  return ways === 0 ? "malformed" : readVersion4(request, rules);
}
