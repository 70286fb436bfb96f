import type { Value } from "../graph/graph.ts";
import type { Layers } from "./layers.ts";

/** The shape of a network's pictures. */
export type PictureShape = readonly [channels: number, height: number, width: number];

/** A decoded picture: bytes by channel, then row, then column. */
export interface Picture {
  width: number;
  height: number;
  data: Uint8Array;
}

/** A network: its name and description for the log, and its forward pass. */
export interface Network {
  name: string;
  description: string;
  /** pictures [N, C, H, W] as floats of 0 to 255 → logits [N, classes]. */
  forward(layers: Layers, pictures: Value): Value;
}
