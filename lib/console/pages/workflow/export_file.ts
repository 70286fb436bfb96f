/** Exports of the workflow: ASL JSON, SVG and PNG, saved by the browser. */
/// <reference lib="dom" />
import { drawStateMachine } from "../../../graph/draw.ts";
import type { Definition } from "../../../graph/model.ts";
import type { Machine } from "./document/asl.ts";

/** @throws Error when a transition leads nowhere, which cannot be drawn */
export async function exportFile(
  kind: "json" | "svg" | "png",
  name: string,
  text: string,
  machine: Machine,
): Promise<void> {
  const stem = name.replace(/\.asl\.json$/, "");
  if (kind === "json") return save(new Blob([text], { type: "application/json" }), `${stem}.asl.json`);
  const svg = standAlone(drawStateMachine(machine as unknown as Definition).svg);
  const picture = new Blob([svg], { type: "image/svg+xml" });
  save(kind === "svg" ? picture : await png(picture), `${stem}.${kind}`);
}

/** The drawing's text has the colour of the page around it; alone it is dark on white. */
function standAlone(svg: string): string {
  return svg.replace("<svg ", '<svg color="#1f2328" ')
    .replace(/ style="[^"]*"/, "")
    .replace(/(<svg [^>]*>)/, '$1<rect width="100%" height="100%" fill="#ffffff"/>');
}

/** Twice as large, for sharp screens. */
async function png(svg: Blob): Promise<Blob> {
  const url = URL.createObjectURL(svg);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [2 * image.naturalWidth, 2 * image.naturalHeight];
    canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
    const made = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
    if (!made) throw new Error("The picture is too large for a PNG in this browser; export an SVG.");
    return made;
  } finally {
    URL.revokeObjectURL(url);
  }
}

function save(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
