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

/** The names of the signals that hold the widths of a specification's plots, where these are given in pixels. */
function plotWidths({ width, signals = [] }) {
  const fixed = signals.filter(({ name, value }) => /width$/i.test(name) && typeof value === "number");
  return [...(typeof width === "number" ? ["width"] : []), ...fixed.map(({ name }) => name)];
}

async function makeLive(figure) {
  const source = figure.querySelector("script[type='application/json']");
  if (!source) return;
  const specification = JSON.parse(source.textContent);
  const container = document.createElement("div");
  container.className = "drawing";
  const runtime = vega.parse(specification);
  const view = new vega.View(runtime, { renderer: "svg", container, hover: true, tooltip: showTooltip });
  const widths = plotWidths(specification).map((name) => [name, view.signal(name)]);

  /** Draws it as wide as the column, between a width at which one can still read it and one beyond which it gains nothing. */
  async function fit() {
    let less = 0;
    // Axes and legends change with the plot, so once need not be enough.
    for (let round = 0; round < 6; round++) {
      for (const [name, pixels] of widths) view.signal(name, Math.min(780, Math.max(160, pixels - less)));
      await view.resize().runAsync();
      const surplus = container.firstElementChild.clientWidth - figure.clientWidth;
      if (surplus === 0 || (round > 0 && surplus < 0 && surplus > -8)) return;
      less += surplus;
    }
  }

  await view.runAsync();
  figure.querySelector(".drawing").replaceWith(container);
  figure.dataset.live = "true";
  figure.dispatchEvent(new CustomEvent("drawn", { detail: view })); // for scripts that set its signals
  await fit();
  addEventListener("resize", fit);
}

for (const figure of document.querySelectorAll("figure.chart")) makeLive(figure);
