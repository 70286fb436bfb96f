/** `reports/index.html`: the results of a run on one page, with links to its reports. */
import { escapeHtml, formatSeconds } from "../display/format.ts";
import { type Play, playMime } from "../display/play.ts";
import { MarkdownRenderer } from "./html_markdown.ts";
import { OutputRenderer } from "./html_outputs.ts";
import { type Link, renderFacts, renderLink, renderPage } from "./page.ts";
import { PLAY_NAMES } from "./play/render.ts";
import type { NotebookReport, RunResult } from "./run.ts";
import type { Summary } from "./summary.ts";

/** The local network normally exceeds this test accuracy for bicycles and motorcycles. */
const expectedAccuracy = 0.88;
/** The share of executions below the threshold, whose pictures people must check, that is still acceptable. */
const tolerableBelowThreshold = 0.25;

export interface Attention {
  /** `bad` is a failure, `note` is good to know. */
  kind: "bad" | "note";
  text: string;
  /** Where it can be seen. */
  evidence?: Link;
}

const mistakes = { text: "the worst mistakes", href: "5_evaluation.html#the-worst-mistakes" };
const confidences = { text: "all confidences", href: "5_evaluation.html#confidence" };
const thresholds = { text: "the threshold", href: "5_evaluation.html#the-threshold" };

/** What a reader should look at. Empty if everything is fine. */
export function needsAttention(summary: Summary, reports: NotebookReport[]): Attention[] {
  const { dataset, training, executions, captures, accuracyOfAccepted, wrongCouriers, threshold } = summary;
  const found: Attention[] = [];
  const bad = (text: string) => found.push({ kind: "bad", text });
  const note = (text: string, evidence?: Link) => found.push({ kind: "note", text, evidence });
  for (const { title, failure } of reports) {
    // where, and on the second line why
    if (failure) bad(`${title} stopped: ${failure.message.split("\n", 2).join(" ")}`);
  }
  const accuracy = training?.accuracy;
  if (summary.target === "local" && accuracy !== undefined && accuracy < expectedAccuracy) {
    note(
      `The test accuracy is ${
        percent(accuracy)
      }; for bicycles and motorcycles the local network normally reaches ` +
        `${percent(expectedAccuracy)} or more.`,
    );
  }
  const { total, succeeded, belowThreshold = 0, otherwiseFailed = 0 } = executions ?? {};
  if (otherwiseFailed > 0) {
    bad(`${count(otherwiseFailed, "execution")} failed for other reasons than the threshold.`);
  }
  if (total !== undefined && succeeded === 0) bad("No execution succeeded.");
  if (total !== undefined && captures !== undefined && captures < total - otherwiseFailed) {
    bad(
      `Captures are missing: there are ${count(captures, "captured prediction")} for ${
        count(total, "execution")
      }.`,
    );
  }
  if (wrongCouriers) {
    note(
      `${
        count(wrongCouriers, "order")
      } got the wrong courier: the answer reached the threshold and was wrong.`,
      mistakes,
    );
  }
  if (total && belowThreshold > 0) {
    const share = belowThreshold / total;
    const waiting = belowThreshold === 1 ? "1 order waits" : `${number(belowThreshold)} orders wait`;
    note(
      `${waiting} for a person, ${percent(share)} of all: the confidence is below the threshold.` +
        (share > tolerableBelowThreshold ? " That is more than a quarter." : ""),
      confidences,
    );
  }
  if (threshold?.recommended !== undefined && threshold.recommended !== threshold.inUse) {
    note(
      (threshold.precision === undefined ? "A" : `For ${percent(threshold.precision)} of right answers a`) +
        ` threshold of ${threshold.recommended} is recommended instead of ${threshold.inUse}` +
        (threshold.alike ? ", but these pictures are too few to tell the two apart." : "."),
      thresholds,
    );
  }
  if (
    accuracyOfAccepted !== undefined && accuracy !== undefined && accuracyOfAccepted < accuracy
  ) {
    note(
      "The accepted predictions are less accurate than all test predictions: the threshold does not help.",
    );
  }
  if (dataset?.synthetic) {
    note(
      "The pictures are synthetic, drawn by this project: the results do not apply to real photographs.",
    );
  }
  if (summary.target === "aws" && summary.endpoint) {
    note(`The endpoint ${summary.endpoint} costs money until \`deno task destroy\` removes it.`);
  }
  return found;
}

/** The HTML of the page. `reports` are listed in order with links, `highlights` are displayed. */
export async function renderIndexPage(
  summary: Summary,
  { reports, highlights }: Pick<RunResult, "reports" | "highlights">,
  facts: Record<string, string>,
  { liveCharts }: { liveCharts?: boolean } = {},
): Promise<string> {
  const outputs = new OutputRenderer(new MarkdownRenderer(), { liveCharts });
  const charts: string[] = [];
  const plays: string[] = [];
  for (const output of highlights) {
    const html = await outputs.render(output);
    const play = "data" in output ? output.data[playMime] as Play | undefined : undefined;
    if (play) plays.push(`<h2>${PLAY_NAMES[play.kind]}</h2>\n${html}`);
    else charts.push(html);
  }
  const attention = needsAttention(summary, reports);
  const items = attention.map(({ kind, text, evidence }) => {
    const see = evidence ? ` See ${renderLink(evidence)}.` : "";
    return `<li class="${kind}">${escapeHtml(text)}${see}</li>`;
  });
  const body = `<main class="summary">
<header><h1>Scones Unlimited: who gets which order</h1>
<nav class="pages" aria-label="Reports">${reports.map(reportLink).map(renderLink).join("")}</nav>
${renderFacts(facts)}</header>
${renderFigures(summary)}
<h2>What needs attention</h2>
${items.length > 0 ? `<ul class="attention">${items.join("")}</ul>` : `<p class="fine">✓ Nothing.</p>`}
<h2>What was trained</h2>
<p>${escapeHtml(trainingText(summary))}</p>
<h2>How good it is</h2>
<p>${escapeHtml(qualityText(summary))}</p>
<h2>What the workflow did</h2>
<p>${escapeHtml(workflowText(summary))}</p>
${charts.length > 0 ? `<h2>In pictures</h2>\n<div class="charts">${charts.join("\n")}</div>` : ""}
${plays.join("\n")}
<h2>Reports</h2>
${renderReports(reports)}
</main>`;
  const client = await Deno.readTextFile(new URL("./report_client.js", import.meta.url));
  const scripts = [client, ...await outputs.scripts()];
  return await renderPage({ title: "Scones Unlimited: summary", body, scripts });
}

function reportLink({ name, title }: NotebookReport): Link {
  return { text: title, href: `${name}.html` };
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
  if (!dataset && !training) return "Nothing: the run stopped before that.";
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
  if (training?.accuracy === undefined) return "Unknown: the test accuracy was not measured.";
  const of = dataset?.test === undefined ? "the test pictures" : `the ${number(dataset.test)} test pictures`;
  const wrong = dataset?.test === undefined
    ? ""
    : ` and gets ${number(Math.round((1 - training.accuracy) * dataset.test))} wrong`;
  const accepted = accuracyOfAccepted === undefined
    ? ""
    : ` Of the answers that reached the threshold, ${percent(accuracyOfAccepted)} were right.`;
  return `It recognises ${percent(training.accuracy)} of ${of}${wrong}.${accepted}`;
}

function workflowText({ executions, captures }: Summary): string {
  if (executions?.total === undefined) return "Nothing: no execution was started.";
  const { total, succeeded = 0, belowThreshold = 0, otherwiseFailed = 0 } = executions;
  const captured = captures === undefined ? "" : ` ${count(captures, "prediction")} were captured.`;
  const failed = otherwiseFailed === 0 ? "None" : number(otherwiseFailed);
  return `Of ${count(total, "execution")}, ${number(succeeded)} succeeded, and ${
    number(belowThreshold)
  } ended because the confidence was below the threshold: a person decides on those. ${failed} failed for any other ` +
    `reason.${captured}`;
}

function renderReports(reports: NotebookReport[]): string {
  const rows = reports.map((report) =>
    `<tr><td>${renderLink(reportLink(report))}</td><td>${report.failure ? "stopped" : "complete"}</td>` +
    `<td>${formatSeconds(report.seconds)}</td></tr>`
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
