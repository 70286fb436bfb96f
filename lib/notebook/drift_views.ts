/** A second batch of pictures, under other conditions, and what it shows of drift. */
import type { Aws } from "../aws/clients.ts";
import { getObject, listObjects } from "../aws/s3.ts";
import { mapBounded } from "../concurrent.ts";
import { type Condition, CONDITIONS, underCondition } from "../dataset/conditions.ts";
import type { LstEntry } from "../dataset/lst.ts";
import { chart } from "../display/chart.ts";
import { type Displayable, markdown } from "../display/show.ts";
import { driftChart } from "../evaluation/charts/drift.ts";
import { type Answer, classDrift, confidenceDrift } from "../evaluation/drift.ts";
import { evaluationFrame, type Prediction, predictions } from "../evaluation/frame.ts";
import { sampleGallery } from "../evaluation/gallery.ts";
import type { CapturedTraffic } from "../evaluation/read_captures.ts";
import { conditionsWords } from "../evaluation/words.ts";
import { inferenceIdOf } from "../inference_id.ts";
import { S3_LAYOUT } from "../names.ts";
import type { Predictor } from "../training/predictor.ts";
import { working } from "./working.ts";

/** In place of `test/` in the keys of changed pictures, which are sent to the endpoint and not stored. */
const FOLDER = "changed/";

const SENT_AT_ONCE = 8;

/** A picture that was sent: its key, and when the batch began. */
export interface Sent {
  s3Key: string;
  startDate: Date;
}

/** Sends the test pictures to the endpoint as they would look at dusk, in rain and out of focus, a third each. */
export async function sendChangedPictures(aws: Aws, predictor: Predictor): Promise<Sent[]> {
  const pictures = await listObjects(aws.s3, aws.bucket, S3_LAYOUT.test);
  const startDate = new Date();
  let done = 0;
  return await working(
    "Changed pictures",
    (bar, signal) =>
      mapBounded(pictures, SENT_AT_ONCE, async ({ Key }, index) => {
        const condition = CONDITIONS[index % CONDITIONS.length]!;
        const png = await underCondition(await getObject(aws.s3, aws.bucket, Key), condition, index);
        const s3Key = FOLDER + Key.slice(S3_LAYOUT.test.length);
        await predictor.predict(png, { inferenceId: inferenceIdOf(s3Key), signal });
        bar.update(++done, condition);
        return { s3Key, startDate };
      }, signal),
    { total: pictures.length, done: () => "a third each at dusk, in rain and out of focus" },
  );
}

/** The captured answers for the changed pictures, as the evaluation's table has them. */
export function changedPredictions(
  { captures }: CapturedTraffic,
  labels: readonly LstEntry[],
  { classes, threshold }: { classes: readonly string[]; threshold: number },
): Prediction[] {
  const frame = evaluationFrame(captures, labels, { classes, threshold, folder: FOLDER });
  return predictions(frame, classes).filter(({ key }) => key?.startsWith(FOLDER));
}

/** The best recognised picture of each class, as it is and under each condition. */
export async function conditionsView(
  aws: Aws,
  rows: readonly Prediction[],
  classes: readonly string[],
): Promise<Displayable> {
  const best = rows.filter(({ correct }) => correct).toSorted((a, b) => b.confidence - a.confidence);
  const pictures = await Promise.all(classes.map(async (className, label) => {
    const key = best.find(({ truth }) => truth === className)?.key;
    if (!key) return []; // not one was recognised
    const png = await getObject(aws.s3, aws.bucket, key);
    const changed = CONDITIONS.map(async (condition: Condition) => ({
      png: await underCondition(png, condition, label),
      className,
      name: condition,
    }));
    return [{ png, className, name: "as it is" }, ...await Promise.all(changed)];
  }));
  return sampleGallery(pictures.flat(), classes);
}

/** The drift of the captured answers from the baseline. */
export function driftView(
  baseline: readonly Answer[],
  rows: readonly Prediction[],
  classes: readonly string[],
): Displayable {
  return chart(driftChart(confidenceDrift(baseline, rows), classDrift(baseline, rows, classes)));
}

/** How many pictures were recognised as they are and under other conditions. */
export function conditionsSummaryView(
  rows: readonly Prediction[],
  changed: readonly Prediction[],
): Displayable {
  return markdown(conditionsWords(rows, changed));
}
