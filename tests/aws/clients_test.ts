import assert from "node:assert/strict";
import { join } from "node:path";
import { connect, regionOf } from "../../lib/aws/clients.ts";
import { readSettings } from "../../lib/settings.ts";

/** Runs `work` where the SDK finds nothing but a credentials file, and perhaps a configuration file, of this content. */
async function withCredentialsFile(
  content: string,
  work: () => Promise<void>,
  config?: string,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  if (config) await Deno.writeTextFile(join(folder, "config"), config);
  const file = join(folder, "credentials");
  await Deno.writeTextFile(file, content);
  const variables: Record<string, string | undefined> = {
    AWS_SHARED_CREDENTIALS_FILE: file,
    AWS_CONFIG_FILE: join(folder, "config"),
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
    AWS_PROFILE: undefined,
    AWS_REGION: undefined,
    AWS_DEFAULT_REGION: undefined,
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
    const settings = readSettings({ SCONES_TARGET: "aws", AWS_REGION: "us-east-1", AWS_PROFILE: "nope" });
    await assert.rejects(connect(settings), {
      message: /^Cannot reach AWS: .* AWS_PROFILE is "nope": .*--profile nope.*Set AWS_PROFILE to .*or/,
    });
    await assert.rejects(
      connect(readSettings({ SCONES_TARGET: "aws", AWS_REGION: "us-east-1" })),
      /Set AWS_PROFILE.* or AWS_ACCESS_KEY_ID/,
    );
  }));

Deno.test("on aws the profile of the settings gives the keys, also where it stands in .env alone", async () => {
  const asked: string[] = [];
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    asked.push(request.headers.get("authorization")!);
    return new Response(
      "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account>" +
        "<Arn>arn:aws:iam::123456789012:user/anna</Arn>" +
        "</GetCallerIdentityResult></GetCallerIdentityResponse>",
      { headers: { "content-type": "text/xml" } },
    );
  });
  await withCredentialsFile("[mine]\naws_access_key_id = MYKEY\naws_secret_access_key = x\n", async () => {
    const aws = await connect(readSettings({
      SCONES_TARGET: "aws",
      AWS_REGION: "eu-west-1",
      AWS_PROFILE: "mine",
      AWS_ENDPOINT_URL: `http://127.0.0.1:${server.addr.port}`,
    }));
    aws.close();
    assert.equal(aws.account, "123456789012");
    assert.match(asked[0]!, /Credential=MYKEY\//);
  });
});

Deno.test("the region is found as every AWS tool finds it: the variables, then the profile's", async (t) => {
  const config = "[default]\nregion = eu-north-1\n[profile mine]\nregion = ap-south-1\n";
  const cases: [variables: Record<string, string>, region: string][] = [
    [{ AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: "eu-west-2", AWS_PROFILE: "mine" }, "eu-west-1"],
    [{ AWS_DEFAULT_REGION: "eu-west-2", AWS_PROFILE: "mine" }, "eu-west-2"],
    [{ AWS_PROFILE: "mine" }, "ap-south-1"],
    [{}, "eu-north-1"],
  ];
  for (const [variables, region] of cases) {
    await t.step(`${JSON.stringify(variables)}: ${region}`, () =>
      withCredentialsFile("", async () => {
        assert.equal(await regionOf(readSettings({ SCONES_TARGET: "aws", ...variables })), region);
      }, config));
  }
  await t.step("on local us-east-1, whatever the profile says", () =>
    withCredentialsFile("", async () => {
      assert.equal(await regionOf(readSettings({ AWS_PROFILE: "mine" })), "us-east-1");
    }, config));
  await t.step(
    "on aws with none an error that says how to set it",
    () =>
      withCredentialsFile("", async () => {
        await assert.rejects(connect(readSettings({ SCONES_TARGET: "aws" })), {
          message: /^No AWS region is set\. Set AWS_REGION, .*aws configure set region us-east-1$/,
        });
        await assert.rejects(
          connect(readSettings({ SCONES_TARGET: "aws", AWS_PROFILE: "nope" })),
          /profile nope .*--profile nope/,
        );
      }),
  );
});
