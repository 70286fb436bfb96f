/** Items that an S3 Inventory lists: its manifest names compressed CSV files, whose columns the manifest's schema names. */
import type { Json } from "../../language/asl.ts";
import { isObject } from "../../language/paths.ts";
import { csvRecords } from "./csv.ts";
import type { Bytes, OpenObject } from "./object_body.ts";

/** @throws Error when it is no manifest of an inventory in CSV */
export async function* inventoryKeys(body: Bytes, open: OpenObject): AsyncGenerator<Json> {
  const manifest: unknown = await new Response(body).json();
  if (!isObject(manifest) || !Array.isArray(manifest.files) || manifest.fileFormat !== "CSV") {
    throw new Error("The manifest must be that of an S3 inventory in the format CSV.");
  }
  const headers = String(manifest.fileSchema).split(",").map((name) => name.trim());
  for (const file of manifest.files) {
    const bytes = await open(String(isObject(file) ? file.key : undefined));
    yield* csvRecords(bytes.pipeThrough(new DecompressionStream("gzip")) as Bytes, {
      delimiter: ",",
      headers,
    });
  }
}
