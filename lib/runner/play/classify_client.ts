/** Runs in pages: the trained model, on pictures that a reader drops. Nothing is requested, nothing leaves the page. */
/// <reference lib="dom" />
import * as ort from "onnxruntime-web/wasm";
import type { ClassifyPlay } from "../../display/play.ts";
import { dataOf, sections } from "./page.ts";
import { planesOf } from "./resize.ts";

/** As the endpoint. */
const TYPES = ["image/png", "image/jpeg"];
const MAX_BYTES = 6 * 1024 * 1024;

let runtime: Promise<void> | undefined;

/** Hands ONNX Runtime its WebAssembly, which lies gzipped in the page. */
function startRuntime(): Promise<void> {
  runtime ??= (async () => {
    ort.env.wasm.numThreads = 1; // more would need workers, which the page does not allow
    ort.env.wasm.wasmBinary = (await unzipped(document.getElementById("ort-wasm")!.textContent!))
      .buffer as ArrayBuffer;
  })();
  return runtime;
}

async function unzipped(base64: string): Promise<Uint8Array> {
  const bytes = Uint8Array.from(atob(base64.trim()), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function start(section: HTMLElement): void {
  const { classes, model, channels, height, width, samples } = dataOf<ClassifyPlay>(section);
  const find = <T extends HTMLElement>(selector: string) => section.querySelector<T>(selector)!;
  const state = find(".state");
  let session: Promise<ort.InferenceSession> | undefined;

  async function load(): Promise<ort.InferenceSession> {
    await startRuntime();
    return await ort.InferenceSession.create(await unzipped(model));
  }

  async function classify(blob: Blob, name: string): Promise<void> {
    delete find(".answer").dataset.probabilities;
    try {
      if (!TYPES.includes(blob.type)) throw new Error("it is neither a PNG nor a JPEG file");
      if (blob.size > MAX_BYTES) throw new Error("it has more than 6 MB, the most that an endpoint takes");
      state.textContent = session ? `Looking at ${name} …` : "Loading the model …";
      session ??= load();
      const picture = await pixelsOf(blob);
      const planes = planesOf(picture, [channels, height, width]);
      const loaded = await session;
      const startMs = performance.now();
      const { probabilities } = await loaded.run({
        data: new ort.Tensor("uint8", planes, [1, channels, height, width]),
      });
      show([...probabilities!.data as Float32Array], planes);
      const resized = picture.width !== width || picture.height !== height;
      state.textContent = `${name}: ${best(find(".answer").dataset.probabilities!)}, in ` +
        `${Math.max(1, Math.round(performance.now() - startMs))} ms.` +
        (resized
          ? ` It was resized from ${picture.width} × ${picture.height}. The endpoint resizes otherwise: in our measurements ` +
            "its probabilities differed by up to 0.02 for PNG files and by up to 0.1 for large JPEG files."
          : "");
    } catch (error) {
      find(".answer").hidden = true;
      state.textContent = `${name} cannot be classified: ${error instanceof Error ? error.message : error}.`;
    }
  }

  function best(json: string): string {
    const probabilities: number[] = JSON.parse(json);
    const most = Math.max(...probabilities);
    return `${classes[probabilities.indexOf(most)]!.replaceAll("_", " ")}, ${most.toFixed(3)}`;
  }

  function show(probabilities: number[], planes: Uint8Array): void {
    const answer = find(".answer");
    answer.dataset.probabilities = JSON.stringify(probabilities);
    answer.hidden = false;
    for (const [index, row] of [...section.querySelectorAll("tbody tr")].entries()) {
      const share = probabilities[index]!;
      row.querySelector<HTMLElement>(".bar div")!.style.width = `${100 * share}%`;
      row.lastElementChild!.textContent = share.toFixed(3);
    }
    const image = new ImageData(width, height);
    for (let i = 0; i < width * height; i++) {
      const pixel = [0, 1, 2].map((c) => planes[(channels === 1 ? 0 : c) * width * height + i]!);
      image.data.set([...pixel, 255], 4 * i);
    }
    find<HTMLCanvasElement>("canvas").getContext("2d")!.putImageData(image, 0, 0);
  }

  const take = (files: FileList | null | undefined) => {
    const file = files?.[0];
    if (file) classify(file, file.name);
  };
  const input = find<HTMLInputElement>("input[type=file]");
  input.addEventListener("change", () => {
    take(input.files);
    input.value = ""; // so that the same file can be chosen again
  });
  // The whole part takes drops; a browser would open the picture in place of the report.
  section.addEventListener("dragover", (event) => {
    event.preventDefault();
    find(".drop").classList.add("over");
  });
  section.addEventListener("dragleave", () => find(".drop").classList.remove("over"));
  section.addEventListener("drop", (event) => {
    event.preventDefault();
    find(".drop").classList.remove("over");
    take(event.dataTransfer?.files);
  });
  find(".samples").addEventListener("click", async ({ target }) => {
    const button = (target as Element).closest("button");
    if (!button) return;
    const { name, picture } = samples[Number(button.value)]!;
    const [, base64 = ""] = picture.split(",");
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    await classify(new Blob([bytes], { type: "image/png" }), name);
  });
  find(".classify").hidden = false;
}

/** The pixels as they are in the file: no colour management; turned as its EXIF orientation says. */
async function pixelsOf(blob: Blob) {
  const options = {
    colorSpaceConversion: "none",
    premultiplyAlpha: "none",
    imageOrientation: "from-image",
  } as const;
  const bitmap = await createImageBitmap(blob, options).catch(() => {
    throw new Error("it cannot be decoded");
  });
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  const { width, height, data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  return { width, height, data };
}

sections("classify").forEach(start);
