/** What an endpoint records of its traffic. */
import type { DataCaptureConfig as Request } from "@aws-sdk/client-sagemaker";

export interface DataCaptureOptions {
  enableCapture?: boolean;
  /** Share of the requests, 0 to 100. */
  samplingPercentage?: number;
  /** `s3://bucket/prefix`. */
  destinationS3Uri: string;
  captureOptions?: ("Input" | "Output")[];
  csvContentTypes?: string[];
  /** Answers of other content types are stored as base64. */
  jsonContentTypes?: string[];
}

/**
 * Model Monitor's data capture of an endpoint, with the defaults of the SageMaker Python SDK, except that all requests are
 * captured, not 20 %. Without the content type headers AWS stores everything as base64, even JSON answers.
 */
export class DataCaptureConfig {
  readonly options: Required<DataCaptureOptions>;

  /** @throws RangeError for a percentage outside 0 to 100, or a destination that is not an S3 URI. */
  constructor(options: DataCaptureOptions) {
    this.options = {
      enableCapture: true,
      samplingPercentage: 100,
      captureOptions: ["Input", "Output"],
      csvContentTypes: ["text/csv"],
      jsonContentTypes: ["application/json"],
      ...options,
    };
    const { samplingPercentage, destinationS3Uri } = this.options;
    if (!Number.isInteger(samplingPercentage) || samplingPercentage < 0 || samplingPercentage > 100) {
      throw new RangeError(
        `samplingPercentage is ${samplingPercentage}; it must be a whole number from 0 to 100.`,
      );
    }
    if (!/^s3:\/\/[^/]+/.test(destinationS3Uri)) {
      throw new RangeError(
        `destinationS3Uri is "${destinationS3Uri}"; it must begin with s3:// and name a bucket.`,
      );
    }
  }

  /** The part of CreateEndpointConfig. */
  toRequest(): Request {
    const { options } = this;
    return {
      EnableCapture: options.enableCapture,
      InitialSamplingPercentage: options.samplingPercentage,
      DestinationS3Uri: options.destinationS3Uri,
      CaptureOptions: options.captureOptions.map((CaptureMode) => ({ CaptureMode })),
      CaptureContentTypeHeader: {
        CsvContentTypes: options.csvContentTypes,
        JsonContentTypes: options.jsonContentTypes,
      },
    };
  }
}
