/** One execution: live, its logs, and what can be done with it. */
import { DescribeExecutionCommand, StopExecutionCommand } from "@aws-sdk/client-sfn";
import { z } from "zod";
import { callLog } from "../execution/logs.ts";
import { executionArn, type ExecutionLook, lookAtExecution } from "../execution/look.ts";
import { BadInputError, bodyOf, checked, queryOf } from "../input.ts";
import { stream, View, Views } from "../live.ts";
import { askBeforeOrder } from "../money.ts";
import { startExecution } from "../orders/start.ts";
import type { Routes } from "../route.ts";

/** Step Functions' rule for names of executions. Source: API of StartExecution. */
const name = z.string().regex(
  // deno-lint-ignore no-control-regex
  /^[^\s<>{}\[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]{1,80}$/,
  "must be the name of an execution",
);

export const executionRoutes: Routes = (app, aws, orders) => {
  const everySeconds = aws.target === "local" ? 0.25 : 2;
  const views = new Views<ExecutionLook>((key) =>
    new View(
      async () => lookAtExecution(aws, key, await orders.classes()),
      everySeconds,
      ({ status }) => status !== "RUNNING",
    )
  );

  app.get("/api/executions/:name/live", (c) => {
    const key = checked(z.object({ name }), c.req.param()).name;
    return stream(c, (listener) => views.listen(key, listener));
  });

  app.get("/api/executions/:name/log", async (c) => {
    const key = checked(z.object({ name }), c.req.param()).name;
    const { visit } = queryOf(c, z.strictObject({ visit: z.coerce.number("must be a number").int().min(0) }));
    const { visits } = await lookAtExecution(aws, key);
    const found = visits[visit];
    if (!found) throw new BadInputError("visit", `must be less than ${visits.length}`);
    return c.json(await callLog(aws, found) ?? null);
  });

  app.post("/api/executions/:name/again", async (c) => {
    const key = checked(z.object({ name }), c.req.param()).name;
    const { confirmed } = await bodyOf(c, z.strictObject({ confirmed: z.boolean().default(false) }));
    askBeforeOrder(aws, confirmed);
    const { input } = await aws.sfn.send(
      new DescribeExecutionCommand({ executionArn: executionArn(aws, key) }),
    );
    return c.json({ name: await startExecution(aws, input ?? "{}") }, 201);
  });

  app.post("/api/executions/:name/stop", async (c) => {
    const key = checked(z.object({ name }), c.req.param()).name;
    await bodyOf(c, z.strictObject({}));
    await aws.sfn.send(
      new StopExecutionCommand({
        executionArn: executionArn(aws, key),
        error: "Stopped",
        cause: "Stopped by a person in the console.",
      }),
    );
    return c.json({ name: key });
  });
};
