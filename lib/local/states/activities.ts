/** Activities, and the work that their workers poll for. */
import { AwsError } from "../errors.ts";
import { page } from "../pages.ts";
import { list, notSupported, required, string, structure } from "../shapes.ts";
import {
  type Activity,
  arn,
  invalidToken,
  operation,
  pageSize,
  paging,
  requireName,
  seconds,
  type StatesContext,
} from "./context.ts";
import { requireArn } from "./machines.ts";
import { tagShape, withTags } from "./tags.ts";

/** How long a worker's poll waits for a task. */
const POLL_MS = 60_000;

const onActivity = ({ activityArn }: { activityArn: string }) => activityArn;

export const createActivity = operation({
  action: "states:CreateActivity",
  tagging: "states:TagResource",
  input: structure({
    name: required(string({ min: 1, max: 80 })),
    tags: list(tagShape),
    encryptionConfiguration: structure({
      type: required(string({ values: ["AWS_OWNED_KEY", "CUSTOMER_MANAGED_KMS_KEY"] })),
      kmsKeyId: notSupported(),
    }),
  }),
  resource: ({ name }, { core }) => `arn:aws:states:${core.region}:${core.account}:activity:${name}`,
  run({ name, tags = [] }, { core, activities }) {
    requireName(name);
    const activityArn = `arn:aws:states:${core.region}:${core.account}:activity:${name}`;
    let activity = activities.get(activityArn);
    if (!activity) {
      activity = { arn: activityArn, name, creationDate: core.now(), tags: withTags({}, tags, activityArn) };
      activities.put(activityArn, activity);
    }
    return { activityArn, creationDate: seconds(activity.creationDate) };
  },
});

export const describeActivity = operation({
  action: "states:DescribeActivity",
  input: structure({ activityArn: arn }),
  resource: onActivity,
  run({ activityArn }, states) {
    const { name, creationDate } = existingActivity(states, activityArn);
    return { activityArn, name, creationDate: seconds(creationDate) };
  },
});

export const listActivities = operation({
  action: "states:ListActivities",
  input: structure(paging()),
  run(input, { activities }) {
    const { items, next } = page(activities.list(), {
      key: ({ name }) => [name],
      limit: pageSize(input),
      token: input.nextToken,
      list: "activities",
      invalidToken,
    });
    const shown = items.map(({ arn, name, creationDate }) => ({
      activityArn: arn,
      name,
      creationDate: seconds(creationDate),
    }));
    return { activities: shown, nextToken: next };
  },
});

export const deleteActivity = operation({
  action: "states:DeleteActivity",
  input: structure({ activityArn: arn }),
  resource: onActivity,
  run({ activityArn }, { activities }) {
    requireArn(activityArn, "activity");
    activities.delete(activityArn);
  },
});

export const getActivityTask = operation({
  action: "states:GetActivityTask",
  input: structure({ activityArn: arn, workerName: string({ min: 1, max: 80 }) }),
  resource: onActivity,
  async run({ activityArn, workerName }, states) {
    existingActivity(states, activityArn);
    const { interpreter, core } = states;
    const deadline = core.now() + POLL_MS;
    const task = await interpreter.takeActivityTask(activityArn, workerName, deadline);
    return { taskToken: task?.token ?? null, input: task?.input ?? null };
  },
});

/** @throws AwsError InvalidArn, ActivityDoesNotExist */
function existingActivity({ activities }: StatesContext, activityArn: string): Activity {
  requireArn(activityArn, "activity");
  const activity = activities.get(activityArn);
  if (activity) return activity;
  throw new AwsError("ActivityDoesNotExist", `Activity Does Not Exist: '${activityArn}'`);
}
