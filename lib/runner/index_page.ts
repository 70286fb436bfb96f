/** `reports/index.html`: one page that says what a run has found, and leads to its reports. */
import { escapeHtml, formatSeconds } from "../display/format.ts";
import { chartScript } from "./chart_script.ts";
import { MarkdownRenderer } from "./html_markdown.ts";
import { OutputRenderer } from "./html_outputs.ts";
import { renderFacts, renderPage } from "./page.ts";
import type { NotebookReport, RunResult } from "./run.ts";
import type { Summary } from "./summary.ts";

/** Under this test accuracy the local network has not learned what it can of bicycles and motorcycles. */
const expectedAccuracy = 0.88;
/** Above this share of executions under the threshold, people have to look at more than every fourth picture. */
const tolerableBelowThreshold = 0.25;

export interface Attention {
  /** `bad` is a failure, `note` is something to know. */
  kind: "bad" | "note";
  text: string;
}

/** What a reader of the run should look at, the worst first. Empty when all is well. */
export function needsAttention(summary: Summary, reports: NotebookReport[]): Attention[] {
  const { dataset, training, executions, captures, accuracyOfAccepted } = summary;
  const found: Attention[] = [];
  const bad = (text: string) => found.push({ kind: "bad", text });
  const note = (text: string) => found.push({ kind: "note", text });
  for (const { title, failure } of reports) {
    // where, and on the second line why
    if (failure) bad(`${title} stopped: ${failure.message.split("\n", 2).join(" ")}`);
  }
  const accuracy = training?.accuracy;
  if (summary.target === "local" && accuracy !== undefined && accuracy < expectedAccuracy) {
    note(
      `Test accuracy is ${percent(accuracy)}, below the ${
        percent(expectedAccuracy)
      } and more that the local ` +
        "network reaches on bicycles and motorcycles.",
    );
  }
  const { total, succeeded, belowThreshold = 0, otherwiseFailed = 0 } = executions ?? {};
  if (otherwiseFailed > 0) {
    bad(`${count(otherwiseFailed, "execution")} failed for another reason than the threshold.`);
  }
  if (total !== undefined && succeeded === 0) bad("No execution succeeded.");
  if (total !== undefined && captures !== undefined && captures < total - otherwiseFailed) {
    bad(
      `The endpoint recorded ${count(captures, "prediction")} for ${
        count(total, "execution")
      }: some are missing.`,
    );
  }
  if (total && belowThreshold / total > tolerableBelowThreshold) {
    note(
      `${
        percent(belowThreshold / total)
      } of the executions stopped at the threshold: many pictures to be routed by hand.`,
    );
  }
  if (
    accuracyOfAccepted !== undefined && accuracy !== undefined && accuracyOfAccepted < accuracy
  ) {
    note(
      "The accepted predictions are not more accurate than all test predictions: the threshold does not help.",
    );
  }
  if (dataset?.synthetic) {
    note(
      "These are synthetic pictures, drawn by this project: the figures say nothing about real bicycles.",
    );
  }
  if (summary.target === "aws" && summary.endpoint) {
    note(`The endpoint ${summary.endpoint} costs money until \`deno task destroy\` removes it.`);
  }
  return found;
}

/** The page's HTML. `reports` are listed in their order, with a link to each; `highlights` are shown. */
export async function renderIndexPage(
  summary: Summary,
  { reports, highlights }: Pick<RunResult, "reports" | "highlights">,
  facts: Record<string, string>,
): Promise<string> {
  const outputs = new OutputRenderer(new MarkdownRenderer());
  const charts: string[] = [];
  for (const output of highlights) charts.push(await outputs.render(output));
  const attention = needsAttention(summary, reports);
  const items = attention.map(({ kind, text }) => `<li class="${kind}">${escapeHtml(text)}</li>`);
  const body = `<main>
<header><h1>Scones Unlimited: who gets which order</h1>${renderFacts(facts)}</header>
${renderFigures(summary)}
<h2>What needs attention</h2>
${items.length > 0 ? `<ul class="attention">${items.join("")}</ul>` : `<p class="fine">✓ Nothing.</p>`}
<h2>What was trained</h2>
<p>${escapeHtml(trainingText(summary))}</p>
<h2>How good it is</h2>
<p>${escapeHtml(qualityText(summary))}</p>
<h2>What the workflow did</h2>
<p>${escapeHtml(workflowText(summary))}</p>
${charts.length > 0 ? `<h2>In pictures</h2>\n${charts.join("\n")}` : ""}
<h2>Reports</h2>
${renderReports(reports)}
</main>`;
  const scripts = outputs.hasCharts ? [await chartScript()] : [];
  return await renderPage({ title: "Scones Unlimited: summary", body, scripts });
}

function renderFigures({ training, accuracyOfAccepted, executions }: Summary): string {
  const figures: [value: string, name: string][] = [];
  if (training?.accuracy !== undefined) {
    figures.push([percent(training.accuracy), "of the test pictures recognised"]);
  }
  if (accuracyOfAccepted !== undefined) {
    figures.push([percent(accuracyOfAccepted), "of the accepted predictions right"]);
  }
  if (executions?.total && executions.succeeded !== undefined) {
    figures.push([`${executions.succeeded}/${executions.total}`, "executions routed a courier"]);
  }
  const items = figures.map(([value, name]) => `<li><b>${value}</b><span>${name}</span></li>`);
  return items.length > 0 ? `<ul class="figures">${items.join("")}</ul>` : "";
}

function trainingText({ dataset, training }: Summary): string {
  if (!dataset && !training) return "Nothing: the run did not get there.";
  const parts: string[] = [];
  if (dataset) {
    const kind = dataset.synthetic ? "synthetic pictures" : "pictures";
    const counts = dataset.train === undefined ? "" : `${number(dataset.train)} ${kind} to learn from` +
      (dataset.test === undefined ? "" : ` and ${number(dataset.test)} to test with`);
    const source = dataset.synthetic ? "were drawn" : `came from ${dataset.source ?? "an unnamed source"}`;
    parts.push(`${counts || `The ${kind}`} ${source}.`);
  }
  if (training) {
    const speed = training.imagesPerSecond === undefined
      ? ""
      : ` at ${number(Math.round(training.imagesPerSecond))} pictures a second`;
    const epochs = training.epochs === undefined ? "" : ` for ${count(training.epochs, "epoch")}`;
    const seconds = training.seconds === undefined ? "" : `, ${formatSeconds(training.seconds)} in all`;
    const network = training.network ? `The ${training.network}` : "The network";
    parts.push(`${network} was trained${epochs}${speed}${seconds}.`);
  } else {
    parts.push("No network was trained.");
  }
  return parts.join(" ");
}

function qualityText({ dataset, training, accuracyOfAccepted }: Summary): string {
  if (training?.accuracy === undefined) return "Not known: no test accuracy was measured.";
  const of = dataset?.test === undefined ? "the test pictures" : `the ${number(dataset.test)} test pictures`;
  const wrong = dataset?.test === undefined
    ? ""
    : ` and mistakes ${number(Math.round((1 - training.accuracy) * dataset.test))}`;
  const accepted = accuracyOfAccepted === undefined
    ? ""
    : ` Where the endpoint was as sure as the threshold asks, it was right in ${
      percent(accuracyOfAccepted)
    } of the cases.`;
  return `It recognises ${percent(training.accuracy)} of ${of}${wrong}.${accepted}`;
}

function workflowText({ executions, captures }: Summary): string {
  if (executions?.total === undefined) return "Nothing: no execution was started.";
  const { total, succeeded = 0, belowThreshold = 0, otherwiseFailed = 0 } = executions;
  const captured = captures === undefined ? "" : ` The endpoint recorded ${count(captures, "prediction")}.`;
  const failed = otherwiseFailed === 0 ? "none" : number(otherwiseFailed);
  return `Of ${count(total, "execution")}, ${number(succeeded)} succeeded and ${
    number(belowThreshold)
  } stopped, ` +
    `because the confidence was under the threshold: a person has to look at those. ` +
    `For another reason ${failed} failed.${captured}`;
}

function renderReports(reports: NotebookReport[]): string {
  const rows = reports.map(({ name, title, seconds, failure }) =>
    `<tr><td><a href="${escapeHtml(name)}.html">${escapeHtml(title)}</a></td><td>${
      failure ? "stopped" : "complete"
    }</td>` +
    `<td>${formatSeconds(seconds)}</td></tr>`
  );
  return `<table><thead><tr><th>Notebook</th><th>Outcome</th><th>Time</th></tr></thead><tbody>${
    rows.join("")
  }</tbody></table>`;
}

/** A share as a percentage with at most one decimal. */
function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))}%`;
}

function number(value: number): string {
  return value.toLocaleString("en-US");
}

function count(value: number, noun: string): string {
  return `${number(value)} ${noun}${value === 1 ? "" : "s"}`;
}
