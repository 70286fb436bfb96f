/** Signatures from AWS's description of them, so that each part can be wrong on purpose. */
import { createHash, createHmac } from "node:crypto";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { TestAws } from "../../testing.ts";

export interface Session {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** A session of a new role with this policy. */
export async function sessionOf(aws: TestAws, RoleName: string, statements: object[]): Promise<Session> {
  const [iam, sts] = [new IAMClient(aws.client), new STSClient(aws.client)];
  const document = (Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
  const trust = [{ Effect: "Allow", Principal: { AWS: "000000000000" }, Action: "sts:AssumeRole" }];
  try {
    const AssumeRolePolicyDocument = document(trust);
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    const PolicyDocument = document(statements);
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "own", PolicyDocument }));
    const assumed = new AssumeRoleCommand({ RoleArn: Role!.Arn, RoleSessionName: "me" });
    const { AccessKeyId, SecretAccessKey, SessionToken } = (await sts.send(assumed)).Credentials!;
    return { accessKeyId: AccessKeyId!, secretAccessKey: SecretAccessKey!, sessionToken: SessionToken! };
  } finally {
    iam.destroy();
    sts.destroy();
  }
}

/** What is signed, and what of it. */
export interface Unsigned {
  endpoint: string;
  path: string;
  service?: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** Names to leave out of the signature. */
  leaveOut?: readonly string[];
  at?: Date;
}

/** Headers with a signature of version 4. */
export function sign(session: Session, request: Unsigned): Record<string, string> {
  const { endpoint, path, service = "s3", method = "GET", body = "", leaveOut = [], at = new Date() } =
    request;
  const { date, scope } = scopeOf(at, service);
  const sent: Record<string, string> = {
    ...request.headers,
    host: new URL(endpoint).host,
    "x-amz-date": date,
    "x-amz-content-sha256": sha256(body),
    ...session.sessionToken ? { "x-amz-security-token": session.sessionToken } : {},
  };
  const names = Object.keys(sent).filter((name) => !leaveOut.includes(name)).sort();
  const lines = names.map((name) => `${name}:${sent[name]}`);
  const canonical = [method, path, "", ...lines, "", names.join(";"), sha256(body)].join("\n");
  const signature = signatureOf(session, scope, ["AWS4-HMAC-SHA256", date, scope, sha256(canonical)]);
  const { host: _, ...headers } = sent;
  const credential = `${session.accessKeyId}/${scope}`;
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${
      names.join(";")
    }, Signature=${signature}`,
  };
}

/** The query of a presigned URL of version 4. */
export function presign(
  session: Session,
  { endpoint, path, service = "s3", method = "GET", at = new Date() }: Unsigned,
  seconds = 60,
): string {
  const { date, scope } = scopeOf(at, service);
  const pairs = [
    ["X-Amz-Algorithm", "AWS4-HMAC-SHA256"],
    ["X-Amz-Credential", `${session.accessKeyId}/${scope}`],
    ["X-Amz-Date", date],
    ["X-Amz-Expires", String(seconds)],
    ...session.sessionToken ? [["X-Amz-Security-Token", session.sessionToken]] : [],
    ["X-Amz-SignedHeaders", "host"],
  ];
  const query = pairs.map((pair) => pair.map((text) => encodeURIComponent(text)).join("=")).join("&");
  const host = new URL(endpoint).host;
  const canonical = [method, path, query, `host:${host}`, "", "host", "UNSIGNED-PAYLOAD"].join("\n");
  const signature = signatureOf(session, scope, ["AWS4-HMAC-SHA256", date, scope, sha256(canonical)]);
  return `${query}&X-Amz-Signature=${signature}`;
}

/** The query of a presigned URL of version 2, which boto3 makes by default. */
export function presignVersion2(session: Session, method: string, path: string, seconds = 60): string {
  const expires = Math.floor(Date.now() / 1000) + seconds;
  const { accessKeyId, secretAccessKey, sessionToken = "" } = session;
  const toSign = [method, "", "", expires, `x-amz-security-token:${sessionToken}`, path].join("\n");
  const signature = createHmac("sha1", secretAccessKey).update(toSign).digest("base64");
  return new URLSearchParams({
    AWSAccessKeyId: accessKeyId,
    Signature: signature,
    "x-amz-security-token": sessionToken,
    Expires: String(expires),
  }).toString();
}

function scopeOf(at: Date, service: string): { date: string; scope: string } {
  const date = at.toISOString().replace(/[-:]|\.\d{3}/g, "");
  return { date, scope: `${date.slice(0, 8)}/us-east-1/${service}/aws4_request` };
}

function signatureOf({ secretAccessKey }: Session, scope: string, toSign: readonly string[]): string {
  const sign = (key: string | Uint8Array, text: string) => createHmac("sha256", key).update(text).digest();
  const key = scope.split("/").reduce<string | Uint8Array>(sign, `AWS4${secretAccessKey}`);
  return sign(key, toSign.join("\n")).toString("hex");
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
