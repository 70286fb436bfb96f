import { compactNetwork, LEAST_SIDE } from "./compact.ts";
import { ClientError } from "./failure.ts";
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
  if (num_layers !== undefined) return resNet(num_layers, num_classes, image_shape[1]);
  if (Math.min(image_shape[1], image_shape[2]) < LEAST_SIDE) {
    throw new ClientError(
      `image_shape ${
        image_shape.join(",")
      } is too small for the compact local network, which needs at least ` +
        `${LEAST_SIDE} pixels each way; give num_layers to train a ResNet`,
    );
  }
  return compactNetwork(num_classes, whitening());
}
