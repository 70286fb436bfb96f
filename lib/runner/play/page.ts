/** What the scripts of the playable parts share; runs in pages. */
/// <reference lib="dom" />
import type { Play } from "../../display/play.ts";

/** The playable parts of a kind in this page. */
export function sections(kind: Play["kind"]): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>(`section.play[data-play=${kind}]`)];
}

/** The data of a playable part. */
export function dataOf<T extends Play>(section: HTMLElement): T {
  return JSON.parse(section.querySelector("script.data")!.textContent!);
}

/** An element with attributes and content. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, string> = {},
  ...content: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...content);
  return made;
}

/** A picture above lines of text, of which the first is bold. */
export function pictureElement(source: string, [first = "", ...others]: string[]): HTMLElement {
  return element(
    "figure",
    {},
    element("img", { src: source, alt: "", width: "72", height: "72" }),
    element("figcaption", {}, element("b", {}, first), ...others.flatMap((line) => [element("br"), line])),
  );
}
