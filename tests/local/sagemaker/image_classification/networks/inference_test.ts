import assert from "node:assert/strict";
import { inferenceModel } from "../../../../../lib/local/sagemaker/image_classification/networks/inference.ts";
import {
  initialValues,
  layoutOf,
} from "../../../../../lib/local/sagemaker/image_classification/networks/layout.ts";
import { resNet } from "../../../../../lib/local/sagemaker/image_classification/networks/resnet.ts";
import { Random } from "../../../../../lib/local/sagemaker/image_classification/training/random.ts";

Deno.test("a model for inference is plain ONNX with a free batch dimension", () => {
  const network = resNet(20, 3, 28);
  const layout = layoutOf(network, [3, 28, 28]);
  const values = {
    weights: initialValues(layout.parameters, new Random(1)),
    statistics: initialValues(layout.statistics, new Random(1)),
  };
  const model = inferenceModel(network, layout, [3, 28, 28], values, { note: "x" });
  assert.ok(model.nodes.every(({ domain }) => domain === ""));
  assert.deepEqual(model.inputs, [{ name: "data", type: "uint8", shape: [-1, 3, 28, 28] }]);
  assert.deepEqual(model.outputs.map(({ name, shape }) => [name, shape]), [["probabilities", [-1, 3]]]);
});
