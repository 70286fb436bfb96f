/** STS: who a caller is, and sessions of roles. */
import { AwsError } from "../errors.ts";
import { operation } from "../protocols.ts";
import type { Principal } from "../services.ts";
import { notSupported, required, string, structure } from "../shapes.ts";
import { type Authorization, userId } from "./authorization.ts";
import { boundedNumber, type IamContext, isoTime, tags } from "./context.ts";
import type { Role } from "./entities.ts";
import type { Sessions } from "./sessions.ts";

const DEFAULT_SECONDS = "3600";

export function stsOperations(iam: IamContext, authorization: Authorization, sessions: Sessions) {
  const { core, entities } = iam;
  return {
    GetCallerIdentity: operation(structure({}), (_input, { principal }) => {
      const role = principal.roleName === undefined ? undefined : entities.role(principal.roleName);
      return {
        UserId: userId(principal, role, core.account),
        Account: core.account,
        Arn: principal.arn,
      };
    }),

    AssumeRole: operation(
      structure({
        RoleArn: required(string({ min: 20, max: 2048 })),
        RoleSessionName: required(string({ min: 2, max: 64, pattern: /[\w+=,.@-]*/ })),
        DurationSeconds: string({ pattern: /\d{1,9}/ }),
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
      ({ RoleArn, RoleSessionName, DurationSeconds, ExternalId }, { principal }) => {
        const seconds = boundedNumber(DurationSeconds ?? DEFAULT_SECONDS, "durationSeconds", 900, 43_200);
        const role = entities.roleByArn(RoleArn);
        const context = ExternalId === undefined ? undefined : { "sts:ExternalId": ExternalId };
        if (!role || !mayAssume(iam, authorization, principal, role, context)) {
          throw new AwsError(
            "AccessDenied",
            `User: ${principal.arn} is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
            403,
          );
        }
        checkDuration(seconds, role, principal);
        const session = sessions.create(role, RoleSessionName, seconds * 1000);
        const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = session;
        return {
          Credentials: { AccessKeyId, SecretAccessKey, SessionToken, Expiration: isoTime(Expiration) },
          AssumedRoleUser: { AssumedRoleId: `${role.RoleId}:${RoleSessionName}`, Arn: session.Arn },
        };
      },
    ),
  };
}

/** A trust policy that names the caller suffices; one that names the account leaves it to the caller's policies. */
function mayAssume(
  { core, entities }: IamContext,
  authorization: Authorization,
  principal: Principal,
  role: Role,
  context?: Record<string, string>,
): boolean {
  const own = principal.roleName === undefined ? undefined : entities.role(principal.roleName)?.Arn;
  const account = [core.account, `arn:aws:iam::${core.account}:root`];
  const named = [principal.arn, ...own === undefined ? [] : [own]];
  if (authorization.trust(role, { AWS: [...named, ...account] }, context) !== "Allow") return false;
  if (own === undefined) return true;
  if (authorization.trust(role, { AWS: named }, context) === "Allow") return true;
  authorization.authorize(principal, "sts:AssumeRole", role.Arn, context);
  return true;
}

function checkDuration(seconds: number, role: Role, principal: Principal): void {
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
