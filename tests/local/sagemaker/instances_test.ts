import assert from "node:assert/strict";
import { checkCapacity, checkInstanceType } from "../../../lib/local/sagemaker/instances.ts";

Deno.test("retired instance types are accepted, but never available", () => {
  for (const InstanceType of ["ml.p2.xlarge", "ml.p3.2xlarge", "ml.p3dn.24xlarge", "ml.g3.4xlarge"]) {
    for (const use of ["training-job", "endpoint"] as const) {
      checkInstanceType(use, InstanceType);
      assert.throws(() => checkCapacity(use, [{ InstanceType, InstanceCount: 1 }], [], () => undefined), {
        code: "ResourceLimitExceeded",
        message: `The requested resource ${use}/${InstanceType} is not available in this region`,
      });
    }
  }
});

Deno.test("a quota counts running instances by type and use", () => {
  const quotas = (name: string) => name === "ml.m5.xlarge for endpoint usage" ? 2 : undefined;
  const [one, other] = [
    { InstanceType: "ml.m5.xlarge", InstanceCount: 1 },
    { InstanceType: "ml.m5.large", InstanceCount: 9 },
  ];
  checkCapacity("endpoint", [one, one, other], [other], quotas);
  checkCapacity("endpoint", [one], [one], quotas);
  checkCapacity("training-job", [one], [one, one], quotas);
  assert.throws(() => checkCapacity("endpoint", [one, one], [one], quotas), {
    code: "ResourceLimitExceeded",
    message: new RegExp(
      "'ml.m5.xlarge for endpoint usage' is 2 Instances, with current utilization of 1 Instances and a request " +
        "delta of 2 Instances",
    ),
  });
});
