/** The results of a run: the content of `reports/summary.json`. */

import { countOf, listOf, percent } from "../display/format.ts";

/** All parts are optional, since a run can stop before the notebook that provides them. */
export interface Summary {
  target?: string;
  dataset?: { source?: string; synthetic?: boolean; train?: number; test?: number };
  /** `accuracy` is a share of the test pictures, `seconds` the time of the training itself, without waiting. */
  training?: {
    accuracy?: number;
    seconds?: number;
    imagesPerSecond?: number;
    epochs?: number;
    network?: string;
  };
  endpoint?: string;
  executions?: { total?: number; succeeded?: number; belowThreshold?: number; otherwiseFailed?: number };
  /** The number of captured predictions. */
  captures?: number;
  /** The share of right predictions among those that reach the threshold. */
  accuracyOfAccepted?: number;
  /** How many predictions reached the threshold and were wrong. */
  wrongCouriers?: number;
  /** `recommended` is absent if no threshold reaches the target; `alike`: the answers cannot tell it from the one in use. */
  threshold?: { inUse?: number; recommended?: number; precision?: number; alike?: boolean };
  /** Wall-clock seconds per notebook, by its name. */
  seconds?: Record<string, number>;
}

/** The result of a run in one sentence. */
export function resultWords({ dataset, training, executions, wrongCouriers }: Summary): string {
  const { total, succeeded, belowThreshold = 0, otherwiseFailed = 0 } = executions ?? {};
  if (training?.accuracy === undefined) return "The run stopped before a network was trained.";
  const pictures = countOf(dataset?.test ?? 0, dataset?.synthetic ? "drawn test picture" : "test picture");
  const recognised = `The network recognises ${percent(training.accuracy)} of ${pictures}`;
  if (total === undefined || succeeded === undefined || wrongCouriers === undefined) return `${recognised}.`;
  const counts = [
    `${succeeded - wrongCouriers} got the right courier`,
    ...wrongCouriers > 0 ? [`${wrongCouriers} the wrong one`] : [],
    ...belowThreshold > 0
      ? [`${belowThreshold} ${belowThreshold === 1 ? "waits" : "wait"} for a person`]
      : [],
    ...otherwiseFailed > 0 ? [`${otherwiseFailed} failed`] : [],
  ];
  return `${recognised}; of ${countOf(total, "order")}, ${listOf(counts)}.`;
}

type Json = Record<string, unknown>;

/** The first object with the values of the second; nested objects are merged too, other values are replaced. */
export function mergeParts(base: Json, part: Json): Json {
  const merged = { ...base };
  for (const [key, value] of Object.entries(part)) {
    const before = merged[key];
    merged[key] = isObject(before) && isObject(value) ? mergeParts(before, value) : value;
  }
  return merged;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
