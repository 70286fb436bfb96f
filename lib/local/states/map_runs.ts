/** DescribeMapRun, ListMapRuns, UpdateMapRun. */
import { AwsError } from "../errors.ts";
import { integer, number, required, string, structure } from "../shapes.ts";
import { numberedPage, onExecution, operation, paging, seconds } from "./context.ts";
import { arn } from "./context.ts";
import type { Counts, MapRun } from "./distributed/map_run_store.ts";
import { existingExecution, existingMapRun } from "./executions.ts";

const mapRunArn = required(string({ min: 1, max: 2000 }));
const onMapRun = ({ mapRunArn }: { mapRunArn: string }) => mapRunArn;

export const describeMapRun = operation({
  action: "states:DescribeMapRun",
  input: structure({ mapRunArn }),
  resource: onMapRun,
  run({ mapRunArn }, states) {
    const mapRun = existingMapRun(states, mapRunArn);
    const { executionArn, status, startDate, stopDate, maxConcurrency, tolerated } = mapRun;
    return {
      mapRunArn,
      executionArn,
      status,
      startDate: seconds(startDate),
      stopDate: stopDate === null ? undefined : seconds(stopDate),
      maxConcurrency,
      toleratedFailurePercentage: tolerated.percentage ?? 0,
      toleratedFailureCount: tolerated.count ?? 0,
      itemCounts: shownCounts(mapRun, mapRun.items, pendingItems(mapRun)),
      executionCounts: shownCounts(
        mapRun,
        mapRun.executions,
        mapRun.settings.batch ? 0 : pendingItems(mapRun),
      ),
      redriveCount: mapRun.redriveCount,
      redriveDate: mapRun.redriveDate === null ? undefined : seconds(mapRun.redriveDate),
    };
  },
});

export const listMapRuns = operation({
  action: "states:ListMapRuns",
  input: structure({ executionArn: arn, ...paging() }),
  resource: onExecution,
  run(input, states) {
    const { executionArn } = input;
    existingExecution(states, executionArn);
    const { items, nextToken } = numberedPage(
      input,
      `mapRuns ${executionArn}`,
      (after, limit) => states.mapRuns.store.list(executionArn, limit, after),
    );
    const mapRuns = items.map(({ arn, settings, startDate, stopDate }) => ({
      executionArn,
      mapRunArn: arn,
      stateMachineArn: states.machines.arn(settings.machineName),
      startDate: seconds(startDate),
      stopDate: stopDate === null ? undefined : seconds(stopDate),
    }));
    return { mapRuns, nextToken };
  },
});

export const updateMapRun = operation({
  action: "states:UpdateMapRun",
  input: structure({
    mapRunArn,
    maxConcurrency: integer({ min: 0 }),
    toleratedFailurePercentage: number({ min: 0, max: 100 }),
    toleratedFailureCount: integer({ min: 0 }),
  }),
  resource: onMapRun,
  run(input, states) {
    const { mapRuns } = states;
    const { id, maxConcurrency, tolerated, status } = existingMapRun(states, input.mapRunArn);
    if (status !== "RUNNING") throw new AwsError("ValidationException", "Map Run is not running.");
    const { toleratedFailureCount: count = tolerated.count, toleratedFailurePercentage } = input;
    const percentage = toleratedFailurePercentage ?? tolerated.percentage;
    mapRuns.store.update(id, input.maxConcurrency ?? maxConcurrency, {
      ...(count === undefined ? {} : { count }),
      ...(percentage === undefined ? {} : { percentage }),
    });
    mapRuns.wake(id);
    return {};
  },
});

/** Items that no execution has been started for. */
function pendingItems({ length, cursor, status }: MapRun): number {
  return length === null || status !== "RUNNING" ? 0 : length - cursor.index;
}

function shownCounts({ resultsWritten, items }: MapRun, counts: Counts, pending: number) {
  const { running, succeeded, failed, timedOut, aborted } = counts;
  const total = pending + running + succeeded + failed + timedOut + aborted;
  return {
    pending,
    running,
    succeeded,
    failed,
    timedOut,
    aborted,
    total,
    resultsWritten: counts === items && resultsWritten > 0 ? total : resultsWritten,
    failuresNotRedrivable: 0,
    pendingRedrive: 0,
  };
}
