/** What a run found out, as `reports/summary.json` has it. */

/** All parts are optional, since a run may stop before the notebook that tells them. */
export interface Summary {
  target?: string;
  dataset?: { source?: string; synthetic?: boolean; train?: number; test?: number };
  /** `accuracy` is a share of the test pictures, `seconds` the training's, without waiting. */
  training?: {
    accuracy?: number;
    seconds?: number;
    imagesPerSecond?: number;
    epochs?: number;
    network?: string;
  };
  endpoint?: string;
  executions?: { total?: number; succeeded?: number; belowThreshold?: number; otherwiseFailed?: number };
  /** Predictions that the endpoint recorded. */
  captures?: number;
  /** Share of the predictions at or over the threshold that were right. */
  accuracyOfAccepted?: number;
  /** Wall-clock seconds per notebook, by its name. */
  seconds?: Record<string, number>;
}

type Json = Record<string, unknown>;

/** The first object with the second's values added; objects within are merged too, all else is replaced. */
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
