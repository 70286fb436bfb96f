/** The picture at the top of the README: two orders, an execution as a graph, and a few of the hardest pictures. */
import { Buffer } from "node:buffer";
import sharp from "sharp";
import { escapeHtml } from "../display/format.ts";
import { inkColor, outcomeColors } from "../display/theme.ts";

/** A picture with a caption. */
export interface Captioned {
  /** PNG in base64. */
  png: string;
  caption: string;
  /** Whether the answer was right. */
  right: boolean;
}

export interface Strip {
  /** The left column, from top to bottom. */
  orders: readonly [Captioned, Captioned];
  /** SVG of the execution in the middle. */
  graph: string;
  /** Four pictures at the right. */
  hardest: readonly Captioned[];
}

const font = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
const width = 820;
const height = 440;

/** The strip as SVG on a transparent ground. Its text is large, as it is shown at half its size on a phone. */
export async function drawStrip({ orders, graph, hardest }: Strip, ink: string): Promise<string> {
  const heading = (text: string, x: number) =>
    `<text x="${x}" y="22" font-size="22" font-weight="600" fill="${ink}">${escapeHtml(text)}</text>`;
  const parts = [
    heading("Two orders", 4),
    ...await Promise.all(
      orders.map((order, row) => figure(order, { x: 4, y: 42 + 202 * row, size: 150 }, ink)),
    ),
    heading("An order held back", 236),
    place(graph, { x: 236, y: 34, width: 300, height: 396 }, ink),
    heading("Hard pictures", 588),
    ...await Promise.all(
      hardest.slice(0, 4).map((one, i) =>
        figure(one, { x: 588 + 120 * (i % 2), y: 42 + 202 * Math.floor(i / 2), size: 108 }, ink)
      ),
    ),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="${font}">${parts.join("")}</svg>\n`;
}

/** A picture in a frame of its outcome's colour, with the caption below it. */
async function figure(
  { png, caption, right }: Captioned,
  { x, y, size }: { x: number; y: number; size: number },
  ink: string,
): Promise<string> {
  // Enlarged here, as not every program that draws SVG keeps the pixels sharp.
  const large = await sharp(Buffer.from(png, "base64")).resize(size, size, { kernel: "nearest" }).png({
    palette: true,
  }).toBuffer();
  const frame = right ? outcomeColors.succeeded : outcomeColors.failed;
  return `<image x="${x}" y="${y}" width="${size}" height="${size}" href="data:image/png;base64,${
    large.toString("base64")
  }"/>` +
    `<rect x="${x}" y="${y}" width="${size}" height="${size}" rx="3" fill="none" stroke="${frame}" stroke-width="3"` +
    `${right ? "" : ' stroke-dasharray="9 5"'}/>` +
    `<text x="${x}" y="${y + size + 26}" font-size="21" fill="${ink}">${escapeHtml(caption)}</text>`;
}

/** A drawing in a box of the picture, as large as it can be there. */
function place(
  svg: string,
  box: { x: number; y: number; width: number; height: number },
  ink: string,
): string {
  const attributes = Object.entries(box).map(([name, value]) => `${name}="${value}"`).join(" ");
  return svg.replace(/\s(width|height|style)="[^"]*"/, "").replace(
    /<svg[^>]*?(viewBox="[^"]*")[^>]*?(font-size="[^"]*")[^>]*>/,
    `<svg ${attributes} $1 $2>`,
  ).replaceAll("currentColor", ink).replaceAll(`fill="${inkColor}"`, `fill="${ink}" opacity="0.7"`);
}
