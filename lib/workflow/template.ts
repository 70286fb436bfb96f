/**
 * The deployment as one CloudFormation template, for those who review and deploy that way. It is made from the definitions
 * that deploying uses: they are computed for one account, region, stage and bucket, whose names are then replaced by
 * references.
 */
import registries from "../aws/registries.json" with { type: "json" };
import { bucketDefinition } from "../aws/bucket.ts";
import type { Aws } from "../aws/clients.ts";
import { RETENTION_DAYS } from "../aws/log_groups.ts";
import { ownTags } from "../aws/ownership.ts";
import { type FunctionKey, namesOf, type RoleKind } from "../names.ts";
import { readSettings } from "../settings.ts";
import { ALARM_KEYS, alarmDefinition } from "./alarms.ts";
import { FUNCTION_KEYS, functionConfiguration, functionLogGroup, FUNCTIONS } from "./functions.ts";
import { POLICY_NAME, ROLE_KINDS, roleDefinition } from "./roles.ts";
import { MACHINE_KINDS, readDefinition } from "./state_machine.ts";

type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json };

export interface Template {
  AWSTemplateFormatVersion: string;
  Description: string;
  Parameters: Record<string, Record<string, Json>>;
  Mappings: Record<string, Record<string, Record<string, string>>>;
  Conditions: Record<string, Json>;
  Resources: Record<string, TemplateResource>;
}

export interface TemplateResource {
  Type: string;
  /** Made only if this holds. */
  Condition?: string;
  Properties: Record<string, Json>;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
}

const REGION = "us-east-1";
const STAGE = "stage-name";
const ACCOUNT = "123456789012";
const BUCKET = "bucket-name";
const THRESHOLD = "0.123456789";

/** What stands for the deployment whose definitions are computed. */
const STAND_IN = {
  region: REGION,
  account: ACCOUNT,
  stage: STAGE,
  bucket: BUCKET,
  caller: "${AWS::StackId}",
  names: namesOf({ region: REGION, stage: STAGE }),
  settings: readSettings({ SCONES_STAGE: STAGE, SCONES_THRESHOLD: THRESHOLD }),
} satisfies Partial<Aws>;

/** Texts of the stand-in, with what replaces them. The longer ones come first. */
const REFERENCES: readonly [text: string, reference: string][] = [
  [`-${STAGE}`, "${Suffix}"],
  [STAGE, "${StageTag}"],
  [BUCKET, "${BucketName}"],
  [registries["image-classification"][REGION], "${Registry}"],
  [ACCOUNT, "${AWS::AccountId}"],
  [REGION, "${AWS::Region}"],
  ["arn:aws:", "arn:${AWS::Partition}:"],
  [THRESHOLD, "${Threshold}"],
];

const HAS_STAGE = "HasStage";
const HAS_BUCKET = "HasBucket";
const HAS_EMAIL = "HasAlertEmail";
const SUFFIX: Json = { "Fn::If": [HAS_STAGE, { "Fn::Sub": "-${Stage}" }, ""] };

/** References that are neither parameters nor pseudo parameters. */
const VALUES: Readonly<Record<string, Json>> = {
  Suffix: SUFFIX,
  StageTag: { "Fn::If": [HAS_STAGE, { Ref: "Stage" }, "default"] },
  BucketName: {
    "Fn::If": [HAS_BUCKET, { Ref: "Bucket" }, {
      "Fn::Sub": ["scones-unlimited-${AWS::AccountId}-${AWS::Region}${Suffix}", { Suffix: SUFFIX }],
    }],
  },
  Registry: { "Fn::FindInMap": ["Registries", { Ref: "AWS::Region" }, "ImageClassification"] },
};

/** MaxConcurrency and ToleratedFailurePercentage may be JSONata expressions, of which cfn-lint's rule E3601 knows nothing. */
const NUMBERS_IN_JSONATA = { "cfn-lint": { config: { ignore_checks: ["E3601"] } } };

/** A definition of the stand-in with references in place of its names. */
function referring(value: unknown): Json {
  if (Array.isArray(value)) return value.map(referring);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, referring(member)]));
  }
  if (typeof value !== "string") return value as Json;
  const text = REFERENCES.reduce((text, [from, to]) => text.replaceAll(from, to), value);
  const whole = text.match(/^\$\{([\w:]+)\}$/)?.[1];
  if (whole) return VALUES[whole] ?? { Ref: whole };
  const used = Object.keys(VALUES).filter((name) => text.includes(`\${${name}}`));
  if (used.length > 0) {
    return { "Fn::Sub": [text, Object.fromEntries(used.map((name) => [name, VALUES[name]!]))] };
  }
  return text.includes("${") ? { "Fn::Sub": text } : text;
}

const capital = (name: string) => `${name[0]!.toUpperCase()}${name.slice(1)}`;
const functionId = (key: FunctionKey) => `${capital(key)}Function`;
const roleId = (kind: RoleKind) => `${capital(kind)}Role`;
const arnOf = (id: string): Json => ({ "Fn::GetAtt": [id, "Arn"] });

/** The name of a function's code in the bucket of the parameter CodeBucket. */
export function codeFileOf(key: FunctionKey): string {
  return FUNCTIONS[key].source.replace(".ts", ".zip");
}

/** The template: the resources that `deployWorkflow` creates. */
export async function cloudFormationTemplate(): Promise<Template> {
  const tags = Object.entries(ownTags(STAND_IN)).map(([Key, Value]) => ({ Key, Value: referring(Value) }));
  const Resources: Template["Resources"] = {};
  for (const kind of ROLE_KINDS) {
    const { RoleName, trust, policy } = roleDefinition(STAND_IN, kind);
    Resources[roleId(kind)] = {
      Type: "AWS::IAM::Role",
      Properties: {
        RoleName: referring(RoleName),
        AssumeRolePolicyDocument: referring(trust),
        Policies: [{ PolicyName: POLICY_NAME, PolicyDocument: referring(policy) }],
        Tags: tags,
      },
    };
  }
  const { publicAccessBlock, policy, lifecycle } = bucketDefinition(STAND_IN);
  const kept = { DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" };
  Resources.DataBucket = {
    Type: "AWS::S3::Bucket",
    ...kept,
    Properties: {
      BucketName: referring(BUCKET),
      PublicAccessBlockConfiguration: publicAccessBlock,
      LifecycleConfiguration: {
        Rules: lifecycle.Rules.map(({ ID, Status, Filter, Expiration }) => ({
          Id: ID,
          Status,
          Prefix: Filter.Prefix,
          ExpirationInDays: Expiration.Days,
        })),
      },
      Tags: tags,
    },
  };
  Resources.DataBucketPolicy = {
    Type: "AWS::S3::BucketPolicy",
    Properties: { Bucket: { Ref: "DataBucket" }, PolicyDocument: referring(policy) },
  };
  for (const key of FUNCTION_KEYS) {
    const FunctionName = STAND_IN.names.functions[key];
    Resources[`${capital(key)}LogGroup`] = {
      Type: "AWS::Logs::LogGroup",
      ...kept,
      Properties: {
        LogGroupName: referring(functionLogGroup(FunctionName)),
        RetentionInDays: RETENTION_DAYS,
        Tags: tags,
      },
    };
    const { Role: _, ...configuration } = functionConfiguration(STAND_IN, key, "");
    Resources[functionId(key)] = {
      Type: "AWS::Lambda::Function",
      Properties: {
        FunctionName: referring(FunctionName),
        ...referring(configuration) as Record<string, Json>,
        Role: arnOf(roleId("lambda")),
        Code: { S3Bucket: { Ref: "CodeBucket" }, S3Key: { "Fn::Sub": `\${CodePrefix}${codeFileOf(key)}` } },
        Tags: tags,
      },
    };
  }
  for (const kind of MACHINE_KINDS) {
    Resources[capital(kind)] = {
      Type: "AWS::StepFunctions::StateMachine",
      ...(kind === "batchMachine" ? { Metadata: NUMBERS_IN_JSONATA } : {}),
      Properties: {
        StateMachineName: referring(STAND_IN.names[kind]),
        RoleArn: arnOf(roleId("states")),
        Definition: JSON.parse(await readDefinition(kind)),
        DefinitionSubstitutions: Object.fromEntries(
          FUNCTION_KEYS.map((key) => [`${functionId(key)}Arn`, arnOf(functionId(key))]),
        ),
        Tags: tags,
      },
    };
  }
  Resources.AlertTopic = {
    Type: "AWS::SNS::Topic",
    Properties: { TopicName: referring(STAND_IN.names.alertTopic), Tags: tags },
  };
  Resources.AlertSubscription = {
    Type: "AWS::SNS::Subscription",
    Condition: HAS_EMAIL,
    Properties: { TopicArn: { Ref: "AlertTopic" }, Protocol: "email", Endpoint: { Ref: "AlertEmail" } },
  };
  const topic = [{ Ref: "AlertTopic" }];
  for (const key of ALARM_KEYS) {
    const definition = referring(alarmDefinition(STAND_IN, key)) as Record<string, Json>;
    Resources[`${capital(key)}Alarm`] = {
      Type: "AWS::CloudWatch::Alarm",
      Properties: { ...definition, AlarmActions: topic, OKActions: topic, Tags: tags },
    };
  }
  return {
    AWSTemplateFormatVersion: "2010-09-09",
    Description:
      "Scones Unlimited: roles, bucket, functions with their log groups, state machines, alarms and their topic",
    Parameters: {
      Stage: {
        Type: "String",
        Default: "",
        AllowedPattern: "^([a-z]([a-z0-9-]{0,9}[a-z0-9])?)?$",
        Description: "Short name that keeps several deployments in one account apart; may be empty",
      },
      Bucket: {
        Type: "String",
        Default: "",
        Description: "Name of the bucket for pictures, models and captures; empty: after account and region",
      },
      Threshold: {
        Type: "String",
        Default: "0.8",
        AllowedPattern: "^0?\\.[0-9]*[1-9][0-9]*$",
        Description: "Confidence below which an answer is held back, greater than 0 and less than 1",
      },
      AlertEmail: {
        Type: "String",
        Default: "",
        Description: "Mail address that is told of alarms, after it has confirmed; may be empty",
      },
      CodeBucket: { Type: "String", Description: "Bucket that holds the functions' code" },
      CodePrefix: { Type: "String", Default: "", Description: "What the keys of the code begin with" },
    },
    Mappings: {
      Registries: Object.fromEntries(
        Object.entries(registries["image-classification"]).map((
          [region, account],
        ) => [region, { ImageClassification: account }]),
      ),
    },
    Conditions: {
      [HAS_STAGE]: { "Fn::Not": [{ "Fn::Equals": [{ Ref: "Stage" }, ""] }] },
      [HAS_EMAIL]: { "Fn::Not": [{ "Fn::Equals": [{ Ref: "AlertEmail" }, ""] }] },
      [HAS_BUCKET]: { "Fn::Not": [{ "Fn::Equals": [{ Ref: "Bucket" }, ""] }] },
    },
    Resources,
  };
}
