/**
 * Outputs that a reader can play with. The notebook carries the data; the report adds controls and scripts
 * (`lib/runner/play`). Front ends that know nothing of it show the rest of the bundle.
 */
import { Displayable } from "./show.ts";

export const playMime = "application/vnd.scones.play+json";

/** A picture as a data URL, with what it shows and what the endpoint answered. */
export interface PlayPicture {
  truth: string;
  predicted: string;
  confidence: number;
  picture: string;
}

/** The threshold with costs. */
export interface ThresholdPlay {
  kind: "threshold";
  classes: readonly string[];
  threshold: number;
  costs: { wrong: number; look: number };
  /** All answers with a known truth; those without a picture count, and are not shown. */
  answers: readonly (Omit<PlayPicture, "picture"> & { correct: boolean; picture?: string })[];
}

/** A person against the network: hard pictures in the order in which they are shown. */
export interface GamePlay {
  kind: "game";
  classes: readonly string[];
  pictures: readonly PlayPicture[];
}

/** A model that classifies the reader's pictures. */
export interface ClassifyPlay {
  kind: "classify";
  classes: readonly string[];
  /** The ONNX model, gzipped, in base64. */
  model: string;
  /** What the model takes. */
  channels: number;
  height: number;
  width: number;
  /** Pictures to begin with, as data URLs. */
  samples: readonly { name: string; picture: string }[];
}

export type Play = ThresholdPlay | GamePlay | ClassifyPlay;

/** An output with something to play with, and what is displayed where that is not possible. */
export function playable(play: Play, otherwise: Displayable): Displayable {
  return new Displayable(async () => ({ [playMime]: play, ...await otherwise.bundle() }));
}
