/** Runs in pages: a person guesses, then sees accuracy and calibration beside the network's. */
/// <reference lib="dom" />
import { percent } from "../../display/format.ts";
import type { GamePlay } from "../../display/play.ts";
import { calibrationDrawing } from "./calibration_drawing.ts";
import { dataOf, element, pictureElement, sections } from "./page.ts";
import { type Guess, scoreOf, verdict } from "./score.ts";

function start(section: HTMLElement): void {
  const { classes, pictures } = dataOf<GamePlay>(section);
  const find = <T extends HTMLElement>(selector: string) => section.querySelector<T>(selector)!;
  const state = find(".state");
  const guesses: Guess[] = [];

  function guess(answer: string): void {
    const { truth, predicted, confidence } = pictures[guesses.length]!;
    const sure = Number(find<HTMLInputElement>("input[name=sure]:checked").value);
    guesses.push({ truth, person: { answer, confidence: sure }, network: { answer: predicted, confidence } });
    const said = `${answer === truth ? "✓ Right" : "✗ Wrong"}: it was ${spoken(truth)}; the network said ` +
      `${spoken(predicted)}, ${confidence.toFixed(2)}.`;
    if (guesses.length === pictures.length) return finish(said);
    show();
    state.textContent = `${said} Picture ${guesses.length + 1} of ${pictures.length}. What is it?`;
  }

  function show(): void {
    find<HTMLImageElement>(".round img").src = pictures[guesses.length]!.picture;
  }

  function finish(said: string): void {
    const again = element("button", { type: "button" }, "Play again");
    again.addEventListener("click", begin);
    find(".round").hidden = true;
    state.textContent = `${said} ${verdict(guesses)}`;
    const result = find(".result");
    result.replaceChildren(scores(), calibrationDrawing(guesses), gallery(), again);
    result.hidden = false;
    again.focus({ preventScroll: true });
  }

  function scores(): HTMLElement {
    const sides = ["person", "network"] as const;
    const [you, network] = sides.map((side) => scoreOf(guesses, side));
    const row = (name: string, ...cells: string[]) =>
      element(
        "tr",
        {},
        element("th", { scope: "row" }, name),
        ...cells.map((text) => element("td", {}, text)),
      );
    const both = (name: string, text: (score: NonNullable<typeof you>) => string) =>
      row(name, text(you!), text(network!));
    const head = ["", "You", "The network"].map((name) => element("th", { scope: "col" }, name));
    head[0]!.removeAttribute("scope");
    return element(
      "table",
      {},
      element("thead", {}, element("tr", {}, ...head)),
      element(
        "tbody",
        {},
        both("right", ({ right, total }) => `${right} of ${total}`),
        both("95% interval", ({ low, high }) => `${percent(low)} to ${percent(high)}`),
        both("mean confidence", ({ confidence }) => percent(confidence)),
        both("calibration", ({ calibration }) => calibration),
      ),
    );
  }

  function gallery(): HTMLElement {
    const mark = (answer: string, truth: string) => `${answer === truth ? "✓" : "✗"} ${spoken(answer)}`;
    return element(
      "div",
      { class: "strip" },
      ...guesses.map(({ truth, person, network }, index) =>
        pictureElement(pictures[index]!.picture, [
          spoken(truth),
          `you: ${mark(person.answer, truth)}`,
          `network: ${mark(network.answer, truth)}`,
        ])
      ),
    );
  }

  function begin(): void {
    guesses.length = 0;
    find(".result").hidden = true;
    find(".round").hidden = false;
    state.textContent = `Picture 1 of ${pictures.length}. What is it?`;
    show();
  }

  find(".classes").addEventListener("click", ({ target }) => {
    const button = (target as Element).closest("button");
    if (button) guess(button.value);
  });
  // Number keys answer while the focus is in the game.
  find(".round").addEventListener("keydown", (event) => {
    const name = classes[Number(event.key) - 1];
    if (name === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    guess(name);
  });
  find(".static").hidden = true;
  find(".game").hidden = false;
}

function spoken(className: string): string {
  return className.replaceAll("_", " ");
}

sections("game").forEach(start);
