import assert from "node:assert/strict";

import type { JobLook, ModelsLook } from "../../lib/console/models/models.ts";
import { BUCKET } from "../local/sagemaker/testing.ts";
import { deployEndpoint } from "../workflow/testing.ts";
import { firstValue, withConsole } from "./testing.ts";

Deno.test("models: training jobs with their curves, and what the endpoint serves", async () => {
  await withConsole(async (console) => {
    const none = await firstValue<ModelsLook>(console, "/api/models/live");
    assert.deepEqual(none, { jobs: [] });
    const { modelData } = await deployEndpoint(console.aws);
    const { endpoint, jobs } = await firstValue<ModelsLook>(
      console,
      "/api/models/live",
      ({ endpoint }) => !!endpoint,
    );
    assert.equal(endpoint!.status, "InService");
    assert.equal(endpoint!.costs, "free (local)");
    assert.equal(endpoint!.models[0]!.modelData, modelData);
    assert.equal(endpoint!.capture!.percent, 100);
    const jobName = endpoint!.models[0]!.jobName!;
    // The list is of the workflow's own jobs; this one has a name of the tests.
    assert.deepEqual(jobs, []);
    const job = await firstValue<JobLook>(console, `/api/models/${jobName}/live`, ({ curve }) => !!curve);
    assert.equal(job.status, "Completed");
    assert.match(job.curve!.finding, /Validation accuracy \d/);
    assert.match(job.curve!.svg, /^<svg/);
    assert.equal(job.hyperparameters.num_classes, "2");
    assert.ok(job.metrics["validation:accuracy"]! >= 0);
    assert.ok(job.log.some((line) => line.includes("Validation-accuracy")));
  }, { SCONES_BUCKET: BUCKET });
});

Deno.test("models: what cannot be evaluated says which notebook to run, bad names are refused", async () => {
  await withConsole(async ({ request }) => {
    const evaluation = await request("/api/evaluation");
    assert.equal(evaluation.status, 409);
    assert.match((await evaluation.json() as { message: string }).message, /Run notebook 1/);
    const bad = await request("/api/models/a_b/live");
    assert.equal(bad.status, 400);
    assert.equal((await bad.json()).field, "name");
  });
});
