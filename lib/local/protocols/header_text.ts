/** Text that a header of an HTTP message can carry. */

const NOT_IN_HEADERS = /[^\t\x20-\x7e\x80-\xff]/g;

/**
 * The text with `?` for what no header can carry (RFC 9110, field values): control characters, and those beyond Latin-1.
 * Headers of `fetch` take some of them; Deno's server then ends the process.
 */
export function headerText(text: string): string {
  return text.replace(NOT_IN_HEADERS, "?");
}
