import { ClientError } from "../errors.ts";
import type { Value } from "../graph/graph.ts";
import { add, relu } from "../graph/operators/elementwise.ts";
import { globalAveragePool, maxPool } from "../graph/operators/pooling.ts";
import { Layers } from "./layers.ts";
import type { Network } from "./network.ts";

/** The units of each stage, and their kind. */
export interface ResNetPlan {
  units: number[];
  /** Channels of the stem and of each stage. */
  filters: number[];
  bottleneck: boolean;
}

const IMAGENET_UNITS: Record<number, number[]> = {
  18: [2, 2, 2, 2],
  34: [3, 4, 6, 3],
  50: [3, 4, 6, 3],
  101: [3, 4, 23, 3],
  152: [3, 8, 36, 3],
  200: [3, 24, 36, 3],
};

/**
 * The plan of a ResNet by depth and image height, by the rule of the MXNet example that AWS's algorithm is based on. Up
 * to 28 pixels it has three stages of (depth − 2)/6 units, or from depth 164 of (depth − 2)/9 bottleneck units; above,
 * four stages from a table. Throws a ClientError for a depth that the height does not allow.
 */
export function planResNet(layers: number, height: number): ResNetPlan {
  const small = layers < 164 ? 6 : 9;
  if (height <= 28) {
    if ((layers - 2) % small === 0) {
      const bottleneck = small === 9;
      const filters = bottleneck ? [16, 64, 128, 256] : [16, 16, 32, 64];
      return { units: Array(3).fill((layers - 2) / small), filters, bottleneck };
    }
  } else if (IMAGENET_UNITS[layers]) {
    const bottleneck = layers >= 50;
    const filters = bottleneck ? [64, 256, 512, 1024, 2048] : [64, 64, 128, 256, 512];
    return { units: IMAGENET_UNITS[layers], filters, bottleneck };
  }
  const legal = height <= 28 ? "20, 32, 44, 50, 56, 110, 152, 200" : Object.keys(IMAGENET_UNITS).join(", ");
  throw new ClientError(
    `no experiments done on num_layers ${layers}, you can do it yourself ` +
      `(an image height of ${height} allows ${legal})`,
  );
}

/**
 * A residual network with pre-activation (He et al. 2016, "Identity mappings in deep residual networks"), layer by
 * layer like MXNet's example: batch norm of the input; a 3×3 stem, or above 32 pixels 7×7 with stride 2 and a max pool;
 * units; batch norm, ReLU, global average pool, fully connected.
 */
export function resNet(depth: number, classes: number, height: number): Network {
  const plan = planResNet(depth, height);
  return {
    name: `ResNet-${depth}`,
    description: `ResNet-${depth} (${plan.units.join("+")} ${plan.bottleneck ? "bottleneck " : ""}units)`,
    forward(layers: Layers, pictures: Value): Value {
      let x = stem(layers, pictures, plan.filters[0]!, height); // [N, filters[0], H, W], or H/4, W/4
      plan.units.forEach((count, stage) => {
        for (let i = 0; i < count; i++) {
          const stride = i === 0 && stage > 0 ? 2 : 1; // each stage after the first halves height and width
          const name = `stage${stage + 1}_unit${i + 1}`;
          x = unit(layers, name, x, plan.filters[stage + 1]!, stride, i === 0, plan.bottleneck);
        }
      });
      const features = globalAveragePool(layers.graph, batchNormRelu(layers, "bn1", x)); // [N, filters.at(-1)]
      return layers.dense("fc1", features, classes); // [N, classes]
    },
  };
}

function stem(layers: Layers, pictures: Value, filters: number, height: number): Value {
  const x = layers.batchNorm("bn_data", pictures, { fixedGamma: true });
  if (height <= 32) return layers.convolution("conv0", x, filters, 3, { pad: 1 });
  const y = layers.convolution("conv0", x, filters, 7, { stride: 2, pad: 3 }); // [N, filters, H/2, W/2]
  return maxPool(layers.graph, batchNormRelu(layers, "bn0", y), 3, 2, 1); // [N, filters, H/4, W/4]
}

/** x [N, C, H, W] → [N, width, H/stride, W/stride]: x, projected where its shape changes, plus the residual. */
function unit(
  layers: Layers,
  name: string,
  x: Value,
  width: number,
  stride: number,
  projected: boolean,
  bottleneck: boolean,
): Value {
  const active = batchNormRelu(layers, `${name}_bn1`, x);
  let y: Value;
  if (bottleneck) {
    y = layers.convolution(`${name}_conv1`, active, width / 4, 1);
    y = batchNormRelu(layers, `${name}_bn2`, y);
    y = layers.convolution(`${name}_conv2`, y, width / 4, 3, { stride, pad: 1 });
    y = batchNormRelu(layers, `${name}_bn3`, y);
    y = layers.convolution(`${name}_conv3`, y, width, 1);
  } else {
    y = layers.convolution(`${name}_conv1`, active, width, 3, { stride, pad: 1 });
    y = batchNormRelu(layers, `${name}_bn2`, y);
    y = layers.convolution(`${name}_conv2`, y, width, 3, { pad: 1 });
  }
  const shortcut = projected ? layers.convolution(`${name}_sc`, active, width, 1, { stride }) : x;
  return add(layers.graph, y, shortcut);
}

function batchNormRelu(layers: Layers, name: string, x: Value): Value {
  return relu(layers.graph, layers.batchNorm(name, x));
}
