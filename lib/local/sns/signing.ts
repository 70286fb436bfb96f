/**
 * Signs notifications as SNS does (AWS, "Verifying the signatures of Amazon SNS messages"), by a key of the region's own
 * whose certificate the local AWS serves.
 */
import { createSign } from "node:crypto";
import { generate } from "selfsigned";
import type { Core } from "../core.ts";
import type { Collection } from "../store.ts";

interface Key {
  /** PEM, like the certificate. */
  readonly privateKey: string;
  readonly certificate: string;
}

const KEY = "key";
const VALID_MS = 10 * 365 * 86_400_000;

/** What is signed of a notification, in the order of the text that is signed. */
export interface Signed {
  readonly Message: string;
  readonly MessageId: string;
  readonly Subject?: string;
  readonly Timestamp: string;
  readonly TopicArn: string;
  readonly Type: string;
}

/** The attribute of a topic: 1 is SHA-1, 2 SHA-256. */
export type SignatureVersion = "1" | "2";
const ALGORITHMS = { "1": "RSA-SHA1", "2": "RSA-SHA256" } as const;

export class Signing {
  readonly #keys: Collection<Key>;
  #made: Promise<void> | undefined;

  constructor(readonly core: Core) {
    this.#keys = core.store.collection("sns.signing");
  }

  /** Makes the region's key, which takes a moment, unless there is one. Must be awaited before anything is signed. */
  ready(): Promise<void> {
    if (this.#keys.has(KEY)) return Promise.resolve();
    return this.#made ??= (async () => {
      const name = [{ name: "commonName", value: `sns.${this.core.region}.amazonaws.com` }];
      const notAfterDate = new Date(this.core.now() + VALID_MS);
      const made = await generate(name, { keySize: 2048, algorithm: "sha256", notAfterDate });
      this.#keys.put(KEY, { privateKey: made.private, certificate: made.cert });
    })();
  }

  /** PEM; undefined while nothing was signed in this region. */
  certificate(): string | undefined {
    return this.#keys.get(KEY)?.certificate;
  }

  /** The members of a notification that let its reader verify it. */
  sign(signed: Signed, version: SignatureVersion) {
    const key = this.#keys.get(KEY)!;
    const text = (["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"] as const)
      .filter((name) => signed[name] !== undefined)
      .map((name) => `${name}\n${signed[name]}\n`).join("");
    return {
      SignatureVersion: version,
      Signature: createSign(ALGORITHMS[version]).update(text).sign(key.privateKey, "base64"),
      // The topic's ARN names the region, as in the link to unsubscribe.
      SigningCertURL: `${this.core.endpoint()}/SimpleNotificationService.pem?Action=SigningCertificate` +
        `&SubscriptionArn=${signed.TopicArn}`,
    };
  }
}
