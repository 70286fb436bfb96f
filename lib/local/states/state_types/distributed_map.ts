/**
 * Distributed Map states: a Map Run starts a child execution for each item or batch. The order of events follows
 * recordings of AWS. Source: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
 */
import {
  batchOf,
  executionType,
  readerOf,
  selectItem,
  toleratedOf,
  writerOf,
} from "../distributed/configuration.ts";
import type { MapRunSettings } from "../distributed/settings.ts";
import type { StateType } from "../interpreter/flow.ts";
import type { MapState } from "../language/asl.ts";
import { parsed } from "../language/json_text.ts";
import { noteFailed } from "./children.ts";
import { concurrency, itemsOf } from "./map_fields.ts";

export const distributedMap: StateType<MapState> = {
  begin(flow, thread, state) {
    const { run } = flow;
    const data = flow.data(thread);
    const items = state.ItemReader ? undefined : itemsOf(state, data);
    const maxConcurrency = concurrency(state, data);
    const started = run.note("MapStateStarted", thread.last, { length: items?.length ?? 0 });
    run.update(thread, { last: started });
    const machineName = `${run.revision.machineName}/${state.Label ?? crypto.randomUUID()}`;
    const settings: MapRunSettings = {
      machineName,
      type: executionType(state),
      maxConcurrency,
      tolerated: toleratedOf(state, data),
      reader: readerOf(state, data),
      batch: batchOf(state, data),
      writer: writerOf(state, data),
    };
    const mapRunArn = flow.arn("mapRun", `${machineName}:${crypto.randomUUID()}`);
    run.update(thread, {
      phase: "task",
      last: run.note("MapRunStarted", started, { mapRunArn }),
      call: { type: "MapRunStarted", details: { mapRunArn, settings } },
      submitted: JSON.stringify(mapRunArn),
    });
  },

  perform(flow, thread, state, caller) {
    const { run } = flow;
    const { mapRunArn, settings } = thread.call!.details as { mapRunArn: string; settings: MapRunSettings };
    const data = flow.data(thread);
    return caller.mapRuns.run({
      arn: mapRunArn,
      execution: run.execution,
      roleArn: run.revision.roleArn,
      state: thread.state,
      settings,
      processor: state.ItemProcessor!,
      items: state.ItemReader ? undefined : itemsOf(state, data),
      select: (item, index) => selectItem(state, data, item, index),
    }, caller);
  },

  answered(flow, thread, _state, answer) {
    const { run } = flow;
    const settled = { phase: "wait", call: undefined, submitted: undefined } as const;
    if (typeof answer !== "string") {
      const { error, cause } = answer;
      const last = run.note("MapRunFailed", thread.last, { error, cause });
      run.update(thread, { ...settled, last });
      throw answer;
    }
    const ended = run.note("MapRunSucceeded", thread.last);
    run.update(thread, { ...settled, last: run.note("MapStateSucceeded", ended) });
    flow.complete(thread, parsed(answer), ended);
  },

  noteFailed,
};
