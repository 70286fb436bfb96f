// Runs in the pages of reports: puts a live chart in the place of each drawing that has a Vega specification.
import * as vega from "vega";

const tooltip = document.createElement("div");
tooltip.className = "tooltip";
tooltip.hidden = true;
document.body.append(tooltip);

/** Vega calls this when the pointer enters, moves on or leaves a mark; `value` is what the mark has to say. */
function showTooltip(_handler, event, _item, value) {
  tooltip.hidden = value === null || value === undefined || value === "";
  if (tooltip.hidden) return;
  const lines = typeof value === "object"
    ? Object.entries(value).map(([name, text]) => `${name}: ${text}`)
    : [String(value)];
  tooltip.textContent = lines.join("\n");
  const { offsetWidth, offsetHeight } = tooltip;
  const left = Math.min(event.clientX + 12, document.documentElement.clientWidth - offsetWidth - 8);
  const below = event.clientY + 16;
  const top = below + offsetHeight > globalThis.innerHeight ? event.clientY - offsetHeight - 12 : below;
  tooltip.style.left = `${Math.max(8, left)}px`;
  tooltip.style.top = `${Math.max(8, top)}px`;
}

async function makeLive(figure) {
  const specification = figure.querySelector("script[type='application/json']");
  if (!specification) return;
  const container = document.createElement("div");
  container.className = "drawing";
  const runtime = vega.parse(JSON.parse(specification.textContent));
  const view = new vega.View(runtime, { renderer: "svg", container, hover: true, tooltip: showTooltip });
  await view.runAsync();
  figure.querySelector(".drawing").replaceWith(container);
  figure.dataset.live = "true";
}

for (const figure of document.querySelectorAll("figure.chart")) makeLive(figure);
