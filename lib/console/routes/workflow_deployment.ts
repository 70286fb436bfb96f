/** Deploying what the editor shows, and running it. */
import { z } from "zod";
import { statesRoleArn } from "../../workflow/roles.ts";
import { placeholderValues } from "../../workflow/definition_files.ts";
import type { MachineKind } from "../../names.ts";
import { deployStateMachine, filledIn, MACHINE_KINDS } from "../../workflow/state_machine.ts";
import { BadInputError, bodyOf } from "../input.ts";
import { askBeforeOrder } from "../money.ts";
import { startExecution } from "../orders/start.ts";
import type { Routes } from "../route.ts";
import { definition, json } from "./workflow_files.ts";

export const workflowDeploymentRoutes: Routes = (app, aws) => {
  app.post("/api/workflow/deploy", async (c) => {
    const { text, publish, machine } = await bodyOf(
      c,
      z.strictObject({
        text: definition,
        publish: z.boolean().default(false),
        machine: z.enum(MACHINE_KINDS as [MachineKind, ...MachineKind[]]).default("stateMachine"),
      }),
    );
    const filled = fill(text);
    const roleArn = await statesRoleArn(aws);
    const { arn, change } = await deployStateMachine(aws, { roleArn, kind: machine, text: filled, publish });
    return c.json({ arn, change });
  });

  app.post("/api/workflow/runs", async (c) => {
    const { input, confirmed } = await bodyOf(
      c,
      z.strictObject({ input: json, confirmed: z.boolean().default(false) }),
    );
    askBeforeOrder(aws, confirmed);
    return c.json({ name: await startExecution(aws, input) }, 201);
  });

  function fill(text: string): string {
    try {
      const filled = filledIn(text, placeholderValues(aws));
      JSON.parse(filled);
      return filled;
    } catch (error) {
      throw new BadInputError("text", (error as Error).message);
    }
  }
};
