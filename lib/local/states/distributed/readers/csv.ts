/** Items in CSV files: a row is an object of texts, by the header's names. */
import { Readable } from "node:stream";
import { parse } from "csv-parse";
import type { Json } from "../../language/asl.ts";
import type { CsvSettings } from "../settings.ts";
import type { Bytes } from "./object_body.ts";

/** AWS's limit of a CSV header, in bytes. */
const HEADER_LIMIT = 10 * 1024;

/** Fields that a row lacks are empty, fields without a header are left out. */
export async function* csvRecords(body: Bytes, { delimiter, headers }: CsvSettings): AsyncGenerator<Json> {
  const rows = Readable.from(body).pipe(
    parse({
      delimiter,
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: 2 ** 20,
    }),
  );
  let names = headers;
  for await (const row of rows as AsyncIterable<string[]>) {
    if (names) {
      yield Object.fromEntries(names.map((name, index) => [name, row[index] ?? ""]));
      continue;
    }
    names = row;
    if (row.join(delimiter).length > HEADER_LIMIT) throw new Error("CSV headers cannot exceed 10 KiB.");
  }
}
