/** SageMaker Runtime: InvokeEndpoint. */
import { AwsError } from "../errors.ts";
import type { Core } from "../core.ts";
import { blob, header, notSupported, payload, required, string, structure } from "../shapes.ts";
import { onEndpoint, operation } from "./context.ts";
import { endpointLogGroup } from "./log.ts";
import type { Answer } from "./model_server.ts";
import { noticeInvocation } from "./metrics.ts";
import { entityName } from "./names.ts";
import type { Endpoint, EndpointConfig, ServingEndpoint, Variant } from "./records.ts";

/** AWS's limit of a request body, in bytes. */
const MAX_BODY = 6_291_456;

const CUSTOM_ATTRIBUTES = "x-amzn-sagemaker-custom-attributes";

const ascii = string({ max: 1024, pattern: /\p{ASCII}*/u });

export const invokeEndpoint = operation({
  action: "sagemaker:InvokeEndpoint",
  input: structure({
    EndpointName: required(entityName),
    Body: required(payload(blob<Uint8Array<ArrayBuffer>>())),
    ContentType: header("content-type", ascii),
    Accept: header("accept", ascii),
    CustomAttributes: header(CUSTOM_ATTRIBUTES, string({ max: 1024, pattern: /[\x20-\x7E]*/ })),
    TargetVariant: header("x-amzn-sagemaker-target-variant", entityName),
    InferenceId: header(
      "x-amzn-sagemaker-inference-id",
      string({ min: 1, max: 64, pattern: /[\x21-\x7E][\x20-\x7E]*/ }),
    ),
    TargetModel: header("x-amzn-sagemaker-target-model", notSupported()),
    TargetContainerHostname: header("x-amzn-sagemaker-target-container-hostname", notSupported()),
    EnableExplanations: header("x-amzn-sagemaker-enable-explanations", notSupported()),
    InferenceComponentName: header("x-amzn-sagemaker-inference-component", notSupported()),
    SessionId: header("x-amzn-sagemaker-session-id", notSupported()),
    PrefixAwareId: header("x-amzn-sagemaker-prefix-aware-id", notSupported()),
  }),
  http: {
    at: "POST /endpoints/{EndpointName}/invocations",
    headers: {
      ContentType: "content-type",
      InvokedProductionVariant: "x-amzn-invoked-production-variant",
      CustomAttributes: CUSTOM_ATTRIBUTES,
    },
    payload: "Body",
  },
  resource: onEndpoint,
  async run(input, { core, endpoints, fleet, captures }) {
    const began = performance.now();
    const { EndpointName, Body, CustomAttributes, InferenceId, TargetVariant } = input;
    const { ContentType = "application/octet-stream", Accept = "*/*" } = input;
    if (Body.length > MAX_BODY) {
      throw new AwsError("413", `HTTP content length exceeded ${MAX_BODY} bytes.`, 413);
    }
    const endpoint = endpoints.get(EndpointName);
    if (!serves(endpoint) || endpoint.EndpointName !== EndpointName) {
      throw invalid(`Endpoint ${EndpointName} of account ${core.account} not found.`);
    }
    const { config, models } = endpoint.deployment;
    const variant = chooseVariant(config, TargetVariant);
    const sent = new Headers({ "content-type": ContentType, accept: Accept });
    if (CustomAttributes) sent.set(CUSTOM_ATTRIBUTES, CustomAttributes);

    const asked = performance.now();
    const answer = await fleet.invoke(endpoint, variant, sent, Body);
    const modelMs = performance.now() - asked;
    noticeInvocation(core, { EndpointName, VariantName: variant.VariantName }, {
      status: answer.status,
      instances: variant.InitialInstanceCount,
      modelMs,
      overheadMs: asked - began,
    });
    if (answer.status < 200 || answer.status > 299) throw modelError(core, EndpointName, answer);
    const answerType = answer.headers.get("content-type") ?? "application/octet-stream";
    if (config.DataCaptureConfig) {
      captures.record(config.DataCaptureConfig, {
        endpoint: EndpointName,
        variant: variant.VariantName,
        role: models[variant.VariantName]!.ExecutionRoleArn,
        input: { body: Body, contentType: ContentType },
        output: { body: answer.body, contentType: answerType },
        inferenceId: InferenceId,
        customAttributes: CustomAttributes,
      });
    }
    return {
      Body: answer.body,
      ContentType: answerType,
      InvokedProductionVariant: variant.VariantName,
      CustomAttributes: answer.headers.get(CUSTOM_ATTRIBUTES) || undefined,
    };
  },
});

function serves(endpoint: Endpoint | undefined): endpoint is ServingEndpoint {
  return endpoint?.deployment !== undefined && endpoint.EndpointStatus !== "Deleting";
}

/** The variant by name, or a random one by the weights. @throws AwsError ValidationError for an unknown name */
function chooseVariant(
  { ProductionVariants: variants }: EndpointConfig,
  target: string | undefined,
): Variant {
  if (target !== undefined) {
    const found = variants.find(({ VariantName }) => VariantName === target);
    if (!found) throw invalid(`Variant ${target} not found for Request`);
    return found;
  }
  let left = Math.random() *
    variants.reduce((sum, { InitialVariantWeight }) => sum + InitialVariantWeight, 0);
  return variants.find(({ InitialVariantWeight }) => (left -= InitialVariantWeight) < 0) ?? variants[0]!;
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationError", message);
}

function modelError(core: Core, endpoint: string, { status, body, stream }: Answer): AwsError {
  const { region, account } = core;
  const message = new TextDecoder().decode(body);
  const kind = status >= 400 && status <= 499 ? "client" : "server";
  const group = endpointLogGroup(endpoint);
  return new AwsError(
    "ModelError",
    `Received ${kind} error (${status}) from primary with message "${message}". See ` +
      `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#logEventViewer:group=${group} in ` +
      `account ${account} for more information.`,
    424,
    {
      OriginalStatusCode: status,
      OriginalMessage: message,
      LogStreamArn: `arn:aws:logs:${region}:${account}:log-group:${group}:log-stream:${stream}`,
    },
  );
}
