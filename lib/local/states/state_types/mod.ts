/** The supported types of states, by their names in definitions. */
import type { StateTypes } from "../interpreter/flow.ts";
import { choice } from "./choice.ts";
import { fail } from "./fail.ts";
import { map } from "./map.ts";
import { parallel } from "./parallel.ts";
import { pass } from "./pass.ts";
import { succeed } from "./succeed.ts";
import { task } from "./task.ts";
import { wait } from "./wait.ts";

export const STATE_TYPES: StateTypes = {
  Pass: pass,
  Choice: choice,
  Wait: wait,
  Succeed: succeed,
  Fail: fail,
  Task: task,
  Parallel: parallel,
  Map: map,
};
