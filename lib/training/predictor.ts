/** Asks an endpoint for predictions. */
import { DeleteEndpointCommand, type SageMakerClient } from "@aws-sdk/client-sagemaker";
import { InvokeEndpointCommand, type SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { retryWhile } from "../aws/retries.ts";

/** Sends pictures to an endpoint: PNG bytes in, one probability per class out. */
export class Predictor {
  constructor(
    readonly clients: { runtime: SageMakerRuntimeClient; sagemaker: SageMakerClient },
    readonly endpointName: string,
    readonly contentType = "image/png",
  ) {}

  /**
   * Classifies one picture.
   * @param picture an encoded image of the predictor's content type
   * @param options.inferenceId stored with the captured record, 1 to 64 ASCII characters, see `inferenceIdOf`
   * @returns probabilities in class order, of sum 1
   * @throws ModelError (an SDK error) with OriginalStatusCode 400 if the bytes are not a picture
   */
  async predict(
    picture: Uint8Array,
    options: { inferenceId?: string; signal?: AbortSignal } = {},
  ): Promise<number[]> {
    const command = new InvokeEndpointCommand({
      EndpointName: this.endpointName,
      ContentType: this.contentType,
      Accept: "application/json",
      Body: picture,
      InferenceId: options.inferenceId,
    });
    const { Body } = await retryWhile(
      (error) => error.name === "ModelNotReadyException",
      () => this.clients.runtime.send(command, { abortSignal: options.signal }),
      options,
    );
    return JSON.parse(Body.transformToString());
  }

  /** Deletes the endpoint, which ends its costs. Its configuration and model stay. */
  async deleteEndpoint(): Promise<void> {
    await this.clients.sagemaker.send(new DeleteEndpointCommand({ EndpointName: this.endpointName }));
  }
}
