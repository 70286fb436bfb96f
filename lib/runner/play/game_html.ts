/** A person against the network, as HTML. */
import { escapeHtml, labelText } from "../../display/format.ts";
import type { GamePlay } from "../../display/play.ts";

/** How sure a person can say to be, from a guess among `classCount` to certain. */
export function sureness(classCount: number): { text: string; confidence: number }[] {
  const guess = 1 / classCount;
  return [
    { text: "a guess", confidence: guess },
    { text: "likely", confidence: guess + (1 - guess) / 2 },
    { text: "sure", confidence: 0.95 },
  ];
}

/** The game, which stays hidden without JavaScript, in front of the pictures with folded answers. */
export function gameHtml({ classes, pictures }: GamePlay, otherwise: string): string {
  const levels = sureness(classes.length).map(({ text, confidence }, index) =>
    `<label><input type="radio" name="sure" value="${confidence}"${index === 1 ? " checked" : ""}> ${text} ` +
    `<small>${Math.round(100 * confidence)}%</small></label>`
  );
  const buttons = classes.map((name, index) =>
    `<button type="button" value="${escapeHtml(name)}">${escapeHtml(labelText(name))}` +
    `${index < 9 ? ` <kbd>${index + 1}</kbd>` : ""}</button>`
  );
  return `<div class="game" hidden>
<p class="state" role="status">Picture 1 of ${pictures.length}. What is it?</p>
<div class="round">
<img class="pixels" alt="The picture to guess" width="192" height="192" src="${
    escapeHtml(pictures[0]?.picture ?? "")
  }">
<div>
<fieldset class="sure"><legend>How sure are you?</legend>${levels.join("")}</fieldset>
<div class="classes" role="group" aria-label="What is it?">${buttons.join("")}</div>
</div>
</div>
<div class="result" hidden></div>
</div>
<div class="static">${otherwise}</div>`;
}
