import assert from "node:assert/strict";
import { ClientError } from "../../../../../lib/local/sagemaker/image_classification/errors.ts";
import {
  layoutOf,
  lengthOf,
} from "../../../../../lib/local/sagemaker/image_classification/networks/layout.ts";
import {
  planResNet,
  resNet,
} from "../../../../../lib/local/sagemaker/image_classification/networks/resnet.ts";

Deno.test("depth and image height decide the plan, as in MXNet's example", () => {
  assert.deepEqual(planResNet(20, 28), { units: [3, 3, 3], filters: [16, 16, 32, 64], bottleneck: false });
  assert.deepEqual(planResNet(110, 28).units, [18, 18, 18]);
  assert.deepEqual(planResNet(200, 28), {
    units: [22, 22, 22],
    filters: [16, 64, 128, 256],
    bottleneck: true,
  });
  assert.deepEqual(planResNet(18, 32).units, [2, 2, 2, 2]);
  assert.equal(planResNet(34, 224).bottleneck, false);
  assert.equal(planResNet(50, 224).bottleneck, true);
  assert.deepEqual(planResNet(152, 32).units, [3, 8, 36, 3]);
});

Deno.test("a depth that the height does not allow fails as MXNet's example does", () => {
  for (const [depth, height] of [[20, 32], [56, 224], [18, 28], [101, 28]] as const) {
    assert.throws(() => planResNet(depth, height), (error: unknown) => {
      assert.ok(error instanceof ClientError);
      assert.match(error.message, new RegExp(`no experiments done on num_layers ${depth}`));
      return true;
    });
  }
});

Deno.test("the number of trained values is that of the layers, counted by hand", () => {
  const convolution = (from: number, to: number, k: number) => from * to * k * k;
  const unit = (from: number, to: number, projected: boolean) =>
    2 * from + convolution(from, to, 3) + 2 * to + convolution(to, to, 3) +
    (projected ? convolution(from, to, 1) : 0);
  const stage = (from: number, to: number) => unit(from, to, true) + 2 * unit(to, to, false);
  const expected = 3 + convolution(3, 16, 3) + stage(16, 16) + stage(16, 32) + stage(32, 64) + 2 * 64 +
    64 * 2 + 2;
  assert.equal(lengthOf(layoutOf(resNet(20, 2, 28), [3, 28, 28]).parameters), expected);
});
