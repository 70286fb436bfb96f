import assert from "node:assert/strict";
import { isAbsolute, join } from "node:path";
import { PROJECT_DIR, readSettings, setVariables } from "../lib/settings.ts";

Deno.test("readSettings: defaults", () => {
  const settings = readSettings({});
  assert.deepEqual(
    { ...settings, stateDir: undefined },
    {
      target: "local",
      datasetUrl: undefined,
      classes: undefined,
      imageSize: undefined,
      threshold: 0.8,
      stateDir: undefined,
      port: 4566,
      consolePort: 4580,
      stage: undefined,
      alertEmail: undefined,
      strict: false,
      quotas: undefined,
      bucket: undefined,
      roles: { sagemaker: undefined, lambda: undefined, states: undefined },
      permissionsBoundary: undefined,
      kmsKey: undefined,
      trainingInstance: "ml.g4dn.xlarge",
      endpointInstance: "ml.m5.xlarge",
      keepEndpointHours: undefined,
      seed: 0,
      debug: undefined,
      region: "us-east-1",
      profile: undefined,
      endpointUrl: undefined,
    },
  );
  assert.equal(settings.stateDir, join(PROJECT_DIR, ".scones"));
});

Deno.test("readSettings: a relative path starts at the project, wherever the program runs", () => {
  const { datasetUrl } = readSettings({ SCONES_DATASET_URL: "../shared/x.tar.gz" });
  assert.ok(isAbsolute(datasetUrl!));
  assert.equal(datasetUrl, join(PROJECT_DIR, "..", "shared", "x.tar.gz"));
  assert.equal(readSettings({ SCONES_DATASET_URL: "https://a.b/c" }).datasetUrl, "https://a.b/c");
});

Deno.test("readSettings: a value out of range names the variable, what it holds and what it must be", async (t) => {
  const cases: [name: string, value: string, says: RegExp][] = [
    ["SCONES_TARGET", "azure", /local or aws/],
    ["SCONES_THRESHOLD", "1.5", /greater than 0 and less than 1/],
    ["SCONES_THRESHOLD", "0", /greater than 0/],
    ["SCONES_THRESHOLD", "1", /less than 1/],
    ["SCONES_THRESHOLD", "high", /a number/],
    ["SCONES_CLASSES", "bicycle", /two or more label names/],
    ["SCONES_CLASSES", "bicycle,bicycle", /once/],
    ["SCONES_PORT", "4566.5", /whole number/],
    ["SCONES_PORT", "70000", /from 0 to 65535/],
    ["SCONES_SEED", "-1", /whole number from 0/],
    ["SCONES_DATASET_URL", "ftp://x/y", /https: or file: URL, or a path/],
    ["SCONES_BUCKET", "Bad_Name", /bucket name of lower-case letters, digits/],
    ["SCONES_BUCKET", "ab", /3 to 63 characters/],
    ["SCONES_BUCKET", "a".repeat(64), /3 to 63 characters/],
    ["SCONES_BUCKET", "-scones", /begins and ends with a letter or a digit/],
    ["SCONES_BUCKET", "my..scones", /without two dots/],
    ["SCONES_BUCKET", "192.168.5.4", /IP address/],
    ["SCONES_BUCKET", "scones--x-s3", /beginning or ending that S3 reserves/],
    ["SCONES_LAMBDA_ROLE_ARN", "role", /arn:aws:iam::ACCOUNT:role\/NAME/],
    ["SCONES_STAGE", "Dev", /lower-case letters/],
    ["SCONES_STAGE", "integration2", /11 characters/],
    ["SCONES_STAGE", "default", /not be default/],
    ["SCONES_TRAINING_INSTANCE", "g4dn.xlarge", /instance type, such as ml\./],
    ["SCONES_ENDPOINT_INSTANCE", "ml.m5", /instance type/],
    ["SCONES_ALERT_EMAIL", "anna", /be a mail address/],
    ["SCONES_ALERT_EMAIL", "Anna <anna@example.com>", /be a mail address/],
    ["SCONES_STRICT", "yes", /be true or false/],
    ["SCONES_QUOTAS", "ml.m5.xlarge for endpoint usage", /be quotas NAME=NUMBER/],
    ["SCONES_KEEP_ENDPOINT_HOURS", "-1", /hours, 0 or more/],
    ["SCONES_KEEP_ENDPOINT_HOURS", "long", /number of hours/],
    ["SCONES_PERMISSIONS_BOUNDARY_ARN", "boundary", /arn:aws:iam::ACCOUNT:policy\/NAME/],
    ["SCONES_KMS_KEY_ARN", "alias/mine", /arn:aws:kms:REGION:ACCOUNT:key\/ID/],
    ["AWS_REGION", "us-east", /a region, such as us-east-1/],
  ];
  for (const [name, value, says] of cases) {
    await t.step(`${name}=${value}`, () => {
      assert.throws(() => readSettings({ [name]: value }), (error: Error) => {
        assert.equal(error.name, "RangeError");
        assert.ok(error.message.startsWith(`${name} is "${value}"; it must `), error.message);
        assert.match(error.message, says);
        return true;
      });
    });
  }
});

Deno.test("readSettings: every name that S3 takes for a bucket", () => {
  for (
    const name of [
      "abc",
      "a".repeat(63),
      "scones.unlimited-2",
      "1-2",
      "192.168.5.x",
      "scones-123456789012-us-east-1-an",
    ]
  ) {
    assert.equal(readSettings({ SCONES_BUCKET: name }).bucket, name);
  }
});

Deno.test("readSettings: a misspelt variable is an error that names the one that is meant", async (t) => {
  const cases: [name: string, says: RegExp][] = [
    ["SCONES_TRESHOLD", /^Unknown variable SCONES_TRESHOLD\. Did you mean SCONES_THRESHOLD\? .*\.env/],
    ["SCONES_CLASS", /mean SCONES_CLASSES\?/],
    ["SCONES_DATASET", /mean SCONES_DATASET_URL\?/],
    ["SCONE_TARGET", /mean SCONES_TARGET\?/],
    ["scones_seed", /mean SCONES_SEED\?/],
  ];
  for (const [name, says] of cases) {
    await t.step(name, () => {
      assert.throws(() => readSettings({ [name]: "1" }), { name: "RangeError", message: says });
    });
  }
});

Deno.test("readSettings: the project's own variables, and other people's, are no misspelling", async () => {
  readSettings({
    SCONES_VERBOSE: "1",
    SCONES_FUZZ_SEED: "3",
    SCONES_ELSEWHERE: "x",
    MY_SCONES_TARGET: "x",
    AWS_REGON: "x",
  });
  const used = new Set<string>();
  for await (const path of sources(join(PROJECT_DIR, "lib"))) {
    const source = await Deno.readTextFile(path);
    for (const [name] of source.matchAll(/\bSCONES_[A-Z_]+\b/g)) used.add(name);
  }
  assert.ok(used.size > 10);
  readSettings(Object.fromEntries([...used].map((name) => [name, ""])));
});

async function* sources(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* sources(join(folder, name));
    else if (name.endsWith(".ts")) yield join(folder, name);
  }
}

Deno.test("setVariables: sets all, or none when one is unknown or out of range", () => {
  const names = ["SCONES_THRESHOLD", "SCONES_CLASSES"];
  const before = names.map((name) => Deno.env.get(name));
  try {
    setVariables({ SCONES_THRESHOLD: 0.65, SCONES_CLASSES: ["bus", "train"] });
    assert.equal(readSettings().threshold, 0.65);
    assert.deepEqual(readSettings().classes, ["bus", "train"]);
    assert.throws(
      () => setVariables({ SCONES_THRESHOLD: 0.7, SCONES_TRESHOLD: 0.7 }),
      /Unknown variable SCONES_TRESHOLD/,
    );
    assert.throws(
      () => setVariables({ SCONES_CLASSES: "a,b", SCONES_THRESHOLD: 2 }),
      /SCONES_THRESHOLD is "2"/,
    );
    assert.equal(readSettings().threshold, 0.65);
    assert.deepEqual(readSettings().classes, ["bus", "train"]);
  } finally {
    names.forEach((name, index) => {
      if (before[index] === undefined) Deno.env.delete(name);
      else Deno.env.set(name, before[index]);
    });
  }
});
