/** Filter patterns of unstructured log lines (AWS, "Filter pattern syntax for metric filters, …"). */
import { unsupported } from "../errors.ts";
import { invalidParameter } from "./context.ts";
import { INVALID } from "./protocol.ts";

/**
 * Compiles a pattern of terms: `a b` (both), `?a ?b` (either), `-a` (not), `"a phrase"`. A term matches whole
 * words, case-sensitively.
 * @throws AwsError for JSON, delimited and regular-expression patterns, which the local AWS does not support.
 */
export function compilePattern(pattern: string): (message: string) => boolean {
  const text = pattern.trim();
  if (/^[{[]/.test(text)) {
    throw unsupported(`the filter pattern '${text}' (only patterns of terms)`, INVALID);
  }
  const terms = [...text.matchAll(/([?-]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))/g)].map(
    ([, mode, quoted, plain]) => {
      if (plain?.startsWith("%")) {
        throw unsupported(`the regular expression '${plain}' in a filter pattern`, INVALID);
      }
      if (plain !== undefined && !/^[\w]+$/.test(plain)) {
        throw invalidParameter(
          `Invalid character(s) in term '${plain}': quote terms with characters that are not letters, digits or _`,
        );
      }
      return { mode, contained: wordTest(plain ?? quoted!.replace(/\\(.)/g, "$1")) };
    },
  );
  const all = terms.filter(({ mode }) => mode === "");
  const any = terms.filter(({ mode }) => mode === "?");
  const none = terms.filter(({ mode }) => mode === "-");
  return (message) =>
    all.every(({ contained }) => contained(message)) &&
    // AWS ignores `?` terms when there are other terms.
    (any.length === 0 || all.length + none.length > 0 || any.some(({ contained }) => contained(message))) &&
    !none.some(({ contained }) => contained(message));
}

function wordTest(term: string): (message: string) => boolean {
  const word = RegExp.escape(term);
  const before = /^\w/.test(term) ? "(?<!\\w)" : "";
  const behind = /\w$/.test(term) ? "(?!\\w)" : "";
  const expression = new RegExp(before + word + behind, "u");
  return (message) => expression.test(message);
}
