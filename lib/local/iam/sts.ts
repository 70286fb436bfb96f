/** STS: GetCallerIdentity and AssumeRole. */
import { AwsError } from "../errors.ts";
import { type Call, OPEN } from "../operation.ts";
import { integer, notSupported, required, string, structure } from "../shapes.ts";
import { type IamContext, isoTime, operation, tags } from "./context.ts";
import type { Role } from "./entities.ts";

export const getCallerIdentity = operation({
  action: OPEN, // AWS needs no permission, and even ignores an explicit deny
  input: structure({}),
  http: { at: "GET /?Action=GetCallerIdentity" }, // presigned, it proves who one is: so do EKS's tokens
  run: (_input, { core, authorization }, { principal }) => ({
    UserId: authorization.userId(principal),
    Account: core.account,
    Arn: principal.arn,
  }),
});

export const assumeRole = operation({
  action: OPEN, // the role's trust policy decides first: see `mayAssume`
  input: structure({
    RoleArn: required(string({ min: 20, max: 2048 })),
    RoleSessionName: required(string({ min: 2, max: 64, pattern: /[\w+=,.@-]*/ })),
    DurationSeconds: integer({ min: 900, max: 43_200 }),
    ExternalId: string({ min: 2, max: 1224, pattern: /[\w+=,.@:\/-]*/ }),
    Policy: notSupported(),
    PolicyArns: notSupported(),
    Tags: tags,
    TransitiveTagKeys: notSupported(),
    SerialNumber: notSupported(),
    TokenCode: notSupported(),
    SourceIdentity: notSupported(),
    ProvidedContexts: notSupported(),
    MinimumSessionTokenSize: notSupported(),
  }),
  run({ RoleArn, RoleSessionName, DurationSeconds: seconds = 3600, ExternalId }, iam, call) {
    const role = iam.entities.roleByArn(RoleArn);
    const conditions = ExternalId === undefined ? undefined : { "sts:ExternalId": ExternalId };
    if (!role || !mayAssume(iam, call, role, conditions)) {
      throw new AwsError(
        "AccessDenied",
        `User: ${call.principal.arn} is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
        403,
      );
    }
    checkDuration(seconds, role, call);
    const session = iam.sessions.create(role, RoleSessionName, seconds * 1000);
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = session;
    return {
      Credentials: { AccessKeyId, SecretAccessKey, SessionToken, Expiration: isoTime(Expiration) },
      AssumedRoleUser: { AssumedRoleId: `${role.RoleId}:${RoleSessionName}`, Arn: session.Arn },
    };
  },
});

/** A trust policy that names the caller is enough; one that names the account needs the caller's own policies too. */
function mayAssume(
  { core, entities, authorization }: IamContext,
  { principal, region, authorize }: Call,
  role: Role,
  conditions?: Record<string, string>,
): boolean {
  const own = principal.roleName === undefined ? undefined : entities.role(principal.roleName);
  const account = [core.account, `arn:aws:iam::${core.account}:root`];
  const named = [principal.arn, ...own === undefined ? [] : [own.Arn, own.RoleId]];
  const trusts = (AWS: string[]) => authorization.trust(role, { AWS }, region, conditions) === "Allow";
  if (!trusts([...named, ...account])) return false;
  if (own === undefined) return true;
  if (trusts(named)) return true;
  authorize({ action: "sts:AssumeRole", resource: role.Arn, conditions });
  return true;
}

function checkDuration(seconds: number, role: Role, { principal }: Call): void {
  if (principal.roleName !== undefined && seconds > 3600) {
    throw new AwsError(
      "ValidationError",
      "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
    );
  }
  if (seconds > role.MaxSessionDuration) {
    throw new AwsError(
      "ValidationError",
      "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    );
  }
}
