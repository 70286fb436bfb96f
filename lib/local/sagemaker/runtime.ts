/** SageMaker Runtime: InvokeEndpoint. Its errors are ValidationError and ModelError, spelled other than the control plane's. */
import { AwsError } from "../errors.ts";
import type { Call, Core } from "../services.ts";
import { type Infer, string, structure, validate } from "../legacy_shapes.ts";
import type { Capture } from "./capture.ts";
import type { EndpointConfig } from "./endpoint_configs.ts";
import type { Deployment, Endpoint } from "./endpoints.ts";
import type { Fleet } from "./fleet.ts";
import { arnOf, entityName } from "./names.ts";

/** The API model's limit of a request body. */
const MAX_BODY = 6_291_456;

const NOT_SUPPORTED = [
  "x-amzn-sagemaker-target-model",
  "x-amzn-sagemaker-target-container-hostname",
  "x-amzn-sagemaker-enable-explanations",
  "x-amzn-sagemaker-inference-component",
  "x-amzn-sagemaker-session-id",
  "x-amzn-sagemaker-prefix-aware-id",
];

const ascii = string({ max: 1024, pattern: /\p{ASCII}*/u });
const members = structure({
  ContentType: ascii,
  Accept: ascii,
  CustomAttributes: string({ max: 1024, pattern: /[\x20-\x7E]*/ }),
  TargetVariant: entityName,
  InferenceId: string({ min: 1, max: 64, pattern: /[\x21-\x7E][\x20-\x7E]*/ }),
});

/** The members that come as headers. @throws AwsError ValidationError */
function readHeaders(headers: Headers): Infer<typeof members> {
  for (const header of NOT_SUPPORTED) {
    if (headers.has(header)) {
      throw new AwsError("ValidationError", `The local AWS does not support the header ${header}.`);
    }
  }
  const given = (header: string) => headers.get(header) ?? undefined;
  try {
    return validate(members, {
      ContentType: given("content-type"),
      Accept: given("accept"),
      CustomAttributes: given("x-amzn-sagemaker-custom-attributes"),
      TargetVariant: given("x-amzn-sagemaker-target-variant"),
      InferenceId: given("x-amzn-sagemaker-inference-id"),
    });
  } catch (error) {
    throw new AwsError("ValidationError", (error as AwsError).message);
  }
}

/** Answers `POST /endpoints/NAME/invocations`. */
export function createInvokeEndpoint(core: Core, { fleet, capture }: { fleet: Fleet; capture: Capture }) {
  const endpoints = core.store.collection<Endpoint>("endpoints");

  return async (call: Call, name: string): Promise<Response> => {
    core.siblings.iam.authorize(call.principal, "sagemaker:InvokeEndpoint", arnOf(core, "endpoint", name));
    const { CustomAttributes, InferenceId, TargetVariant, ...types } = readHeaders(call.request.headers);
    const body = new Uint8Array(await call.request.arrayBuffer());
    if (body.length > MAX_BODY) {
      throw new AwsError("413", `HTTP content length exceeded ${MAX_BODY} bytes.`, 413);
    }

    const endpoint = endpoints.get(name.toLowerCase());
    if (!serves(endpoint) || endpoint.EndpointName !== name) {
      throw new AwsError("ValidationError", `Endpoint ${name} of account ${core.account} not found.`);
    }
    const { config } = endpoint.deployment;
    const variant = chooseVariant(config, TargetVariant);
    const contentType = types.ContentType ?? "application/octet-stream";
    const sent = new Headers({ "content-type": contentType, accept: types.Accept ?? "*/*" });
    if (CustomAttributes) sent.set("x-amzn-sagemaker-custom-attributes", CustomAttributes);

    const { status, headers, body: answer, stream } = await fleet.invoke(endpoint, variant, sent, body);
    if (status < 200 || status > 299) {
      throw modelError(core, name, stream, status, new TextDecoder().decode(answer));
    }
    const answerType = headers.get("content-type") ?? "application/octet-stream";
    if (config.DataCaptureConfig) {
      capture.record(config.DataCaptureConfig, {
        endpoint: endpoint.EndpointName,
        variant: variant.VariantName,
        role: endpoint.deployment.models[variant.VariantName]!.ExecutionRoleArn,
        input: { body, contentType },
        output: { body: answer, contentType: answerType },
        inferenceId: InferenceId,
        customAttributes: CustomAttributes,
      });
    }
    const out = new Headers({
      "content-type": answerType,
      "x-amzn-invoked-production-variant": variant.VariantName,
    });
    const returned = headers.get("x-amzn-sagemaker-custom-attributes");
    if (returned) out.set("x-amzn-sagemaker-custom-attributes", returned);
    return new Response(answer, { headers: out });
  };
}

function serves(endpoint: Endpoint | undefined): endpoint is Endpoint & { deployment: Deployment } {
  return endpoint?.deployment !== undefined && endpoint.EndpointStatus !== "Deleting";
}

/** By name, or at random in proportion to the weights. */
function chooseVariant(
  config: EndpointConfig,
  target: string | undefined,
): EndpointConfig["ProductionVariants"][number] {
  const variants = config.ProductionVariants;
  if (target !== undefined) {
    const found = variants.find((variant) => variant.VariantName === target);
    if (!found) throw new AwsError("ValidationError", `Variant ${target} not found for Request`);
    return found;
  }
  let left = Math.random() * variants.reduce((sum, variant) => sum + variant.InitialVariantWeight, 0);
  return variants.find((variant) => (left -= variant.InitialVariantWeight) < 0) ?? variants[0]!;
}

function modelError(core: Core, endpoint: string, stream: string, status: number, message: string): AwsError {
  const { region, account } = core;
  const kind = status >= 400 && status <= 499 ? "client" : "server";
  const group = `/aws/sagemaker/Endpoints/${endpoint}`;
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
