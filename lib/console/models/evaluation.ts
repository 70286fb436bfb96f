/** The evaluation of what the endpoint captured, as in notebook 5. */
import type { Aws } from "../../aws/clients.ts";
import { stagedDataset } from "../../dataset/staging.ts";
import {
  accuracyWords,
  confidenceDistribution,
  confidenceOverTime,
  confusionChart,
  evaluationFrame,
  judged,
  predictions,
  readCaptures,
  recommendThreshold,
  reliabilityBins,
  reliabilityChart,
  thresholdChart,
  thresholdCurve,
  thresholdWords,
} from "../../evaluation/mod.ts";
import { S3_LAYOUT } from "../../names.ts";
import { testLabels } from "../../notebook/order_views.ts";
import { VARIANT_NAME } from "../../training/endpoint.ts";
import { type Drawn, drawn } from "./drawn.ts";

export interface Evaluation {
  /** How many captures it is of. */
  captures: number;
  /** The period that was looked at. */
  days: number;
  words: string[];
  charts: (Drawn & { name: string })[];
}

/** Older captures are not read: their number grows without limit. */
const DAYS = 7;
/** The share of accepted answers that should be right; notebook 5 recommends a threshold for it. */
const PRECISION = 0.98;

/** Reads what has been captured so far. @throws Error that says which notebook to run first */
export async function evaluate(aws: Aws): Promise<Evaluation> {
  const { threshold } = aws.settings;
  const { classes } = await stagedDataset(aws);
  const [labels, traffic] = await Promise.all([
    testLabels(aws),
    readCaptures(aws.s3, {
      bucket: aws.bucket,
      prefix: `${S3_LAYOUT.dataCapture}/${aws.names.endpoint}/${VARIANT_NAME}/`,
      since: new Date(Date.now() - DAYS * 86_400_000),
      timeoutSeconds: 0,
    }),
  ]);
  const rows = predictions(evaluationFrame(traffic.captures, labels, { classes, threshold }), classes)
    .filter(({ key }) => key !== null); // the baseline's requests have no inference id
  if (rows.length === 0) return { captures: 0, days: DAYS, words: [], charts: [] };
  const known = judged(rows);
  const curve = thresholdCurve(known, classes.length);
  const specifications = {
    "Confidence over time": confidenceOverTime(rows, { classes, threshold }),
    "Confidences": confidenceDistribution(rows, { classes, threshold }),
    ...known.length === 0 ? {} : {
      "Confusion": confusionChart(rows, classes),
      "Threshold": thresholdChart(curve, {
        threshold,
        recommended: recommendThreshold(curve, PRECISION),
        precision: PRECISION,
      }),
      "Reliability": reliabilityChart(reliabilityBins(known)),
    },
  };
  const charts = await Promise.all(
    Object.entries(specifications).map(async ([name, specification]) => ({
      name,
      ...await drawn(specification),
    })),
  );
  return {
    captures: rows.length,
    days: DAYS,
    words: [accuracyWords(rows), thresholdWords(rows, threshold)],
    charts,
  };
}
