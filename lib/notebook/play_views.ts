/** What a reader can play with: the threshold with costs, a game against the network, and the model itself. */
import { createHash } from "node:crypto";
import sharp from "sharp";
import type { Aws } from "../aws/clients.ts";
import { getObject, listObjects } from "../aws/s3.ts";
import { mapBounded } from "../concurrent.ts";
import type { StagedDataset } from "../dataset/staging.ts";
import { chart } from "../display/chart.ts";
import { escapeHtml, labelText } from "../display/format.ts";
import { playable } from "../display/play.ts";
import { type Displayable, html, markdown } from "../display/show.ts";
import { costExplorer } from "../evaluation/charts/cost_explorer.ts";
import { costCurve, DEFAULT_COSTS } from "../evaluation/costs.ts";
import { type Judged, judged, type Prediction } from "../evaluation/frame.ts";
import { leastCertain } from "../evaluation/gallery.ts";
import { S3_LAYOUT } from "../names.ts";
import { readModel } from "../training/model_file.ts";

const AT_ONCE = 8;
/** Thumbnails in one page: those of all mistakes and of the least certain answers, about 1 kB each. */
const MOST_PICTURES = 400;
const GAME_PICTURES = 20;
const SAMPLES = 8;
/** Of thumbnails, in pixels; smaller pictures stay as they are. */
const LARGEST_SIDE = 64;

/** The threshold with two costs, the pictures that it concerns, and the best threshold, which all change with the inputs. */
export async function costView(
  aws: Aws,
  rows: readonly Prediction[],
  { classes, threshold }: { classes: readonly string[]; threshold: number },
): Promise<Displayable> {
  const known = judged(rows);
  const inOrder = [
    ...known.filter(({ correct }) => !correct),
    ...leastCertain(known.filter(({ correct }) => correct), known.length),
  ];
  const pictured = new Set<Prediction>(inOrder.filter(({ key }) => key !== null).slice(0, MOST_PICTURES));
  const answers = await mapBounded(known, AT_ONCE, async (row) => ({
    ...answerOf(row),
    ...pictured.has(row) && { picture: await thumbnail(await getObject(aws.s3, aws.bucket, row.key!)) },
  }));
  const costs = DEFAULT_COSTS;
  return playable(
    { kind: "threshold", classes, threshold, costs, answers },
    chart(costExplorer(costCurve(answers, classes.length), answers, { threshold, costs })),
  );
}

function answerOf({ truth, predicted, confidence, correct }: Judged) {
  return { truth, predicted, correct, confidence: Number(confidence.toFixed(5)) };
}

/** A data URL of some hundred bytes: at most 64 pixels wide and high. */
async function thumbnail(picture: Uint8Array): Promise<string> {
  const image = sharp(picture).resize({
    width: LARGEST_SIDE,
    height: LARGEST_SIDE,
    fit: "inside",
    withoutEnlargement: true,
  });
  const webp = await image.webp({ quality: 88, smartSubsample: true }).toBuffer();
  return `data:image/webp;base64,${new Uint8Array(webp).toBase64()}`;
}

/** The pictures of which the network was least certain, to guess oneself. Outside a report: the pictures, answers folded. */
export async function gameView(
  aws: Aws,
  rows: readonly Prediction[],
  classes: readonly string[],
): Promise<Displayable> {
  const hard = judged(leastCertain(judged(rows), GAME_PICTURES));
  if (hard.length === 0) return markdown("There are no pictures whose truth is known.");
  // Neither the hardest first, nor class by class as their names are.
  const mixed = (key: string) => createHash("md5").update(key).digest("hex");
  const shuffled = hard.toSorted((a, b) => mixed(a.key!) < mixed(b.key!) ? -1 : 1);
  const pictures = await mapBounded(shuffled, AT_ONCE, async (row) => ({
    ...answerOf(row),
    picture: pngUrl(await getObject(aws.s3, aws.bucket, row.key!)),
  }));
  const figures = pictures.map(({ picture }, index) =>
    `<figure style="margin:0"><img src="${picture}" alt="picture ${index + 1}" width="96" ` +
    `style="image-rendering:pixelated;border-radius:4px"><figcaption>${index + 1}</figcaption></figure>`
  );
  const answers = pictures.map(({ truth, predicted, confidence }) =>
    `<li>${escapeHtml(labelText(truth))}; the network said ${escapeHtml(labelText(predicted))}, ${
      confidence.toFixed(2)
    }</li>`
  );
  return playable(
    { kind: "game", classes, pictures },
    html(
      `<div style="display:flex;flex-wrap:wrap;gap:12px">${figures.join("")}</div>` +
        `<details><summary>The answers</summary><ol>${answers.join("")}</ol></details>`,
      `The ${pictures.length} pictures of which the network was least certain.`,
    ),
  );
}

/** The trained model, to try on one's own pictures in the report; in words where the model cannot run in a page. */
export async function classifyView(
  aws: Aws,
  { modelData }: { modelData: string },
  { classes }: StagedDataset,
): Promise<Displayable> {
  const model = await readModel(aws, modelData);
  if (!model) {
    return markdown(
      "This model is not in ONNX format, so it cannot run in the report. Send pictures to the endpoint.",
    );
  }
  const objects = await listObjects(aws.s3, aws.bucket, S3_LAYOUT.test);
  const step = Math.max(1, Math.floor(objects.length / SAMPLES));
  const keys = objects.filter((_, index) => index % step === 0).slice(0, SAMPLES).map(({ Key }) => Key);
  const samples = await mapBounded(keys, AT_ONCE, async (key) => ({
    name: key.slice(S3_LAYOUT.test.length),
    picture: pngUrl(await getObject(aws.s3, aws.bucket, key)),
  }));
  const words =
    "The report of this notebook, `2_train_and_deploy.html`, has the model in the page: drop a picture there.";
  return playable({ kind: "classify", classes, ...model, samples }, markdown(words));
}

function pngUrl(png: Uint8Array): string {
  return `data:image/png;base64,${png.toBase64()}`;
}
