/** Runs in pages: recomputes counts, costs, chart and pictures when the threshold or a cost is changed. */
/// <reference lib="dom" />
import type { ThresholdPlay } from "../../display/play.ts";
import { COST_PARAMS } from "../../evaluation/cost_params.ts";
import { bestThreshold, costCurve, costOf, costPoint } from "../../evaluation/costs.ts";
import { bestWords, costWords, exactWords, money } from "../../evaluation/costs_words.ts";
import { countOf } from "../../display/format.ts";
import { dataOf, pictureElement, sections } from "./page.ts";

type Answer = ThresholdPlay["answers"][number];

const MOST_PICTURES = 12;
/** Screen readers hear the state when it has not changed for this long. */
const QUIET_MS = 400;

function start(section: HTMLElement): void {
  const { classes, answers, costs: initial } = dataOf<ThresholdPlay>(section);
  const form = section.querySelector("form");
  if (!form) return; // there was nothing to compute from
  const find = <T extends Element>(selector: string) => section.querySelector<T>(selector)!;
  const input = (name: string) => find<HTMLInputElement>(`input[name=${name}]`);
  const curve = costCurve(answers, classes.length);
  const costs = { ...initial };
  const slider = input("threshold");
  let setSignals: ((values: Record<string, number>) => void) | undefined;
  let speak: ReturnType<typeof setTimeout> | undefined;

  function update(): void {
    for (const name of ["wrong", "look"] as const) {
      const { value, valueAsNumber } = input(name);
      const valid = value !== "" && valueAsNumber >= 0;
      input(name).ariaInvalid = String(!valid);
      if (valid) costs[name] = valueAsNumber;
    }
    const threshold = slider.valueAsNumber;
    const point = costPoint(answers, threshold);
    const { low, value, high } = costOf(point, costs);
    const best = bestThreshold(curve, costs)!;
    const words = costWords(point, costs);
    find("output").textContent = threshold.toFixed(2);
    slider.setAttribute("aria-valuetext", `${threshold.toFixed(2)}, ${money(value)} for 1,000 orders`);
    const texts = {
      right: point.right,
      wrong: point.wrong,
      held: point.held,
      cost: money(value),
      interval: `${money(Math.max(0, low))} to ${money(high)}`,
    };
    for (const [name, text] of Object.entries(texts)) find(`[data-count=${name}]`).textContent = String(text);
    find(".best").firstChild!.textContent = `${bestWords(best, costs)} `;
    find(".best span").textContent = exactWords(costs);
    clearTimeout(speak);
    speak = setTimeout(() => find(".state").textContent = words, QUIET_MS);
    showPictures(threshold);
    setSignals?.({
      [COST_PARAMS.wrong]: costs.wrong,
      [COST_PARAMS.look]: costs.look,
      [COST_PARAMS.threshold]: threshold,
    });
  }

  function showPictures(threshold: number): void {
    const surest = answers.toSorted((a, b) => b.confidence - a.confidence);
    const wrong = surest.filter(({ confidence, correct }) => confidence >= threshold && !correct);
    const held = surest.filter(({ confidence }) => confidence < threshold);
    const caught = held.filter(({ correct }) => !correct).length;
    fill("wrong", `The wrong courier sets out: ${countOf(wrong.length, "order")}`, wrong);
    fill(
      "held",
      `A person looks: ${countOf(held.length, "order")}` +
        (held.length > 0 ? `; ${caught === 0 ? "none" : caught} would have got the wrong courier` : ""),
      held,
    );
  }

  function fill(name: string, title: string, all: Answer[]): void {
    const pictured = all.filter(({ picture }) => picture !== undefined).slice(0, MOST_PICTURES);
    const more = all.length - pictured.length;
    find(`[data-title=${name}]`).textContent = title;
    find(`[data-pictures=${name}]`).replaceChildren(
      ...pictured.map(({ truth, predicted, confidence, correct, picture }) =>
        pictureElement(picture!, [
          `${correct ? "✓" : "✗"} ${truth.replaceAll("_", " ")}`,
          ...correct ? [] : [`answer: ${predicted.replaceAll("_", " ")}`],
          confidence.toFixed(3),
        ])
      ),
      ...more > 0 ? [`and ${more} more`] : [],
    );
  }

  // The chart is drawn live by another script of the page.
  section.querySelector("figure")?.addEventListener("drawn", ({ detail: view }: CustomEventInit) => {
    setSignals = (values) => {
      for (const [name, value] of Object.entries(values)) view.signal(name, value);
      view.runAsync();
    };
    update();
  });
  form.addEventListener("input", update);
  form.addEventListener("submit", (event) => event.preventDefault());
  find("button").addEventListener("click", () => {
    slider.value = String(bestThreshold(curve, costs)!.best.threshold);
    update();
  });
  for (const hidden of section.querySelectorAll<HTMLElement>("[hidden]")) hidden.hidden = false;
  update();
}

sections("threshold").forEach(start);
