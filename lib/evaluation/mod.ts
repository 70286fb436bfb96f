/** The evaluation of the captured answers. */
export { type BaselineAnswer, loadBaseline, saveBaseline } from "./baseline.ts";
export { type Capture, CaptureError, parseCaptures, probabilitiesOf } from "./captures.ts";
export { type CapturedTraffic, readCaptures, type ReadCapturesOptions } from "./read_captures.ts";
export { type Examples, findExamples } from "./examples.ts";
export {
  evaluationFrame,
  type EvaluationOptions,
  type Judged,
  judged,
  type Prediction,
  predictions,
} from "./frame.ts";
export {
  accuracy,
  type ClassPrecision,
  confusionMatrix,
  coverage,
  precisionPerClass,
  share,
  wilsonInterval,
} from "./metrics.ts";
export {
  alikeThresholds,
  atThreshold,
  intervalAt,
  recommendThreshold,
  thresholdCurve,
  type ThresholdPoint,
  type ThresholdRange,
} from "./threshold.ts";
export { calibrationError, type ReliabilityBin, reliabilityBins } from "./calibration.ts";
export {
  type Answer,
  classDrift,
  confidenceDrift,
  type Drift,
  populationStabilityIndex,
  type Verdict,
} from "./drift.ts";
export * from "./words.ts";
export { confidenceDistribution, type ConfidenceOptions, confidenceOverTime } from "./charts/confidence.ts";
export { confusionChart } from "./charts/confusion.ts";
export { thresholdChart, type ThresholdChartOptions } from "./charts/threshold.ts";
export { reliabilityChart } from "./charts/reliability.ts";
export { driftChart } from "./charts/drift.ts";
export {
  type FetchPng,
  type LabelledPicture,
  leastCertain,
  mistakes,
  predictionGallery,
  sampleGallery,
} from "./gallery.ts";
