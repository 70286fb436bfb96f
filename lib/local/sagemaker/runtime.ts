/** SageMaker Runtime: InvokeEndpoint. Its errors are ValidationError and ModelError, spelled other than the control plane's. */
import { AwsError } from "../errors.ts";
import type { Call, Core } from "../services.ts";
import type { Capture } from "./capture.ts";
import type { EndpointConfig } from "./endpoint_configs.ts";
import type { Deployment, Endpoint } from "./endpoints.ts";
import type { Fleet } from "./fleet.ts";
import { arnOf } from "./names.ts";

/** The API model's limit of a request body. */
const MAX_BODY = 6_291_456;

const NOT_SUPPORTED = [
  "x-amzn-sagemaker-target-model",
  "x-amzn-sagemaker-target-container-hostname",
  "x-amzn-sagemaker-enable-explanations",
  "x-amzn-sagemaker-inference-component",
  "x-amzn-sagemaker-session-id",
];

/** Answers `POST /endpoints/NAME/invocations`. */
export function createInvokeEndpoint(core: Core, { fleet, capture }: { fleet: Fleet; capture: Capture }) {
  const endpoints = core.store.collection<Endpoint>("endpoints");

  return async (call: Call, name: string): Promise<Response> => {
    const { headers } = call.request;
    core.siblings.iam.authorize(call.principal, "sagemaker:InvokeEndpoint", arnOf(core, "endpoint", name));
    for (const header of NOT_SUPPORTED) {
      if (headers.has(header)) {
        throw new AwsError("ValidationError", `The local AWS does not support the header ${header}.`);
      }
    }
    const inferenceId = headers.get("x-amzn-sagemaker-inference-id") ?? undefined;
    if (inferenceId !== undefined && !/^[\x21-\x7E][\x20-\x7E]{0,63}$/.test(inferenceId)) {
      throw new AwsError(
        "ValidationError",
        "InferenceId must be 1 to 64 printable characters and begin with no space.",
      );
    }
    const customAttributes = headers.get("x-amzn-sagemaker-custom-attributes") ?? undefined;
    if (customAttributes !== undefined && !/^[\x20-\x7E]{0,1024}$/.test(customAttributes)) {
      throw new AwsError(
        "ValidationError",
        "CustomAttributes must be at most 1024 visible US-ASCII characters.",
      );
    }
    const body = new Uint8Array(await call.request.arrayBuffer());
    if (body.length > MAX_BODY) {
      throw new AwsError("413", `HTTP content length exceeded ${MAX_BODY} bytes.`, 413);
    }

    const endpoint = endpoints.get(name.toLowerCase());
    if (!serves(endpoint) || endpoint.EndpointName !== name) {
      throw new AwsError("ValidationError", `Endpoint ${name} of account ${core.account} not found.`);
    }
    const { config } = endpoint.deployment;
    const variant = chooseVariant(config, headers.get("x-amzn-sagemaker-target-variant"));
    const contentType = headers.get("content-type") ?? "application/octet-stream";
    const sent = new Headers({ "content-type": contentType, accept: headers.get("accept") ?? "*/*" });
    if (customAttributes) sent.set("x-amzn-sagemaker-custom-attributes", customAttributes);

    const { response, stream } = await fleet.invoke(endpoint, variant, sent, body);
    const answer = new Uint8Array(await response.arrayBuffer());
    if (!response.ok) throw modelError(core, name, stream, response.status, new TextDecoder().decode(answer));
    const answerType = response.headers.get("content-type") ?? "application/octet-stream";
    if (config.DataCaptureConfig) {
      capture.record(config.DataCaptureConfig, {
        endpoint: endpoint.EndpointName,
        variant: variant.VariantName,
        role: endpoint.deployment.models[variant.VariantName]!.ExecutionRoleArn,
        input: { body, contentType },
        output: { body: answer, contentType: answerType },
        inferenceId,
        customAttributes,
      });
    }
    const out = new Headers({
      "content-type": answerType,
      "x-amzn-invoked-production-variant": variant.VariantName,
    });
    const returned = response.headers.get("x-amzn-sagemaker-custom-attributes");
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
  target: string | null,
): EndpointConfig["ProductionVariants"][number] {
  const variants = config.ProductionVariants;
  if (target !== null) {
    const found = variants.find((variant) => variant.VariantName === target);
    if (!found) throw new AwsError("ValidationError", `Variant ${target} not found for Request`);
    return found;
  }
  let left = Math.random() * variants.reduce((sum, variant) => sum + variant.InitialVariantWeight, 0);
  return variants.find((variant) => (left -= variant.InitialVariantWeight) < 0) ?? variants[0]!;
}

function modelError(core: Core, endpoint: string, stream: string, status: number, message: string): AwsError {
  const { region, account } = core;
  const kind = status >= 500 ? "server" : "client";
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
