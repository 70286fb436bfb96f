/**
 * What the notebooks use: the steps of the workflow, in order, and views of their results. What is wrapped in `step` asks
 * or changes the target, and is refused in cells that are queued behind a failed one.
 */
import * as clients from "./aws/clients.ts";
import * as s3 from "./aws/s3.ts";
import * as staging from "./dataset/staging.ts";
import * as display from "./display/show.ts";
import * as baseline from "./evaluation/baseline.ts";
import * as deploying from "./notebook/deploying.ts";
import * as drift from "./notebook/drift_views.ts";
import { step } from "./notebook/failed_cell.ts";
import * as orders from "./notebook/order_views.ts";
import * as steps from "./notebook/steps.ts";
import * as endpoints from "./training/endpoint.ts";
import * as deployment from "./workflow/deployment.ts";
import * as runs from "./workflow/executions.ts";
import * as functions from "./workflow/functions.ts";
import * as machines from "./workflow/state_machine.ts";

export type { Aws } from "./aws/clients.ts";
export { inferenceIdOf } from "./inference_id.ts";
export { S3_LAYOUT, THRESHOLD_ERROR } from "./names.ts";
export { setVariables } from "./settings.ts";
export const connect = step(clients.connect);
export const getObject = step(s3.getObject);
export const listObjects = step(s3.listObjects);
export const ensureRole = step(deploying.ensureRole);

// 1 Data staging
export { classCounts, countsChart } from "./dataset/counts_chart.ts";
export { batchFrame, selectClasses } from "./dataset/mod.ts";
export const openDataset = step(steps.openDataset);
export const stage = step(steps.stage);
export const stagedDataset = step(staging.stagedDataset);

// 2 Training and deployment
export { retrieveImageUri } from "./aws/image_uris.ts";
export { classNamesEnvironment } from "./training/class_names.ts";
export { DataCaptureConfig } from "./training/data_capture_config.ts";
export { Estimator } from "./training/estimator.ts";
export { imageChannels, imageShape } from "./training/training_input.ts";
export const trainModel = step(steps.trainModel);
export const deployEndpoint = step(deploying.deployEndpoint);
export const findEndpoint = step(endpoints.findEndpoint);
export const recordBaseline = step(steps.recordBaseline);

// 3 Lambda functions
export const exampleOrders = step(steps.exampleOrders);
export const deployLambdas = step(deploying.deployLambdas);
export const invokeFunction = step(functions.invokeFunction);

// 4 Step Functions
export { executionGantt } from "./graph/gantt.ts";
export { mapRunChart } from "./graph/map_run_chart.ts";
export { outcomeChart } from "./graph/outcome_chart.ts";
export { countExecutions } from "./workflow/executions.ts";
export const findFunctionArns = step(deployment.findFunctionArns);
export const deployStateMachine = step(deploying.deployStateMachine);
export const findStateMachine = step(machines.findStateMachine);
export const generateTestCases = step(runs.generateTestCases);
export const runTestCases = step(steps.runTestCases);
export const runBatch = step(steps.runBatch);
export const runExecutions = step(runs.runExecutions);

// 5 Evaluation
export * from "./evaluation/mod.ts";
export const sendChangedPictures = step(drift.sendChangedPictures);
export const collectCaptures = step(steps.collectCaptures);
export const loadBaseline = step(baseline.loadBaseline);
export const testLabels = step(orders.testLabels);

// Views
export { chart } from "./display/chart.ts";
export { table } from "./display/show.ts";
export {
  changedPredictions,
  conditionsSummaryView,
  conditionsView,
  driftView,
} from "./notebook/drift_views.ts";
export {
  evaluationSummary,
  evaluationView,
  galleryView,
  machineView,
  thresholdSummary,
} from "./notebook/evaluation_views.ts";
export { answerView, executionView, predictionView } from "./notebook/order_views.ts";
export { classifyView, costView, gameView } from "./notebook/play_views.ts";
export * from "./notebook/views.ts";
export const show = step(display.show);
export const summary = step(display.summary);
