/** Writes docs/deployer-policy.json, with ACCOUNT and REGION to be replaced. */
import { join } from "node:path";
import { PROJECT_DIR } from "../settings.ts";
import { deployerPolicy } from "../workflow/deployer_policy.ts";

const policy = deployerPolicy({ account: "ACCOUNT", region: "REGION" });
await Deno.writeTextFile(
  join(PROJECT_DIR, "docs", "deployer-policy.json"),
  JSON.stringify(policy, null, 2) + "\n",
);
