/** Views of the target, pictures, a prediction, training, functions and their results, for the notebooks. */
import type { Aws } from "../aws/clients.ts";
import type { Selection } from "../dataset/mod.ts";
import type { StagedDataset } from "../dataset/staging.ts";
import { escapeHtml, formatAmount, formatSeconds } from "../display/format.ts";
import { type Displayable, facts, html, markdown, table } from "../display/show.ts";
import { classColors } from "../display/theme.ts";
import { sampleGallery } from "../evaluation/gallery.ts";
import type { TrainingResult } from "../training/training_result.ts";
import { type DeployedFunction, FUNCTIONS, type InvocationResult } from "../workflow/functions.ts";

/** The target and the main settings. */
export function targetView({ target, region, bucket, settings }: Aws): Displayable {
  return facts({
    target: target === "local"
      ? "local: the embedded AWS on this machine"
      : "aws: your account, where the endpoint costs money until `deno task destroy` removes it",
    region,
    bucket,
    classes: settings.classes?.join(", "), // not set: it depends on the data
    threshold: settings.threshold,
  });
}

/** What is staged; says so if the project drew the pictures itself. */
export function datasetView({ source, synthetic, classes, train, test }: StagedDataset): Displayable {
  const what = synthetic ? "**synthetic pictures**, drawn by this project" : `pictures from ${source}`;
  return markdown(
    `${formatAmount(train)} training and ${formatAmount(test)} test ${what}; classes: ${classes.join(", ")}.`,
  );
}

/** Some training pictures of each class, evenly spread over the data set. */
export async function sampleView({ train, classes }: Selection, perClass = 6): Promise<Displayable> {
  const samples = classes.flatMap((className) => {
    const all = train.filter((picture) => picture.className === className);
    const step = Math.max(1, Math.floor(all.length / perClass));
    return all.filter((_, index) => index % step === 0).slice(0, perClass);
  });
  return sampleGallery(
    await Promise.all(
      samples.map(async ({ className, filename, ...picture }) => ({
        png: await picture.png(),
        className,
        name: filename,
      })),
    ),
    classes,
  );
}

/** A picture, with the probabilities of the classes as bars. */
export function predictionView(
  { png, key }: { png: Uint8Array; key: string },
  probabilities: readonly number[],
  classes: readonly string[],
): Displayable {
  const percent = (probability: number) => `${(probability * 100).toFixed(1)}%`;
  const rows = classes.map((name, index) => {
    const probability = probabilities[index]!;
    return `<tr><td style="text-align:left">${
      escapeHtml(name)
    }</td><td style="width:180px;text-align:left">` +
      `<div style="height:12px;border-radius:3px;width:${probability * 100}%;background:${
        classColors[index]
      }"></div>` +
      `</td><td style="text-align:right">${percent(probability)}</td></tr>`;
  });
  const source = `data:image/png;base64,${Uint8Array.from(png).toBase64()}`;
  return html(
    `<div style="display:flex;gap:24px;align-items:center;flex-wrap:wrap"><img src="${source}" width="128" ` +
      `alt="${escapeHtml(key)}" style="image-rendering:pixelated;border-radius:4px"><div><code>${
        escapeHtml(key)
      }</code>` +
      `<table>${rows.join("")}</table></div></div>`,
    `${key}: ${classes.map((name, index) => `${name} ${percent(probabilities[index]!)}`).join(", ")}`,
  );
}

/** The result of training, with the network that was trained, since the local one can differ from AWS's. */
export function trainingView(result: TrainingResult, dataset: StagedDataset): Displayable {
  const { network, accuracy, trainingSeconds, billableSeconds, epochs, modelData } = result;
  const { imagesPerSecond } = trainingSummary(result, dataset);
  const seconds = (time: number | undefined) => time === undefined ? undefined : formatSeconds(time);
  return facts({
    network: network ?? "AWS's default",
    "validation accuracy": accuracy === undefined ? undefined : `${Number((100 * accuracy).toFixed(1))}%`,
    epochs: epochs.length,
    "training time": seconds(trainingSeconds),
    "billable time": seconds(billableSeconds),
    speed: imagesPerSecond === undefined ? undefined : `${formatAmount(imagesPerSecond)} pictures per second`,
    model: modelData,
  });
}

/** The part about training in `reports/summary.json`. */
export function trainingSummary(result: TrainingResult, { train }: StagedDataset) {
  const { accuracy, trainingSeconds: seconds, network, epochs } = result;
  const timed = epochs.filter((epoch) => epoch.seconds !== undefined);
  const busy = timed.reduce((sum, epoch) => sum + epoch.seconds!, 0);
  const imagesPerSecond = busy > 0 ? Math.round(train * timed.length / busy) : undefined;
  return { accuracy, seconds, imagesPerSecond, epochs: epochs.length, network };
}

/** The deployed functions with code size, memory and last update. */
export function functionsView(functions: readonly DeployedFunction[]): Displayable {
  return table(functions.map(({ key, name, codeBytes, memoryMb, lastModified }) => ({
    function: name,
    does: FUNCTIONS[key].description,
    "code (kB)": Number((codeBytes / 1000).toFixed(1)),
    "memory (MB)": memoryMb,
    "last update": lastModified.slice(0, 19).replace("T", " "),
  })));
}

/** What a function returned or threw; long strings such as a picture in base64 are shortened. */
export function answerView({ payload, functionError }: InvocationResult): Displayable {
  const shortened = JSON.stringify(payload, (key, value) => {
    if (key === "trace") return undefined;
    const isLong = typeof value === "string" && value.length > 160;
    return isLong ? `${value.slice(0, 60)}… (${value.length} characters)` : value;
  }, 2);
  const title = functionError ? "The function threw an error:" : "The function returned:";
  return markdown(`${title}\n\n\`\`\`json\n${shortened}\n\`\`\``);
}
