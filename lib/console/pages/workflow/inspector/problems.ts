/** What the target says of the draft, as one types. */
/// <reference lib="dom" />
import { useEffect, useMemo, useState } from "react";
import type { Diagnostic } from "../../../routes/workflow_checks.ts";
import { ask } from "../../shell/api.ts";
import { isWithin, type Path, stateOf, statesOf } from "../document/asl.ts";
import { pathOfLocation } from "../document/places.ts";
import { useEditor } from "../editor_state.ts";

export interface Problem extends Diagnostic {
  path: Path;
  /** The state that it is in. */
  statePath?: Path;
}

/** Milliseconds without a change before the target is asked. */
const PAUSE = 250;

/** The problems of the draft; `checking` while those of an older one are shown. */
export function useProblems(): { problems: Problem[]; checking: boolean; failure?: string } {
  const { draft: { text, machine, problem } } = useEditor();
  const isEmpty = statesOf(machine).length === 0;
  const [answer, setAnswer] = useState<{ text: string; diagnostics: Diagnostic[]; failure?: string }>();
  useEffect(() => {
    if (problem || isEmpty) return;
    const controller = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const { diagnostics } = await ask<{ diagnostics: Diagnostic[] }>("/api/workflow/validate", {
          body: { text },
          signal: controller.signal,
        });
        setAnswer({ text, diagnostics });
      } catch (error) {
        if (!controller.signal.aborted) {
          setAnswer({ text, diagnostics: [], failure: (error as Error).message });
        }
      }
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [text, problem, isEmpty]);
  const problems = useMemo(
    () =>
      (answer?.diagnostics ?? []).map((diagnostic) => {
        const path = pathOfLocation(machine, diagnostic.location ?? "");
        return { ...diagnostic, path, statePath: stateOf(machine, path) };
      }),
    [answer, machine, isEmpty],
  );
  return { problems, checking: answer?.text !== text, failure: answer?.failure };
}

/** The problems at a path and below it. */
export function problemsAt(problems: readonly Problem[], path: Path): Problem[] {
  return problems.filter((problem) => isWithin(problem.path, path));
}
