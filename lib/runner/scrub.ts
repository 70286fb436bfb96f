/** Removes from outputs what must not be published: account numbers, access keys, secrets and tokens. */

const accountMark = "[account]";
const keyMark = "[access key]";
const secretMark = "[secret]";

/** Account numbers of nobody: that of the local AWS, and those in AWS's examples. */
const harmlessAccounts = new Set(["000000000000", "123456789012", "111122223333"]);

/** Where a number is recognised as an account: in ARNs, after a name such as `account`, and in names of buckets. */
const accountPatterns = [
  /(?<=\barn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:)\d{12}(?=:)/g,
  /(?<=\b(?:account|accountid|account_id|owner|ownerid)"?\s*[:=]\s*"?)\d{12}(?!\d)/gi,
  /(?<=\b[a-z]{2}(?:-gov)?-[a-z]+-\d-)\d{12}(?!\d)/g,
];

/** The ids of access keys begin with AKIA (of users) or ASIA (temporary). */
const accessKeyId = /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g;

/** Values after the name of a secret, in JSON, shell variables, headers and signed URLs. */
const namedSecret = new RegExp(
  "((?:secret_?access_?key|session_?token|security[-_]token|x-amz-signature|x-amz-credential|authorization|password)" +
    "[\"']?\\s*[:=]\\s*[\"']?(?:bearer |basic )?)[^\\s\"'&<>,;]{8,}",
  "gi",
);

/** The same names as keys of JSON objects. */
const secretName = /^(aws_?)?(secret_?access_?key|session_?token|security_?token|password|authorization)$/i;

/** Tokens with a known prefix: of AWS's STS and of GitHub. */
const tokens =
  /(?<![A-Za-z0-9/+])(?:(?:IQoJ|FwoG|FQoG)[A-Za-z0-9/+=%]{60,}|(?:gh[pousr]|github_pat)_[A-Za-z0-9_]{30,})/g;

/** A secret access key has 40 characters of base64; `looksRandom` distinguishes it from hashes and names. */
const secretShape = /(?<![A-Za-z0-9/+=_.-])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=_.-])/g;

/** MIME types with base64 text of a picture or document, which a pattern could match by chance. */
const isBinary = (mime: string) =>
  /^(image\/(?!svg)|application\/(pdf|octet-stream)|audio\/|video\/)/.test(mime);

/**
 * A function that returns a JSON value with all its text scrubbed. It remembers the account numbers that it has seen, and
 * from then on removes them everywhere.
 * @param secrets known secrets, such as the values of the credentials' variables; those with fewer than 16 characters are
 *   ignored, since no real secret is that short
 */
export function createScrubber(secrets: (string | undefined)[] = []): <T>(value: T) => T {
  const known = secrets.filter((secret) => secret !== undefined && secret.length >= 16) as string[];
  const accounts = new Set<string>();

  function scrubText(text: string): string {
    for (const pattern of accountPatterns) {
      for (const [account] of text.matchAll(pattern)) {
        if (!harmlessAccounts.has(account)) accounts.add(account);
      }
    }
    for (const account of accounts) {
      text = text.replaceAll(new RegExp(`(?<!\\d)${account}(?!\\d)`, "g"), accountMark);
    }
    for (const secret of known) text = text.replaceAll(secret, secretMark);
    return text
      .replace(accessKeyId, keyMark)
      .replace(namedSecret, `$1${secretMark}`)
      .replace(tokens, secretMark)
      .replace(secretShape, (match) => looksRandom(match) ? secretMark : match);
  }

  function scrub(value: unknown, key = ""): unknown {
    if (typeof value === "string" && secretName.test(key)) return secretMark;
    if (typeof value === "string") return isBinary(key) ? value : scrubText(value);
    if (Array.isArray(value)) return value.map((item) => scrub(item, key));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, scrub(item, name)]));
  }

  return <T>(value: T) => scrub(value) as T;
}

/** Whether the text mixes upper case, lower case and digits, unlike hexadecimal hashes, words and most paths. */
function looksRandom(text: string): boolean {
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  return count(/[A-Z]/g) >= 5 && count(/[a-z]/g) >= 5 && count(/\d/g) >= 1 && count(/[/+]/g) <= 8;
}
