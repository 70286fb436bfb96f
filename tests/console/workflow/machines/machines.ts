/** Fifty state machines that together have everything that the States Language has. */
import { STEPS } from "./steps.ts";
import { STRUCTURES } from "./structures.ts";

export const MACHINES = { ...STEPS, ...STRUCTURES };
