/** Galleries of pictures: chosen answers, and samples of each class. */
import { Buffer } from "node:buffer";
import { mapBounded } from "../concurrent.ts";
import { confidenceText, countOf, escapeHtml, labelText } from "../display/format.ts";
import { type Displayable, html } from "../display/show.ts";
import { classColors, outcomeColors } from "../display/theme.ts";
import type { Prediction } from "./frame.ts";

/** Fetches a picture's PNG file by its S3 key. */
export type FetchPng = (key: string) => Promise<Uint8Array>;

const fetchesAtOnce = 8;
const pictureWidth = 96;

/** The rows with the lowest confidence, lowest first; rows whose picture is unknown are left out. */
export function leastCertain(rows: readonly Prediction[], count: number): Prediction[] {
  return rows.filter(({ key }) => key !== null)
    .toSorted((a, b) => a.confidence - b.confidence)
    .slice(0, count);
}

/** The wrong answers, the most confident first. */
export function mistakes(rows: readonly Prediction[]): Prediction[] {
  return rows.filter(({ correct }) => correct === false).toSorted((a, b) => b.confidence - a.confidence);
}

/**
 * Pictures with truth, answer and confidence. Wrong answers are marked by a cross, the word "wrong" and a dashed frame.
 * @param rows whose pictures are known; `fetchPng` is called with their keys
 * @throws RangeError for a row whose picture is not known
 */
export async function predictionGallery(
  rows: readonly Prediction[],
  fetchPng: FetchPng,
): Promise<Displayable> {
  const pngs = await mapBounded(rows, fetchesAtOnce, ({ key, time }) => {
    if (key !== null) return fetchPng(key);
    throw new RangeError(
      `The picture of the answer captured at ${time.toISOString()} is unknown: the record has no inference id, or ` +
        "only a digest of the picture's key.",
    );
  });
  const figures = rows.map((row, index) => {
    const { mark, word, frame } = judgement(row);
    const lines = [
      `${mark} ${word}`,
      `truth: ${labelText(row.truth ?? "unknown")}`,
      `answer: ${labelText(row.predicted)}`,
      `confidence: ${confidenceText(row.confidence)}${row.accepted ? "" : ", below the threshold"}`,
    ];
    return { source: figure(pngs[index]!, lines, frame), plain: `[${row.picture}: ${lines.join(", ")}]` };
  });
  if (figures.length === 0) return html("<p>No pictures.</p>", "No pictures.");
  return html(strip(figures.map(({ source }) => source)), figures.map(({ plain }) => plain).join("\n"));
}

function judgement({ correct }: Prediction): { mark: string; word: string; frame: string } {
  if (correct === null) {
    return { mark: "?", word: "truth unknown", frame: `1px solid ${outcomeColors.notReached}` };
  }
  return correct
    ? { mark: "✓", word: "right", frame: `2px solid ${outcomeColors.succeeded}` }
    : { mark: "✗", word: "wrong", frame: `4px dashed ${outcomeColors.failed}` };
}

/** A picture and the name of its class. */
export interface LabelledPicture {
  png: Uint8Array;
  className: string;
  name: string;
}

/** Pictures grouped by class, each group under the class's name and colour. */
export function sampleGallery(pictures: readonly LabelledPicture[], classes: readonly string[]): Displayable {
  const groups = classes.flatMap((className, index) => {
    const members = pictures.filter((picture) => picture.className === className);
    if (members.length === 0) return [];
    const color = classColors[index % classColors.length]!;
    const heading =
      `<div style="font-weight:600;border-left:6px solid ${color};padding-left:8px;margin:12px 0 8px">` +
      `${escapeHtml(labelText(className))}</div>`;
    const figures = members.map(({ png, name }) => image(png, name, "1px solid transparent"));
    return [{
      source: `<section>${heading}${strip(figures)}</section>`,
      plain: `${labelText(className)}, ${countOf(members.length, "picture")}: ${
        members.map(({ name }) => name).join(" ")
      }`,
    }];
  });
  return html(groups.map(({ source }) => source).join(""), groups.map(({ plain }) => plain).join("\n"));
}

function strip(figures: string[]): string {
  return `<div style="display:flex;flex-wrap:wrap;gap:12px">${figures.join("")}</div>`;
}

function figure(png: Uint8Array, lines: string[], frame: string): string {
  const [first, ...others] = lines.map(escapeHtml);
  return `<figure style="margin:0;width:${pictureWidth + 24}px">${image(png, lines.join(", "), frame)}` +
    `<figcaption style="font-size:12px;line-height:1.35;overflow-wrap:anywhere">` +
    `<strong>${first}</strong>${others.map((line) => `<br>${line}`).join("")}</figcaption></figure>`;
}

/** A picture with a description, also as its tooltip. */
function image(png: Uint8Array, words: string, frame: string): string {
  const data = Buffer.from(png.buffer, png.byteOffset, png.byteLength).toString("base64");
  const text = escapeHtml(words);
  return `<img alt="${text}" title="${text}" width="${pictureWidth}" height="${pictureWidth}" ` +
    `style="image-rendering:pixelated;border-radius:4px;margin:6px 0 4px 6px;outline:${frame};outline-offset:1px" ` +
    `src="data:image/png;base64,${data}">`;
}
