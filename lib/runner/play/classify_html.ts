/** The model in the page, as HTML. */
import { escapeHtml, labelText } from "../../display/format.ts";
import type { ClassifyPlay } from "../../display/play.ts";

/** Where to drop a picture, pictures to begin with, and room for the answer; hidden without JavaScript. */
export function classifyHtml({ classes, samples, width, height }: ClassifyPlay): string {
  const buttons = samples.map(({ name, picture }, index) =>
    `<button type="button" value="${index}"><img src="${escapeHtml(picture)}" alt="Test picture ${
      index + 1
    }, ${escapeHtml(name)}" ` +
    `width="56" height="56"></button>`
  );
  const bars = classes.map((name) =>
    `<tr><th scope="row">${escapeHtml(labelText(name))}</th><td class="bar"><div></div></td><td></td></tr>`
  );
  return `<div class="classify" hidden>
<label class="drop"><span><b>Drop a picture here</b>, or choose one: PNG or JPEG</span>
<input type="file" accept="image/png,image/jpeg"></label>
<p>Or take a test picture:</p>
<div class="samples">${buttons.join("")}</div>
<p class="state" role="status">The model runs in this page: your picture does not leave it.</p>
<div class="answer" hidden>
<figure><canvas class="pixels" width="${width}" height="${height}" role="img" aria-label="What the network sees"></canvas>
<figcaption>What the network sees: ${width} × ${height} pixels</figcaption></figure>
<table><tbody>${bars.join("")}</tbody></table>
</div>
</div>
<noscript><p>With JavaScript, the model runs in this page and classifies your own pictures.</p></noscript>`;
}
