/** The names of the cost chart's parameters, by which the report's script sets them. */
export const COST_PARAMS = { wrong: "wrong_cost", look: "look_cost", threshold: "chosen_threshold" } as const;
