import assert from "node:assert/strict";
import { retrieveImageUri } from "../../lib/aws/image_uris.ts";
import registries from "../../lib/aws/registries.json" with { type: "json" };

Deno.test("retrieveImageUri: every region has an account of 12 digits in a domain of its partition", () => {
  const accounts = registries["image-classification"];
  assert.ok(Object.keys(accounts).length >= 35);
  for (const [region, account] of Object.entries(accounts)) {
    assert.match(account, /^\d{12}$/);
    const domain = region.startsWith("cn-")
      ? "amazonaws.com.cn"
      : region.startsWith("us-isob")
      ? "sc2s.sgov.gov"
      : region.startsWith("us-isof")
      ? "csp.hci.ic.gov"
      : region.startsWith("us-iso-")
      ? "c2s.ic.gov"
      : "amazonaws.com";
    assert.equal(
      retrieveImageUri("image-classification", region),
      `${account}.dkr.ecr.${region}.${domain}/image-classification:1`,
    );
  }
});

Deno.test("retrieveImageUri: the figures of AWS's own list", () => {
  assert.equal(retrieveImageUri("image-classification", "us-east-1").slice(0, 12), "811284229777");
  assert.equal(retrieveImageUri("image-classification", "eu-central-1").slice(0, 12), "813361260812");
});

Deno.test("retrieveImageUri: unknown names are refused with what there is", () => {
  assert.throws(
    () => retrieveImageUri("image-classification", "mars-1"),
    /region "mars-1".* available in .*us-east-1/,
  );
  assert.throws(
    () => retrieveImageUri("magic", "us-east-1"),
    /"magic".*image-classification/,
  );
});
