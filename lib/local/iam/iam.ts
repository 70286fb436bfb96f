import type { Core, Iam } from "../services.ts";
export function createIam(core: Core, _options: { propagationSeconds: number }): Iam {
  return {
    handle: () => Promise.reject(new Error("being written")),
    authenticate: () => Promise.resolve({ arn: `arn:aws:iam::${core.account}:root` }),
    authorize() {},
    authorizePassRole() {},
    isAssumable: () => true,
    assumeRole: (roleArn: string) => ({
      principal: { arn: roleArn },
      credentials: {
        AccessKeyId: "ASIATEST",
        SecretAccessKey: "test",
        SessionToken: "test",
        Expiration: Date.now() + 3600e3,
      },
    }),
  };
}
