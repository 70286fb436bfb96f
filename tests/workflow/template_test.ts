/** The CloudFormation template has what deploying creates, resource by resource. */
import assert from "node:assert/strict";
import { DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { GetRoleCommand, GetRolePolicyCommand } from "@aws-sdk/client-iam";
import { GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { ListSubscriptionsByTopicCommand } from "@aws-sdk/client-sns";
import { bucketDefinition } from "../../lib/aws/bucket.ts";
import type { Aws } from "../../lib/aws/clients.ts";
import { PROJECT_DIR } from "../../lib/settings.ts";
import { alarmChanges, type AlarmDefinition, findAlarms } from "../../lib/workflow/alarms.ts";
import { alertTopicArn, topicTags } from "../../lib/workflow/alert_topic.ts";
import { stopBundler } from "../../lib/workflow/bundle.ts";
import { deployWorkflow } from "../../lib/workflow/deployment.ts";
import { planWorkflow } from "../../lib/workflow/plan.ts";
import { describe, MACHINE_KINDS } from "../../lib/workflow/state_machine.ts";
import { cloudFormationTemplate, type Template } from "../../lib/workflow/template.ts";
import { withLocalAws } from "../local/testing.ts";
import { connectTo } from "./testing.ts";

type Properties = Record<string, unknown>;

/** Resolves the template's functions as CloudFormation does. */
class Resolver {
  readonly #values: Record<string, unknown>;

  constructor(readonly template: Template, aws: Aws, parameters: Record<string, string>) {
    const defaults = Object.entries(template.Parameters).map(([name, { Default }]) => [name, Default]);
    this.#values = {
      ...Object.fromEntries(defaults),
      ...parameters,
      "AWS::Region": aws.region,
      "AWS::AccountId": aws.account,
      "AWS::Partition": "aws",
      "AWS::StackId": aws.caller,
      DataBucket: aws.bucket,
      AlertTopic: alertTopicArn(aws),
    };
  }

  resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.resolve(item));
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value);
    const [[name, argument]] = entries.length === 1 ? entries as [[string, unknown]] : [["", undefined]];
    switch (name) {
      case "Ref":
        return this.#value(argument as string);
      case "Fn::Sub": {
        const [text, local] = Array.isArray(argument) ? argument : [argument, {}];
        return (text as string).replaceAll(
          /\$\{([\w:]+)\}/g,
          (_, key) => String(key in local ? this.resolve(local[key]) : this.#value(key)),
        );
      }
      case "Fn::If": {
        const [condition, yes, no] = argument as [string, unknown, unknown];
        return this.resolve(this.resolve(this.template.Conditions[condition]) ? yes : no);
      }
      case "Fn::Not":
        return !this.resolve((argument as unknown[])[0]);
      case "Fn::Equals": {
        const [left, right] = this.resolve(argument) as unknown[];
        return left === right;
      }
      case "Fn::FindInMap": {
        const [map, first, second] = this.resolve(argument) as [string, string, string];
        return this.template.Mappings[map]![first]![second];
      }
      case "Fn::GetAtt":
        return this.#arnOf((argument as [string, string])[0]);
    }
    return Object.fromEntries(entries.map(([key, member]) => [key, this.resolve(member)]));
  }

  properties(id: string): Properties {
    return this.resolve(this.template.Resources[id]!.Properties) as Properties;
  }

  #value(name: string): unknown {
    assert.ok(name in this.#values, `unknown reference ${name}`);
    return this.#values[name];
  }

  #arnOf(id: string): string {
    const { Type, Properties } = this.template.Resources[id]!;
    if (Type === "AWS::IAM::Role") {
      return `arn:aws:iam::${this.#values["AWS::AccountId"]}:role/${this.resolve(Properties.RoleName!)}`;
    }
    const { "AWS::Region": region, "AWS::AccountId": account } = this.#values;
    return `arn:aws:lambda:${region}:${account}:function:${this.resolve(Properties.FunctionName!)}`;
  }
}

for (const stage of [undefined, "dev"]) {
  Deno.test(`the template's resources are those that deploying creates${stage ? ", of a stage too" : ""}`, async () => {
    await withLocalAws(async ({ endpoint }) => {
      const aws = await connectTo(endpoint, "0.6", {
        SCONES_BUCKET: "", // named after account, region and stage
        SCONES_ALERT_EMAIL: "anna@example.com",
        ...stage ? { SCONES_STAGE: stage } : {},
      });
      try {
        const template = await cloudFormationTemplate();
        const resolver = new Resolver(template, aws, {
          Threshold: "0.6",
          AlertEmail: "anna@example.com",
          CodeBucket: "code",
          ...stage ? { Stage: stage } : {},
        });
        const planned: string[] = [];
        await planWorkflow(aws, ({ kind, name }) => planned.push(`${kind} ${name}`));
        const named = Object.keys(template.Resources).flatMap((id) => nameOf(template, resolver, id));
        assert.deepEqual(named.sort(), planned.sort());

        await deployWorkflow(aws, () => {});
        for (const [id, { Type }] of Object.entries(template.Resources)) {
          const properties = resolver.properties(id);
          await COMPARE[Type]!(aws, properties);
          if (Type === "AWS::S3::BucketPolicy" || Type === "AWS::SNS::Subscription") continue;
          assert.deepEqual(
            (properties.Tags as { Key: string }[]).map(({ Key }) => Key),
            ["project", "stage", "made-by"],
          );
        }
        const { Tags } = resolver.properties("LambdaRole");
        const { Role } = await aws.iam.send(new GetRoleCommand({ RoleName: aws.names.roles.lambda }));
        assert.deepEqual(Tags, Role!.Tags);
      } finally {
        aws.close();
        await stopBundler();
      }
    });
  });
}

/** Kind and name of a resource, as the plan prints them; a bucket's policy and a subscription are parts of others. */
function nameOf(template: Template, resolver: Resolver, id: string): string[] {
  const properties = resolver.properties(id);
  const { RoleName, BucketName, LogGroupName, FunctionName, StateMachineName } = properties;
  switch (template.Resources[id]!.Type) {
    case "AWS::IAM::Role":
      return [`role ${RoleName}`];
    case "AWS::S3::Bucket":
      return [`bucket ${BucketName}`];
    case "AWS::Logs::LogGroup":
      return [`log group ${LogGroupName}`];
    case "AWS::Lambda::Function":
      return [`function ${FunctionName}`];
    case "AWS::StepFunctions::StateMachine":
      return [`state machine ${StateMachineName}`];
    case "AWS::SNS::Topic":
      return [`topic ${properties.TopicName}`];
    case "AWS::CloudWatch::Alarm":
      return [`alarm ${properties.AlarmName}`];
  }
  return [];
}

/** By type: compares what the template says with what was deployed. */
const COMPARE: Readonly<Record<string, (aws: Aws, properties: Properties) => Promise<void>>> = {
  async "AWS::IAM::Role"({ iam }, properties) {
    const RoleName = properties.RoleName as string;
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
    const parse = (document?: string) => JSON.parse(decodeURIComponent(document!));
    assert.deepEqual(properties.AssumeRolePolicyDocument, parse(Role!.AssumeRolePolicyDocument));
    const [{ PolicyName, PolicyDocument } = { PolicyName: "", PolicyDocument: {} }] = properties
      .Policies as { PolicyName: string; PolicyDocument: object }[];
    const found = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
    assert.deepEqual(PolicyDocument, parse(found.PolicyDocument));
  },
  async "AWS::Lambda::Function"({ lambda }, { Code, Tags: _, FunctionName, ...configuration }) {
    const found = await lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: FunctionName as string }),
    ) as unknown as Properties;
    for (const [name, value] of Object.entries(configuration)) {
      const empty = name === "Environment" && found[name] === undefined;
      assert.deepEqual(value, empty ? { Variables: {} } : found[name], `${FunctionName} ${name}`);
    }
    const { S3Bucket, S3Key } = Code as Record<string, string>;
    assert.deepEqual([S3Bucket, /^\w+\.zip$/.test(S3Key!)], ["code", true]);
    await Deno.stat(`${PROJECT_DIR}/lambdas/${S3Key!.replace(".zip", ".ts")}`);
  },
  async "AWS::Logs::LogGroup"({ logs }, { LogGroupName, RetentionInDays }) {
    const { logGroups } = await logs.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: LogGroupName as string }),
    );
    assert.equal(logGroups![0]!.retentionInDays, RetentionInDays);
  },
  async "AWS::StepFunctions::StateMachine"(aws, properties) {
    const { RoleArn, Definition, DefinitionSubstitutions, StateMachineName } = properties;
    const kind = MACHINE_KINDS.find((one) => aws.names[one] === StateMachineName)!;
    const machine = (await describe(aws, kind))!;
    const values = DefinitionSubstitutions as Record<string, string>;
    const text = JSON.stringify(Definition).replaceAll(/\$\{(\w+)\}/g, (_, name) => values[name]!);
    assert.deepEqual(JSON.parse(text), JSON.parse(machine.definition!));
    assert.equal(RoleArn, machine.roleArn);
  },
  async "AWS::SNS::Topic"(aws, { TopicName }) {
    assert.equal(TopicName, aws.names.alertTopic);
    assert.notEqual(await topicTags(aws), undefined);
  },
  async "AWS::SNS::Subscription"(aws, { TopicArn, Protocol, Endpoint }) {
    const { Subscriptions } = await aws.sns.send(
      new ListSubscriptionsByTopicCommand({ TopicArn: TopicArn as string }),
    );
    const [found] = Subscriptions!;
    assert.deepEqual([Protocol, Endpoint], [found!.Protocol, found!.Endpoint]);
  },
  async "AWS::CloudWatch::Alarm"(aws, { Tags: _, ...properties }) {
    const alarm = (await findAlarms(aws)).get(properties.AlarmName as string)!;
    assert.deepEqual(alarmChanges(alarm, properties as unknown as AlarmDefinition), []);
  },
  // The local AWS does not keep these; `ensureBucket` sets what bucketDefinition says.
  async "AWS::S3::Bucket"(aws, { BucketName, PublicAccessBlockConfiguration, LifecycleConfiguration }) {
    const { publicAccessBlock, lifecycle } = bucketDefinition(aws);
    assert.equal(BucketName, aws.bucket);
    assert.deepEqual(PublicAccessBlockConfiguration, publicAccessBlock);
    const [rule] = lifecycle.Rules;
    assert.deepEqual((LifecycleConfiguration as { Rules: object[] }).Rules, [{
      Id: rule!.ID,
      Status: rule!.Status,
      Prefix: rule!.Filter.Prefix,
      ExpirationInDays: rule!.Expiration.Days,
    }]);
    await Promise.resolve();
  },
  async "AWS::S3::BucketPolicy"(aws, { Bucket, PolicyDocument }) {
    assert.equal(Bucket, aws.bucket);
    assert.deepEqual(PolicyDocument, bucketDefinition(aws).policy);
    await Promise.resolve();
  },
};
