import assert from "node:assert/strict";
import { join } from "node:path";
import { connect } from "../../lib/aws/clients.ts";
import { readSettings } from "../../lib/settings.ts";

/** Runs `work` where the SDK finds no keys but those in a credentials file of this content. */
async function withCredentialsFile(content: string, work: () => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "credentials");
  await Deno.writeTextFile(file, content);
  const variables: Record<string, string | undefined> = {
    AWS_SHARED_CREDENTIALS_FILE: file,
    AWS_CONFIG_FILE: join(folder, "config"),
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
    AWS_PROFILE: undefined,
  };
  const set = (name: string, value: string | undefined) =>
    value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
  const before = Object.keys(variables).map((name) => [name, Deno.env.get(name)] as const);
  try {
    for (const [name, value] of Object.entries(variables)) set(name, value);
    await work();
  } finally {
    for (const [name, value] of before) set(name, value);
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("on aws a profile that is not there is named, with what to do", () =>
  withCredentialsFile("[default]\n", async () => {
    const settings = readSettings({ SCONES_TARGET: "aws", AWS_PROFILE: "nope" });
    await assert.rejects(connect(settings), {
      message: /^Cannot reach AWS: .* AWS_PROFILE is "nope": .*--profile nope.*Set AWS_PROFILE to .*or/,
    });
    await assert.rejects(
      connect(readSettings({ SCONES_TARGET: "aws" })),
      /Set AWS_PROFILE.* or AWS_ACCESS_KEY_ID/,
    );
  }));

Deno.test("on aws the profile of the settings gives the keys, also where it stands in .env alone", async () => {
  const asked: string[] = [];
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    asked.push(request.headers.get("authorization")!);
    return new Response(
      "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account>" +
        "</GetCallerIdentityResult></GetCallerIdentityResponse>",
      { headers: { "content-type": "text/xml" } },
    );
  });
  await withCredentialsFile("[mine]\naws_access_key_id = MYKEY\naws_secret_access_key = x\n", async () => {
    const aws = await connect(readSettings({
      SCONES_TARGET: "aws",
      AWS_PROFILE: "mine",
      AWS_ENDPOINT_URL: `http://127.0.0.1:${server.addr.port}`,
    }));
    aws.close();
    assert.equal(aws.account, "123456789012");
    assert.match(asked[0]!, /Credential=MYKEY\//);
  });
});
