/** Views of the state machine and of the evaluation, for the notebooks. */
import type { Aws } from "../aws/clients.ts";
import { getObject } from "../aws/s3.ts";
import { type Displayable, html, markdown } from "../display/show.ts";
import type { ThresholdChartOptions } from "../evaluation/charts/threshold.ts";
import type { Judged, Prediction } from "../evaluation/frame.ts";
import { judged } from "../evaluation/frame.ts";
import { predictionGallery } from "../evaluation/gallery.ts";
import { accuracy, confusionMatrix, precisionPerClass } from "../evaluation/metrics.ts";
import type { CapturedTraffic } from "../evaluation/read_captures.ts";
import { alikeThresholds, type ThresholdPoint } from "../evaluation/threshold.ts";
import {
  accuracyWords,
  confusionWords,
  distributionWords,
  missingWords,
  precisionWords,
  thresholdWords,
} from "../evaluation/words.ts";
import { drawStateMachine } from "../graph/draw.ts";
import type { Definition } from "../graph/model.ts";
import type { countExecutions } from "../workflow/executions.ts";

/** The state machine as a graph. */
export function machineView(definition: Definition): Displayable {
  const drawing = drawStateMachine(definition);
  return html(drawing.svg, drawing.title); // in a picture of its own its text would not have the page's colour
}

/** The results in sentences, computed from the figures of this run. */
export function evaluationView(
  rows: readonly Prediction[],
  { classes, threshold, missing }: {
    classes: readonly string[];
    threshold: number;
    missing: readonly string[];
  },
): Displayable {
  const known = judged(rows);
  const sentences = [
    accuracyWords(rows),
    thresholdWords(rows, threshold),
    confusionWords(confusionMatrix(known, classes), classes),
    precisionWords(precisionPerClass(known, classes)),
    distributionWords(rows, classes),
    missingWords(missing),
  ];
  return markdown(sentences.filter((text) => text !== "").map((text) => `- ${text}`).join("\n"));
}

/** Chosen pictures with truth, answer and confidence; without any the text `otherwise`. */
export async function galleryView(
  aws: Aws,
  rows: readonly Prediction[],
  otherwise = "",
): Promise<Displayable> {
  if (rows.length === 0) return markdown(otherwise);
  return await predictionGallery(rows, (key) => getObject(aws.s3, aws.bucket, key));
}

/** The part about the evaluation in `reports/summary.json`. */
export function evaluationSummary(
  rows: readonly Prediction[],
  { executions, traffic }: { executions: ReturnType<typeof countExecutions>; traffic: CapturedTraffic },
) {
  const accepted: Judged[] = judged(rows).filter((row) => row.accepted);
  return {
    executions,
    captures: traffic.captures.length,
    accuracyOfAccepted: accuracy(accepted),
    wrongCouriers: accepted.filter(({ correct }) => !correct).length,
  };
}

/** The part about the threshold. */
export function thresholdSummary(
  curve: readonly ThresholdPoint[],
  { threshold, recommended, precision }: ThresholdChartOptions,
) {
  const alike = recommended && alikeThresholds(curve, recommended);
  return {
    threshold: {
      inUse: threshold,
      recommended: recommended?.threshold,
      precision,
      alike: alike !== undefined && threshold >= alike.from && threshold <= alike.to,
    },
  };
}
