import assert from "node:assert/strict";
import { join } from "node:path";
import { inferenceIdOf } from "../../lib/inference_id.ts";
import { PROJECT_DIR } from "../../lib/settings.ts";

Deno.test("classify_image sends the inference ids that the evaluation looks for", async () => {
  const keys = [
    "test/a.png",
    "orders/two words.png",
    "x".repeat(64),
    "x".repeat(65),
    ...["1", "2"].map((name) => `test/${name.padEnd(91, "x")}.png`),
    "test/vélo.png",
    " x",
  ];
  const sent: (string | null)[] = [];
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    sent.push(request.headers.get("x-amzn-sagemaker-inference-id"));
    return Response.json([0.9, 0.1]);
  });
  // A process of its own: the function takes its endpoint from the environment, which the tests share.
  const program = `
    import { handler } from ${JSON.stringify(join(PROJECT_DIR, "lambdas", "classify_image.ts"))};
    for (const s3_key of ${JSON.stringify(keys)}) {
      const answer = await handler({ s3_bucket: "b", s3_key, image_data: "iVBORw0KGgo=" });
      console.log(JSON.stringify(answer));
    }`;
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--config", join(PROJECT_DIR, "deno.json"), program],
    env: {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${server.addr.port}`,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      ENDPOINT_NAME: "endpoint",
    },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  const answers = new TextDecoder().decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(
    answers,
    keys.map((s3_key) => ({ s3_bucket: "b", s3_key, inferences: [0.9, 0.1] })),
  );
  assert.deepEqual(sent, keys.map(inferenceIdOf));
});
