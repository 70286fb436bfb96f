/** The threshold with costs, as HTML. */
import type { ThresholdPlay } from "../../display/play.ts";
import { bestThreshold, costCurve, costPoint } from "../../evaluation/costs.ts";
import { bestWords, costWords, exactWords } from "../../evaluation/costs_words.ts";

/** Controls, which stay hidden without JavaScript, the results in words, the chart, and room for the pictures. */
export function thresholdHtml({ classes, threshold, costs, answers }: ThresholdPlay, figure: string): string {
  const curve = costCurve(answers, classes.length);
  const best = bestThreshold(curve, costs);
  if (!best) return figure;
  const least = curve[0]!.threshold;
  const cost = (name: string, text: string, value: number) =>
    `<label>${text} <input type="number" name="${name}" min="0" step="any" inputmode="decimal" value="${value}"></label>`;
  return `<form class="controls" hidden>
${cost("wrong", "A wrong courier costs", costs.wrong)}
${cost("look", "A look by a person costs", costs.look)}
<label class="slider"><span>Threshold <output>${threshold.toFixed(2)}</output></span>
<input type="range" name="threshold" min="${least}" max="0.99" step="0.01" value="${threshold}"></label>
<button type="button">Set the best threshold</button>
</form>
<ul class="figures" hidden>
<li><b data-count="right"></b><span>get the right courier</span></li>
<li><b data-count="wrong"></b><span>get the wrong courier</span></li>
<li><b data-count="held"></b><span>wait for a person</span></li>
<li><b data-count="cost"></b><span>cost of 1,000 orders, <span data-count="interval"></span></span></li>
</ul>
<p class="state" role="status">${costWords(costPoint(answers, threshold), costs)}</p>
<p class="best">${bestWords(best, costs)} <span>${exactWords(costs)}</span></p>
${figure}
<div class="pictures" hidden>
<section><h3 data-title="wrong"></h3><div data-pictures="wrong"></div></section>
<section><h3 data-title="held"></h3><div data-pictures="held"></div></section>
</div>`;
}
