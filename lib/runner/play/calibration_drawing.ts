/** Draws how often the answers of a confidence were right, of a person and of the network; runs in pages. */
/// <reference lib="dom" />
import { element } from "./page.ts";
import { byConfidence, type Guess } from "./score.ts";

const SIZE = 260;
const MARGIN = { left: 44, bottom: 40, top: 8, right: 12 };
const SVG = "http://www.w3.org/2000/svg";

/** A figure with a dot for each group of answers: further right, surer; higher, more often right. */
export function calibrationDrawing(guesses: readonly Guess[]): HTMLElement {
  const across = (share: number) => MARGIN.left + share * (SIZE - MARGIN.left - MARGIN.right);
  const up = (share: number) => SIZE - MARGIN.bottom - share * (SIZE - MARGIN.top - MARGIN.bottom);
  const sides = [["person", "you"], ["network", "the network"]] as const;
  const words = sides.flatMap(([side, name]) =>
    byConfidence(guesses, side).map(({ confidence, right, total }) =>
      `${name}: ${Math.round(100 * confidence)}% sure, ${right} of ${total} right`
    )
  );
  const drawing = svg("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, width: SIZE, height: SIZE, role: "img" });
  drawing.setAttribute("aria-label", words.join("; "));
  for (const share of [0, 0.5, 1]) {
    const percent = `${100 * share}%`;
    drawing.append(
      svg("line", { x1: across(0), x2: across(1), y1: up(share), y2: up(share), class: "grid" }),
      svg("text", { x: MARGIN.left - 6, y: up(share) + 4, "text-anchor": "end" }, percent),
      svg("text", {
        x: across(share),
        y: SIZE - MARGIN.bottom + 16,
        "text-anchor": share === 1 ? "end" : "middle",
      }, percent),
    );
  }
  drawing.append(
    svg("text", { x: across(0.5), y: SIZE - 6, "text-anchor": "middle" }, "said to be right"),
    svg("line", { x1: across(0), y1: up(0), x2: across(1), y2: up(1), class: "ideal" }),
  );
  for (const [side] of sides) {
    for (const { confidence, right, total } of byConfidence(guesses, side)) {
      const radius = 4 + 2 * Math.sqrt(total);
      const [x, y] = [across(confidence), up(right / total)];
      drawing.append(
        side === "person" ? svg("circle", { cx: x, cy: y, r: radius, class: side }) : svg("rect", {
          x: x - radius * 0.8,
          y: y - radius * 0.8,
          width: radius * 1.6,
          height: radius * 1.6,
          class: side,
        }),
      );
    }
  }
  return element(
    "figure",
    { class: "calibration" },
    element(
      "figcaption",
      {},
      "How often answers were right (upwards) by how sure they were: ",
      element("span", { class: "person" }, "● you"),
      ", ",
      element("span", { class: "network" }, "■ the network"),
      ". On the line, confidence and accuracy agree; large marks count most.",
    ),
    drawing as unknown as Node,
  );
}

function svg(name: string, attributes: Record<string, string | number>, text = ""): SVGElement {
  const made = document.createElementNS(SVG, name) as SVGElement;
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, String(value));
  made.textContent = text;
  return made;
}
