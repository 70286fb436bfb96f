import { compactNetwork } from "./compact.ts";
import type { Value } from "./graph.ts";
import type { Hyperparameters } from "./hyperparameters.ts";
import type { Layers } from "./layers.ts";
import { resNet } from "./resnet.ts";
import type { Whitening } from "./whitening.ts";

/** A network: how it is called in the log, and the way from pictures to logits. */
export interface Network {
  name: string;
  description: string;
  /** pictures [N, channels, H, W] as floats of 0 to 255 → logits [N, classes]. */
  forward(layers: Layers, pictures: Value): Value;
}

/**
 * The ResNet that AWS would build when `num_layers` is given, else the compact network.
 * @param whitening is called only for the compact network: it takes a pass over the training pictures
 */
export function networkOf(
  { num_layers, num_classes, image_shape }: Hyperparameters,
  whitening: () => Whitening,
): Network {
  return num_layers === undefined
    ? compactNetwork(num_classes, whitening())
    : resNet(num_layers, num_classes, image_shape[1]);
}
