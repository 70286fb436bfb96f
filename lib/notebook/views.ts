/** Views of the target, pictures, a prediction, training, functions and their results, for the notebooks. */
import type { Aws } from "../aws/clients.ts";
import type { Selection } from "../dataset/mod.ts";
import type { StagedDataset } from "../dataset/staging.ts";
import { formatAmount, formatSeconds, labelText, listOf, percent } from "../display/format.ts";
import { type Displayable, facts, markdown, table } from "../display/show.ts";
import { sampleGallery } from "../evaluation/gallery.ts";
import type { TrainingResult } from "../training/training_result.ts";
import { type DeployedFunction, FUNCTIONS } from "../workflow/functions.ts";

/** The target and the main settings, in one line. */
export function targetLine({ target, region, settings }: Aws): Displayable {
  const where = target === "local" ? "the local AWS" : "AWS, where the endpoint costs money";
  // Not set: it depends on the data.
  const classes = settings.classes ? ` Classes: ${listOf(settings.classes.map(labelText))}.` : "";
  return markdown(`Target: ${where}, ${region}.${classes} Threshold: ${settings.threshold}.`);
}

/** The target and the main settings. */
export function targetView({ target, region, stage, bucket, settings }: Aws): Displayable {
  return facts({
    target: target === "local"
      ? "local: a local AWS that runs on your machine"
      : "aws: your account, where the endpoint costs money until `deno task destroy` removes it",
    region,
    stage,
    bucket,
    classes: settings.classes?.map(labelText).join(", "), // not set: it depends on the data
    threshold: settings.threshold,
  });
}

/** What is staged; says so if the project drew the pictures itself. */
export function datasetView({ source, synthetic, classes, train, test }: StagedDataset): Displayable {
  const what = synthetic ? "**synthetic pictures**, drawn by this project" : `pictures from ${source}`;
  return markdown(
    `${formatAmount(train)} training and ${formatAmount(test)} test ${what}; classes: ${
      classes.map(labelText).join(", ")
    }.`,
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

/** The result of training, with the network that was trained, since the local one can differ from AWS's. */
export function trainingView(result: TrainingResult, dataset: StagedDataset): Displayable {
  const { network, accuracy, trainingSeconds, billableSeconds, epochs, modelData } = result;
  const { imagesPerSecond } = trainingSummary(result, dataset);
  const seconds = (time: number | undefined) => time === undefined ? undefined : formatSeconds(time);
  return facts({
    network: network ?? "AWS's default",
    "validation accuracy": accuracy === undefined ? undefined : percent(accuracy),
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
