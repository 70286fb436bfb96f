/** The graph of an execution, whose states can be chosen. */
/// <reference lib="dom" />
import { useEffect, useRef } from "react";

/** @param svg drawn by the server, which escapes all names in it */
export function Graph({ svg, chosen, choose }: {
  svg: string;
  chosen?: string;
  choose?(state: string): void;
}) {
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    for (const card of frame.current?.querySelectorAll("[data-state]") ?? []) {
      card.classList.toggle("chosen", card.getAttribute("data-state") === chosen);
    }
  }, [svg, chosen]);
  return (
    <div
      className={choose ? "graph choosable" : "graph"}
      ref={frame}
      onClick={({ target }) => {
        const state = (target as Element).closest("[data-state]")?.getAttribute("data-state");
        if (state) choose?.(state);
      }}
      dangerouslySetInnerHTML={{ __html: svg }}
    />
  );
}
