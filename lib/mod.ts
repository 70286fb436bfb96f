/** What the notebooks use: the steps of the workflow, in order, and views of their results. */
export { type Aws, connect } from "./aws/clients.ts";
export { getObject, listObjects } from "./aws/s3.ts";
export { inferenceIdOf } from "./inference_id.ts";
export {
  ENDPOINT_NAME,
  FUNCTION_NAMES,
  ROLE_NAMES,
  S3_LAYOUT,
  STATE_MACHINE_NAME,
  THRESHOLD_ERROR,
} from "./names.ts";
export { setVariables } from "./settings.ts";
export { ensureRole } from "./workflow/roles.ts";

// 1 Data staging
export { classCounts, countsChart } from "./dataset/counts_chart.ts";
export { batchFrame, selectClasses } from "./dataset/mod.ts";
export { stagedDataset } from "./dataset/staging.ts";

// 2 Training and deployment
export { retrieveImageUri } from "./aws/image_uris.ts";
export { DataCaptureConfig } from "./training/data_capture_config.ts";
export { findEndpoint } from "./training/endpoint.ts";
export { Estimator } from "./training/estimator.ts";
export { imageChannels, imageShape } from "./training/training_input.ts";

// 3 Lambda functions
export { invokeFunction } from "./workflow/functions.ts";

// 4 Step Functions
export { executionGantt } from "./graph/gantt.ts";
export { outcomeChart } from "./graph/outcome_chart.ts";
export { findFunctionArns } from "./workflow/deployment.ts";
export { countExecutions, generateTestCases, runExecutions } from "./workflow/executions.ts";
export { deployStateMachine, findStateMachine } from "./workflow/state_machine.ts";

// 5 Evaluation
export * from "./evaluation/mod.ts";

// Views
export { chart } from "./display/chart.ts";
export { show, summary, table } from "./display/show.ts";
export * from "./notebook/evaluation_views.ts";
export * from "./notebook/play_views.ts";
export * from "./notebook/steps.ts";
export * from "./notebook/views.ts";
