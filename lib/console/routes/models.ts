/** Training jobs, the endpoint, and the evaluation of its captures. */
import { z } from "zod";
import { checked } from "../input.ts";
import { stream, View, Views } from "../live.ts";
import { evaluate, type Evaluation } from "../models/evaluation.ts";
import { type JobLook, jobWatcher, lookAtModels } from "../models/models.ts";
import type { Routes } from "../route.ts";

/** SageMaker's rule. Source: API of DescribeTrainingJob. */
const name = z.string().regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/, "must be the name of a training job");

/** Reading captures takes some seconds: one answer counts for this long. */
const EVALUATION_MS = 30_000;

export const modelRoutes: Routes = (app, aws) => {
  const local = aws.target === "local";
  const models = new View(() => lookAtModels(aws), local ? 3 : 20);
  const jobs = new Views<JobLook>((key) =>
    new View(
      jobWatcher(aws, key),
      local ? 1 : 10,
      ({ status }) => !["InProgress", "Stopping"].includes(status),
    )
  );
  let evaluation: { at: number; answer: Promise<Evaluation> } | undefined;

  app.get("/api/models/live", (c) => stream(c, (listener) => models.listen(listener)));
  app.get("/api/models/:name/live", (c) => {
    const key = checked(z.object({ name }), c.req.param()).name;
    return stream(c, (listener) => jobs.listen(key, listener));
  });
  app.get("/api/evaluation", async (c) => {
    if (!evaluation || Date.now() - evaluation.at > EVALUATION_MS) {
      evaluation = { at: Date.now(), answer: evaluate(aws) };
      evaluation.answer.catch(() => evaluation = undefined);
    }
    return c.json(await evaluation.answer);
  });
};
