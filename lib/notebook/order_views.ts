/** Views of single orders: the picture, what it shows and what was answered, on each step of its way. */
import type { HistoryEvent } from "@aws-sdk/client-sfn";
import type { Aws } from "../aws/clients.ts";
import { getObject } from "../aws/s3.ts";
import { parseLst } from "../dataset/mod.ts";
import { stagedDataset } from "../dataset/staging.ts";
import { confidenceText, escapeHtml, formatSeconds, labelText } from "../display/format.ts";
import { type Displayable, html, markdown } from "../display/show.ts";
import { classColors, trackColor } from "../display/theme.ts";
import { drawStateMachine } from "../graph/draw.ts";
import type { Definition } from "../graph/model.ts";
import { S3_LAYOUT, THRESHOLD_ERROR } from "../names.ts";
import { executionHistory, type ExecutionResult, type TestCase } from "../workflow/executions.ts";
import type { InvocationResult } from "../workflow/functions.ts";

/** The labels of the staged test pictures. */
export async function testLabels({ s3, bucket }: Pick<Aws, "s3" | "bucket">) {
  return parseLst(new TextDecoder().decode(await getObject(s3, bucket, S3_LAYOUT.testList)));
}

/** A picture, with the probabilities of the classes as bars. */
export function predictionView(
  { png, key }: { png: Uint8Array; key: string },
  probabilities: readonly number[],
  classes: readonly string[],
): Displayable {
  return html(
    row(picture(png, key), `<div><code>${escapeHtml(key)}</code>${bars(probabilities, classes)}</div>`),
    `${key}: ${probabilitiesInWords(probabilities, classes)}`,
  );
}

/** An order's picture and what a function returned for it, or threw; long strings such as the picture are shortened. */
export async function answerView(
  aws: Aws,
  { s3_key }: Pick<TestCase, "s3_key">,
  { payload, functionError }: InvocationResult,
): Promise<Displayable> {
  const shortened = JSON.stringify(payload, (key, value) => {
    if (key === "trace") return undefined;
    const isLong = typeof value === "string" && value.length > 160;
    return isLong ? `${value.slice(0, 60)}… (${value.length} characters)` : value;
  }, 2);
  const title = functionError ? "The function threw an error:" : "The function returned:";
  const order = await orderView(aws, s3_key, (payload as Partial<TestCase>).inferences);
  return html(
    row(
      order.html,
      `<div style="flex:1 1 20em;min-width:0">${title}<pre style="overflow-x:auto">${
        escapeHtml(shortened)
      }</pre></div>`,
    ),
    `${order.words}\n${title}\n${shortened}`,
  );
}

/** An execution: picture, truth and answer beside a graph with the status of each state; without one the text `otherwise`. */
export async function executionView(
  aws: Aws,
  definition: Definition,
  execution: ExecutionResult | undefined,
  otherwise = "",
): Promise<Displayable> {
  if (!execution) return markdown(otherwise);
  const history = await executionHistory(aws, execution.arn);
  const drawing = drawStateMachine(definition, { history });
  const order = await orderView(aws, execution.s3Key, answerIn(history));
  const ended = endInWords(execution, aws.settings.threshold);
  return html(
    row(
      `<div style="flex:0 1 19em">${order.html}<p>${escapeHtml(ended)}</p>` +
        `<small>Execution ${execution.name}</small></div>`,
      drawing.svg,
    ),
    `${order.words}. ${ended}`,
  );
}

function endInWords({ status, error, startDate, stopDate }: ExecutionResult, threshold: number): string {
  const seconds = formatSeconds((stopDate.getTime() - startDate.getTime()) / 1000);
  if (status === "SUCCEEDED") return `Succeeded after ${seconds}: the courier is on the way.`;
  if (error !== THRESHOLD_ERROR) return `Failed after ${seconds} with ${error ?? status}.`;
  return `Held back after ${seconds}: the confidence is below the threshold of ${threshold}, so a person decides.`;
}

/** The probabilities that a state of the execution returned; undefined if none did. */
function answerIn(history: readonly HistoryEvent[]): number[] | undefined {
  const outputs = history.map(({ stateExitedEventDetails }) =>
    JSON.parse(stateExitedEventDetails?.output ?? "{}")
  );
  return outputs.findLast(({ inferences }) => inferences?.length > 0)?.inferences;
}

/** The picture of an order, with its truth and the answer, as far as there are any. */
async function orderView(
  aws: Aws,
  key: string,
  probabilities: readonly number[] = [],
): Promise<{ html: string; words: string }> {
  const [{ classes }, labels, png] = await Promise.all([
    stagedDataset(aws),
    testLabels(aws),
    getObject(aws.s3, aws.bucket, key).catch((error) => {
      if (error.name !== "NoSuchKey") throw error;
    }),
  ]);
  const label = labels.find(({ path }) => S3_LAYOUT.test + path === key)?.label;
  const truth = label === undefined ? "" : labelText(classes[label]!);
  const highest = Math.max(...probabilities);
  const answer = labelText(classes[probabilities.indexOf(highest)] ?? "");
  const mark = truth && answer && (truth === answer ? " ✓" : " ✗");
  const lines = [
    ...truth ? [`Truth: ${truth}`] : [],
    ...answer ? [`Answer: ${answer}${mark}, confidence ${confidenceText(highest)}`] : [],
  ];
  const shown = png ? picture(png, key) : `<div>There is no picture <code>${escapeHtml(key)}</code>.</div>`;
  return {
    html: `<div style="width:19em;max-width:100%">${shown}<div>${lines.map(escapeHtml).join("<br>")}</div>${
      answer ? bars(probabilities, classes) : ""
    }</div>`,
    words: [key, ...lines].join(", "),
  };
}

function row(...parts: string[]): string {
  return `<div style="display:flex;gap:12px 28px;align-items:flex-start;flex-wrap:wrap">${
    parts.join("")
  }</div>`;
}

function picture(png: Uint8Array, key: string): string {
  const source = `data:image/png;base64,${Uint8Array.from(png).toBase64()}`;
  return `<img src="${source}" width="128" alt="${escapeHtml(key)}" title="${escapeHtml(key)}" ` +
    `style="image-rendering:pixelated;border-radius:4px">`;
}

/** A bar for each probability. */
function bars(probabilities: readonly number[], classes: readonly string[]): string {
  const rows = classes.map((name, index) => {
    const probability = probabilities[index]!;
    return `<tr><td style="text-align:left">${escapeHtml(labelText(name))}</td>` +
      `<td style="width:120px;vertical-align:middle"><div style="border-radius:3px;background:${trackColor}">` +
      `<div style="height:12px;border-radius:3px;width:${probability * 100}%;background:${
        classColors[index % classColors.length]
      }"></div></div></td><td style="text-align:right">${percentText(probability)}</td></tr>`;
  });
  return `<table>${rows.join("")}</table>`;
}

function probabilitiesInWords(probabilities: readonly number[], classes: readonly string[]): string {
  return classes.map((name, index) => `${labelText(name)} ${percentText(probabilities[index]!)}`).join(", ");
}

function percentText(probability: number): string {
  return `${(probability * 100).toFixed(1)}%`;
}
