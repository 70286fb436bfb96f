/** The elements that a cell may put into a report. */

const TEXT =
  "a abbr b blockquote br cite code del details dd dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins " +
  "kbd li mark meter ol p pre progress q s samp section small span strong style sub summary sup time u ul var wbr div";
const TABLES = "caption col colgroup table tbody td tfoot th thead tr";
const DRAWINGS =
  "circle clippath defs desc ellipse g image line lineargradient marker mask path pattern polygon " +
  "polyline radialgradient rect stop svg switch symbol text textpath title tspan use";

const ALLOWED = new Set(`${TEXT} ${TABLES} ${DRAWINGS}`.split(" "));

/**
 * The HTML with every tag of another element shown as text: a `<meta>` that leads away, an `<iframe>`, a `<form>`. A page's
 * content security policy keeps scripts from running, but not these. Comments are left out.
 *
 * It need not understand HTML: wherever a browser sees the beginning of a tag, there is a `<` and the element's name.
 */
export function withAllowedTags(html: string): string {
  return html
    .replaceAll(/<!--[^]*?-->/g, "")
    .replaceAll(/<(?=[!?])/g, "&lt;")
    .replaceAll(
      /<(\/?)([a-z][^\t\n\f\r />]*)/gi,
      (tag, slash, name) => ALLOWED.has(name.toLowerCase()) ? tag : `&lt;${slash}${name}`,
    );
}
