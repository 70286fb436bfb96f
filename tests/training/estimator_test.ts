import assert from "node:assert/strict";
import { S3Client } from "@aws-sdk/client-s3";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { InterruptedError } from "../../lib/notebook/interrupt.ts";
import { classNamesEnvironment } from "../../lib/training/class_names.ts";
import { Estimator, type FitOptions } from "../../lib/training/estimator.ts";
import type { TrainingResult } from "../../lib/training/training_result.ts";
import { playedAws } from "../aws/testing.ts";

interface PlayedJob {
  TrainingJobName: string;
  TrainingJobStatus: string;
  Tags?: { Key?: string; Value?: string }[];
  StatusMessage?: string;
}

function notFound(): Error {
  return Object.assign(new Error("UnknownError"), { name: "NotFound", $metadata: { httpStatusCode: 404 } });
}

/** SageMaker with some training jobs, oldest first; one that runs completes when it is looked at a second time. */
class PlayedAws {
  readonly jobs: PlayedJob[] = [];
  readonly calls: string[] = [];
  /** Called when a job has been created, and at each look at one. */
  create = (): void => {};
  look = (_job: PlayedJob): void => {};
  stop = (job: PlayedJob): void => void (job.TrainingJobStatus = "Stopped");
  readonly #looks = new Map<string, number>();

  /** Whether the models of completed jobs are still in the bucket. */
  hasModels = true;
  /** What the channel holds. */
  Contents = [{ Key: "train/1.png", ETag: '"1"', Size: 1 }];

  readonly aws = playedAws({
    s3: Object.assign(new S3Client({ region: "us-east-1" }), {
      send: (command: object) => {
        if (command.constructor.name !== "HeadObjectCommand") {
          return Promise.resolve({ Contents: this.Contents });
        }
        const isModel = (command as { input: { Key: string } }).input.Key === "m";
        return this.hasModels || !isModel ? Promise.resolve({}) : Promise.reject(notFound());
      },
    }),
    logs: { send: () => Promise.resolve({}) },
    sagemaker: Object.assign(new SageMakerClient({ region: "us-east-1" }), {
      send: async (command: object, options: { abortSignal?: AbortSignal } = {}) => {
        const answer = await this.#answer(command);
        // As the SDK: the answer is lost, what was asked for has happened.
        if (options.abortSignal?.aborted) throw new DOMException("Request aborted", "AbortError");
        return answer;
      },
    }),
  });

  async #answer(command: object): Promise<object> {
    await Promise.resolve();
    const { name } = command.constructor;
    this.calls.push(name);
    const { input } = command as { input: PlayedJob & { ResourceArn: string; StatusEquals?: string } };
    const named = (wanted: string) => this.jobs.find((job) => job.TrainingJobName === wanted)!;
    switch (name) {
      case "CreateTrainingJobCommand":
        this.jobs.push({ ...input, TrainingJobStatus: "InProgress" });
        this.create();
        return {};
      case "ListTrainingJobsCommand":
        return {
          TrainingJobSummaries: this.jobs.toReversed()
            .filter((job) => (input.StatusEquals ?? job.TrainingJobStatus) === job.TrainingJobStatus)
            .map((job) => ({ ...job, TrainingJobArn: job.TrainingJobName })),
        };
      case "ListTagsCommand":
        return { Tags: named(input.ResourceArn).Tags };
      case "DescribeTrainingJobCommand": {
        const job = named(input.TrainingJobName);
        const looks = (this.#looks.get(job.TrainingJobName) ?? 0) + 1;
        this.#looks.set(job.TrainingJobName, looks);
        if (looks > 1 && job.TrainingJobStatus === "InProgress") job.TrainingJobStatus = "Completed";
        this.look(job);
        return { ...job, ModelArtifacts: { S3ModelArtifacts: "s3://b/m" }, SecondaryStatus: "Training" };
      }
      case "StopTrainingJobCommand":
        this.stop(named(input.TrainingJobName));
        return {};
      default:
        throw new Error(`Not played: ${name}`);
    }
  }

  /** Trains with these options, and lists what was created meanwhile. */
  async fit(options: FitOptions, settings: { epochs?: number } = {}): Promise<TrainingResult> {
    const estimator = new Estimator(this.aws, {
      imageUri: "image",
      role: "role",
      outputPath: "s3://b/models",
    });
    estimator.setHyperparameters({ epochs: 2, ...settings });
    return await estimator.fit(
      { train: { s3Uri: "s3://b/train/", contentType: "application/x-image" } },
      options,
    );
  }

  /** An AWS with a job per status, all of the same training, oldest first. */
  static async with(...statuses: string[]): Promise<PlayedAws> {
    const played = new PlayedAws();
    await played.fit({ jobName: "template" });
    const [{ Tags } = {}] = played.jobs.splice(0);
    statuses.forEach((TrainingJobStatus, index) =>
      played.jobs.push({ TrainingJobName: `job-${index}`, TrainingJobStatus, Tags })
    );
    played.calls.length = 0;
    return played;
  }

  count(command: string): number {
    return this.calls.filter((name) => name === `${command}Command`).length;
  }
}

Deno.test("reuse follows an equal job that runs, says so, and starts none", async () => {
  const played = await PlayedAws.with("InProgress");
  const statuses: string[] = [];
  const result = await played.fit({ reuse: true, status: (message) => statuses.push(message) });
  assert.deepEqual([result.jobName, result.joined, result.reused], ["job-0", true, false]);
  assert.match(statuses[0]!, /job-0, which is already running/);
  assert.equal(played.count("CreateTrainingJob"), 0);
});

Deno.test("reuse: which job is taken", async (t) => {
  const cases: [statuses: string[], taken: string | undefined][] = [
    [["Completed", "Completed"], "job-1"],
    [["InProgress", "InProgress"], "job-1"],
    [["Completed", "InProgress"], "job-0"],
    [["InProgress", "Completed", "Failed"], "job-1"],
    [["InProgress", "Stopped"], "job-0"],
    [["Stopping"], undefined],
    [["Stopped", "Failed"], undefined],
    [[], undefined],
  ];
  for (const [statuses, taken] of cases) {
    await t.step(`${statuses.join(", ") || "none"}: ${taken ?? "a new one"}`, async () => {
      const played = await PlayedAws.with(...statuses);
      const { jobName } = await played.fit({ reuse: true, jobName: "new" });
      assert.equal(jobName, taken ?? "new");
      assert.equal(played.count("CreateTrainingJob"), taken ? 0 : 1);
    });
  }
  await t.step("another training, or no reuse: a new one", async () => {
    const played = await PlayedAws.with("InProgress", "Completed");
    assert.equal((await played.fit({ reuse: true, jobName: "other" }, { epochs: 3 })).jobName, "other");
    assert.equal((await played.fit({ jobName: "anew" })).jobName, "anew");
  });
});

Deno.test("a followed job that is stopped elsewhere is an error", async () => {
  const played = await PlayedAws.with("InProgress");
  played.look = (job) => job.TrainingJobStatus = "Stopped";
  await assert.rejects(played.fit({ reuse: true }), /Training job job-0 is Stopped/);
});

Deno.test("an interrupt stops the job, started here or followed, and ends with the signal's reason", async (t) => {
  const interrupted = (played: PlayedAws, reuse: boolean) => {
    const controller = new AbortController();
    played.look = () => controller.abort(new InterruptedError("Interrupted."));
    return played.fit({ reuse, jobName: "new", signal: controller.signal });
  };
  for (const reuse of [false, true]) {
    await t.step(reuse ? "followed" : "started here", async () => {
      const played = await PlayedAws.with("InProgress");
      await assert.rejects(interrupted(played, reuse), { name: "InterruptedError" });
      assert.equal(played.jobs.at(-1)!.TrainingJobStatus, "Stopped");
      assert.equal(played.jobs.at(-1)!.TrainingJobName, reuse ? "job-0" : "new");
    });
  }
  await t.step("a job that had completed before is left alone", async () => {
    const played = await PlayedAws.with("Completed");
    await interrupted(played, true).catch(() => {});
    assert.equal(played.count("StopTrainingJob"), 0);
  });
  await t.step("while the job is being created", async () => {
    const played = new PlayedAws();
    const controller = new AbortController();
    played.create = () => controller.abort(new InterruptedError("Interrupted."));
    await assert.rejects(played.fit({ jobName: "new", signal: controller.signal }), {
      name: "InterruptedError",
    });
    assert.equal(played.jobs[0]!.TrainingJobStatus, "Stopped");
  });
  await t.step(
    "one that has ended meanwhile needs no stop; one that cannot be stopped is named",
    async () => {
      for (
        const [name, expected] of [["ValidationException", /^Interrupted/], [
          "Expired",
          /^Training job job-0 could not be stopped and may still be running: no\./,
        ]]
      ) {
        const played = await PlayedAws.with("InProgress");
        played.stop = () => {
          throw Object.assign(new Error("no"), { name });
        };
        await assert.rejects(interrupted(played, true), { message: expected as RegExp });
      }
    },
  );
});

Deno.test("a lasting error names the job that runs on, and running the cell again follows it", async (t) => {
  const expired = Object.assign(new Error("The security token included in the request is expired."), {
    name: "ExpiredTokenException",
  });
  const fail = () => {
    throw expired;
  };
  await t.step("started here", async () => {
    const played = new PlayedAws();
    played.look = fail;
    await assert.rejects(played.fit({ reuse: true, jobName: "new" }), (error: Error) => {
      assert.match(error.message, /training job new: The security token .* expired\./);
      assert.match(error.message, /still .* costs money\. Run the cell again to follow it/);
      assert.equal(error.cause, expired);
      return true;
    });
    played.look = () => {};
    const { jobName, joined } = await played.fit({ reuse: true, jobName: "again" });
    assert.deepEqual([jobName, joined, played.count("StopTrainingJob")], ["new", true, 0]);
  });
  await t.step("a completed job runs no more: the error as it is", async () => {
    const played = await PlayedAws.with("Completed");
    played.look = fail;
    await assert.rejects(played.fit({ reuse: true }), expired);
  });
});

Deno.test("a quota that a job being stopped still uses is waited for; any other is an error", async () => {
  const exceeded = Object.assign(new Error("current utilization of 1 Instances"), {
    name: "ResourceLimitExceeded",
  });
  const played = await PlayedAws.with("Stopping");
  const [stopping] = played.jobs;
  played.create = () => {
    if (stopping!.TrainingJobStatus === "Stopped") return;
    played.jobs.pop();
    throw exceeded;
  };
  let looks = 0;
  played.look = (job) => {
    if (job === stopping && ++looks === 3) job.TrainingJobStatus = "Stopped";
  };
  const statuses: string[] = [];
  const { jobName } = await played.fit({
    reuse: true,
    jobName: "new",
    status: (message) => statuses.push(message),
  });
  assert.equal(jobName, "new");
  assert.match(statuses[0]!, /^Waiting .* job-0 is being stopped/);
  played.create = () => {
    played.jobs.pop();
    throw exceeded;
  };
  await assert.rejects(played.fit({ jobName: "another" }), exceeded);
});

Deno.test("reuse looks at the model: a job whose model is gone is not taken, and it is said why", async () => {
  const played = await PlayedAws.with("Completed");
  played.hasModels = false;
  const statuses: string[] = [];
  const { jobName, reused } = await played.fit({
    reuse: true,
    jobName: "new",
    status: (message) => statuses.push(message),
  });
  assert.deepEqual([jobName, reused, played.count("CreateTrainingJob")], ["new", false, 1]);
  assert.match(statuses[0]!, /job-0 has the same inputs, but its model is gone/);
});

Deno.test("another deployment's job is not taken", async () => {
  const played = await PlayedAws.with("Completed", "InProgress");
  for (const job of played.jobs) {
    job.Tags = job.Tags!.map((tag) => tag.Key === "stage" ? { Key: "stage", Value: "prod" } : tag);
  }
  assert.equal((await played.fit({ reuse: true, jobName: "new" })).jobName, "new");
});

Deno.test("a job of an earlier version, which had a fingerprint and no stage, is still taken", async () => {
  const played = await PlayedAws.with("Completed");
  played.jobs[0]!.Tags = played.jobs[0]!.Tags!.filter(({ Key }) => Key === "scones:fingerprint");
  assert.equal((await played.fit({ reuse: true, jobName: "new" })).jobName, "job-0");
});

Deno.test("an empty channel is an error before anything is asked for", async () => {
  const played = new PlayedAws();
  played.Contents = [];
  await assert.rejects(
    played.fit({ jobName: "new" }),
    /no objects under s3:\/\/b\/train\/, the channel "train"\. Run notebook 1/,
  );
  assert.equal(played.count("CreateTrainingJob"), 0);
});

Deno.test("quotas of training and endpoint are asked for before the training is paid", async (t) => {
  const withQuotas = (quotas: Record<string, number>) => {
    const played = new PlayedAws();
    const Quotas = Object.entries(quotas).map(([QuotaName, Value], index) => ({
      QuotaName,
      Value,
      QuotaCode: `L-${index}`,
    }));
    Object.assign(played.aws.quotas, { send: () => Promise.resolve({ Quotas }) });
    return played;
  };
  const [training, endpoint] = ["ml.g4dn.xlarge for training job usage", "ml.m5.xlarge for endpoint usage"];
  await t.step("both are 0: both are named, with the command, and nothing is started", async () => {
    const played = withQuotas({ [training!]: 0, other: 0, [endpoint!]: 0 });
    await assert.rejects(played.fit({ jobName: "new" }), (error: Error) => {
      assert.equal(error.name, "QuotaError");
      assert.match(error.message, /"ml\.g4dn\.xlarge for training job usage" is 0, .*--quota-code L-0 /);
      assert.match(error.message, /"ml\.m5\.xlarge for endpoint usage" is 0, .*--quota-code L-2 /);
      return true;
    });
    assert.equal(played.count("CreateTrainingJob"), 0);
  });
  await t.step("enough, or unknown: it goes on", async () => {
    await withQuotas({ [training!]: 1, [endpoint!]: 2 }).fit({ jobName: "new" });
    await withQuotas({}).fit({ jobName: "new" });
  });
  await t.step("without the permission to read them it goes on, and says so", async () => {
    const played = new PlayedAws();
    Object.assign(played.aws.quotas, { send: () => Promise.reject(new Error("not authorized")) });
    const notes: string[] = [];
    await played.fit({ jobName: "new", note: (text) => void notes.push(text) });
    assert.equal(notes[0], "The quotas could not be read: not authorized");
  });
  await t.step("a job that is reused needs none", async () => {
    const played = await PlayedAws.with("Completed");
    Object.assign(played.aws.quotas, { send: () => Promise.reject(new Error("not asked for")) });
    assert.equal((await played.fit({ reuse: true })).reused, true);
  });
});

Deno.test("time and dollars are estimated before a job starts, and the time limit grows with the pictures", async () => {
  const played = new PlayedAws();
  const notes: string[] = [];
  const limitOf = async (samples: number) => {
    const estimator = new Estimator(played.aws, { imageUri: "i", role: "r", outputPath: "s3://b/models" });
    estimator.setHyperparameters({ num_training_samples: samples });
    await estimator.fit({ train: { s3Uri: "s3://b/train/" } }, {
      jobName: `of-${samples}`,
      note: (text) => void notes.push(text),
    });
    return estimator.toRequest({}, "x").StoppingCondition!.MaxRuntimeInSeconds!;
  };
  assert.equal(await limitOf(1000), 3600);
  assert.equal(await limitOf(50_000), 3 * 20_400);
  assert.deepEqual(notes, [
    "The training will take about 14 minutes on ml.g4dn.xlarge, about $0.16 in us-east-1.",
    "The training will take about 340 minutes on ml.g4dn.xlarge, about $4.17 in us-east-1.",
  ]);
});

Deno.test("the names of a hundred classes fit the limit of one environment variable, in several", () => {
  assert.deepEqual(classNamesEnvironment(["bicycle", "motorcycle"]), {
    SCONES_CLASSES: "bicycle,motorcycle",
  });
  const names = Array.from({ length: 100 }, (_, index) => `class_number_${index}`);
  const environment = classNamesEnvironment(names);
  assert.deepEqual(Object.keys(environment), [
    "SCONES_CLASSES",
    "SCONES_CLASSES_2",
    "SCONES_CLASSES_3",
    "SCONES_CLASSES_4",
  ]);
  assert.ok(Object.values(environment).every(({ length }) => length <= 512));
  assert.deepEqual(Object.values(environment).join(",").split(","), names);
});
