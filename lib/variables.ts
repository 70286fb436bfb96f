/** The variables that people set, in one table: `settings.ts` reads and checks by it, `--help` and the README list it. */

export interface Variable<T> {
  name: string;
  /** One line for people. */
  help: string;
  /** What counts when it is not set. */
  default?: string;
  /** A variable that counts when this one is not set. */
  otherwise?: string;
  /** What a text must do to be valid, as in "it must be local or aws"; the first that it breaks is reported. */
  rules: readonly Rule[];
  /** The value of a valid text. */
  parse(text: string): T;
}

type Rule = readonly [must: string, keeps: (text: string) => boolean];

const asItIs = (text: string) => text;

const wholeNumber = (from: number, to: number): Rule => [
  `be a whole number from ${from} to ${to}`,
  (text) => Number.isInteger(Number(text)) && Number(text) >= from && Number(text) <= to,
];

const names = (text: string) => text.split(",").map((name) => name.trim()).filter((name) => name !== "");

/** S3's user guide, "General purpose bucket naming rules". */
const bucketRules: readonly Rule[] = [
  ["be a bucket name of 3 to 63 characters", (text) => text.length >= 3 && text.length <= 63],
  ["be a bucket name of lower-case letters, digits, dots and hyphens", (text) => /^[a-z0-9.-]+$/.test(text)],
  [
    "be a bucket name that begins and ends with a letter or a digit",
    (text) => /^[a-z0-9].*[a-z0-9]$/.test(text),
  ],
  ["be a bucket name without two dots in a row", (text) => !text.includes("..")],
  ["be a bucket name that does not look like an IP address", (text) => !/^\d+(\.\d+){3}$/.test(text)],
  [
    "be a bucket name without a beginning or ending that S3 reserves, such as xn-- or -s3alias",
    (text) => !/^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(text),
  ],
];

const instanceType = (name: string, help: string, fallback: string) => ({
  name,
  help,
  default: fallback,
  rules: [["be an instance type, such as ml.m5.xlarge", (text) => /^ml\.[a-z0-9-]+\.[a-z0-9-]+$/.test(text)]],
  parse: asItIs,
} satisfies Variable<string>);

const roleArn = (name: string, service: string) => ({
  name,
  help: `ARN of a role for ${service} to use instead of the one that deploy creates`,
  rules: [[
    "be the ARN of an IAM role, arn:aws:iam::ACCOUNT:role/NAME",
    (text) => /^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/.test(text),
  ]],
  parse: asItIs,
} satisfies Variable<string>);

export const VARIABLES = {
  target: {
    name: "SCONES_TARGET",
    help: "local for the local AWS on your machine, aws for your AWS account",
    default: "local",
    rules: [["be local or aws", (text) => text === "local" || text === "aws"]],
    parse: (text) => text as "local" | "aws",
  },
  datasetUrl: {
    name: "SCONES_DATASET_URL",
    help:
      "URL or path of cifar-100-python.tar.gz, or of a folder or zip file with a folder of pictures for each class",
    rules: [[
      "be an https: or file: URL, or a path",
      (text) => /^(https?|file):/.test(text) || !/^[a-z][a-z0-9+.-]+:\/\//i.test(text),
    ]],
    parse: asItIs,
  },
  classes: {
    name: "SCONES_CLASSES",
    help:
      "names of two or more classes, separated by commas; not set: bicycle,motorcycle, or all of your own pictures'",
    rules: [
      ["hold two or more label names, separated by commas", (text) => names(text).length >= 2],
      ["hold each label name only once", (text) => new Set(names(text)).size === names(text).length],
    ],
    parse: names,
  },
  imageSize: {
    name: "SCONES_IMAGE_SIZE",
    help: "side in pixels to which your own pictures are brought; not set: they must all have the same size",
    rules: [wholeNumber(16, 224)],
    parse: Number,
  },
  threshold: {
    name: "SCONES_THRESHOLD",
    help: "confidence that an answer needs to be accepted, greater than 0 and less than 1",
    default: "0.8",
    rules: [["be a number greater than 0 and less than 1", (text) => Number(text) > 0 && Number(text) < 1]],
    parse: Number,
  },
  stage: {
    name: "SCONES_STAGE",
    help:
      "short name that keeps several deployments in one account apart, such as dev; it is part of all names",
    rules: [
      // The name of a training job has 63 characters, 52 of which are taken.
      ["have 11 characters at most", (text) => text.length <= 11],
      [
        "be lower-case letters, digits and hyphens, from a letter to a letter or a digit",
        (text) => /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(text),
      ],
      ["not be default, which is how deployments without a stage are tagged", (text) => text !== "default"],
    ],
    parse: asItIs,
  },
  stateDir: {
    name: "SCONES_STATE_DIR",
    help: "folder for what the local AWS stores and for downloads",
    default: ".scones",
    rules: [],
    parse: asItIs,
  },
  port: {
    name: "SCONES_PORT",
    help: "port of the local AWS; 0 picks a free one",
    default: "4566",
    rules: [wholeNumber(0, 65535)],
    parse: Number,
  },
  consolePort: {
    name: "SCONES_CONSOLE_PORT",
    help: "port of the console; 0 picks a free one",
    default: "4580",
    rules: [wholeNumber(0, 65535)],
    parse: Number,
  },
  seed: {
    name: "SCONES_SEED",
    help: "seed of the local training",
    default: "0",
    rules: [wholeNumber(0, 2 ** 31 - 1)],
    parse: Number,
  },
  debug: {
    name: "SCONES_DEBUG",
    help: "requests: the local AWS logs each request on one line",
    rules: [["be requests", (text) => text === "requests"]],
    parse: (text) => text as "requests",
  },
  bucket: {
    name: "SCONES_BUCKET",
    help: "bucket for pictures, models and captures; not set: named after account and region",
    rules: bucketRules,
    parse: asItIs,
  },
  sagemakerRole: roleArn("SCONES_SAGEMAKER_ROLE_ARN", "SageMaker"),
  lambdaRole: roleArn("SCONES_LAMBDA_ROLE_ARN", "Lambda"),
  statesRole: roleArn("SCONES_STATES_ROLE_ARN", "Step Functions"),
  permissionsBoundary: {
    name: "SCONES_PERMISSIONS_BOUNDARY_ARN",
    help: "ARN of the policy that bounds what the roles made by deploy may do",
    rules: [[
      "be the ARN of an IAM policy, arn:aws:iam::ACCOUNT:policy/NAME",
      (text) => /^arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/.+$/.test(text),
    ]],
    parse: asItIs,
  },
  kmsKey: {
    name: "SCONES_KMS_KEY_ARN",
    help: "ARN of the KMS key that encrypts the bucket, models, captures and the functions' variables",
    rules: [[
      "be the ARN of a KMS key, arn:aws:kms:REGION:ACCOUNT:key/ID",
      (text) => /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[a-zA-Z0-9-]+$/.test(text),
    ]],
    parse: asItIs,
  },
  alertEmail: {
    name: "SCONES_ALERT_EMAIL",
    help: "mail address that deploy subscribes to the alarms",
    rules: [[
      "be a mail address, such as someone@example.com",
      (text) => /^[^\s@<>,;:"()[\]\\]{1,64}@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/i.test(text),
    ]],
    parse: asItIs,
  },
  strict: {
    name: "SCONES_STRICT",
    help: "true: the local AWS is as late, limited and shared as AWS is for a new account",
    default: "false",
    rules: [["be true or false", (text) => text === "true" || text === "false"]],
    parse: (text) => text === "true",
  },
  quotas: {
    name: "SCONES_QUOTAS",
    help: "quotas of the local AWS that differ: NAME=NUMBER, several with commas between",
    rules: [[
      "be quotas NAME=NUMBER with commas between, such as ml.m5.xlarge for endpoint usage=1",
      (text) => names(text).every((quota) => /^[^=]+=\d+$/.test(quota)),
    ]],
    parse: (text): Record<string, number> =>
      Object.fromEntries(
        names(text).map((quota) => [quota.split("=")[0]!.trim(), Number(quota.split("=")[1])]),
      ),
  },
  trainingInstance: instanceType(
    "SCONES_TRAINING_INSTANCE",
    "instance type of training jobs",
    "ml.g4dn.xlarge",
  ),
  endpointInstance: instanceType("SCONES_ENDPOINT_INSTANCE", "instance type of the endpoint", "ml.m5.xlarge"),
  keepEndpointHours: {
    name: "SCONES_KEEP_ENDPOINT_HOURS",
    help: "on aws, a pipeline deletes at its end an endpoint that is older than this; 0 deletes it always",
    rules: [["be a number of hours, 0 or more", (text) => Number(text) >= 0 && Number(text) < Infinity]],
    parse: Number,
  },
  region: {
    name: "AWS_REGION",
    help: "AWS region; not set: AWS_DEFAULT_REGION, the profile's region on aws, us-east-1 on local",
    otherwise: "AWS_DEFAULT_REGION",
    rules: [["be a region, such as us-east-1", (text) => /^[a-z]+(-[a-z]+)+-\d+$/.test(text)]],
    parse: asItIs,
  },
  profile: {
    name: "AWS_PROFILE",
    help: "profile whose keys are used on aws; not set: the AWS SDK's own search",
    rules: [],
    parse: asItIs,
  },
  endpointUrl: {
    name: "AWS_ENDPOINT_URL",
    help: "an AWS endpoint to use instead of the target's own",
    rules: [],
    parse: asItIs,
  },
} satisfies Record<string, Variable<unknown>>;

/** The lines of a `--help` on some of the variables, or on all. */
export function variablesHelp(keys = Object.keys(VARIABLES) as (keyof typeof VARIABLES)[]): string {
  const lines = keys.map((key) => {
    const { name, help, default: fallback }: Variable<unknown> = VARIABLES[key];
    return `  ${name.padEnd(31)} ${help}${fallback === undefined ? "" : ` (default ${fallback})`}`;
  });
  return ["Variables, from the environment or the file .env:", "", ...lines].join("\n");
}
