import assert from "node:assert/strict";
import { DataCaptureConfig } from "../../lib/training/data_capture_config.ts";

Deno.test("DataCaptureConfig: all requests, input and output, answers readable", () => {
  assert.deepEqual(new DataCaptureConfig({ destinationS3Uri: "s3://b/data_capture" }).toRequest(), {
    EnableCapture: true,
    InitialSamplingPercentage: 100,
    DestinationS3Uri: "s3://b/data_capture",
    CaptureOptions: [{ CaptureMode: "Input" }, { CaptureMode: "Output" }],
    CaptureContentTypeHeader: { CsvContentTypes: ["text/csv"], JsonContentTypes: ["application/json"] },
  });
});

Deno.test("DataCaptureConfig: a percentage or destination that cannot be is refused when it is made", () => {
  assert.throws(
    () => new DataCaptureConfig({ destinationS3Uri: "s3://b/c", samplingPercentage: 101 }),
    RangeError,
  );
  assert.throws(() => new DataCaptureConfig({ destinationS3Uri: "b/c" }), /must begin with s3:\/\//);
});
