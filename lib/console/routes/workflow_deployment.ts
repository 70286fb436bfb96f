/** Deploying what the editor shows, and running it. */
import { z } from "zod";
import { statesRoleArn } from "../../workflow/roles.ts";
import { placeholderValues } from "../../workflow/definition_files.ts";
import { deployStateMachine, filledIn } from "../../workflow/state_machine.ts";
import { BadInputError, bodyOf } from "../input.ts";
import type { Routes } from "../route.ts";
import { definition } from "./workflow_files.ts";

export const workflowDeploymentRoutes: Routes = (app, aws) => {
  app.post("/api/workflow/deploy", async (c) => {
    const { text, publish } = await bodyOf(
      c,
      z.strictObject({ text: definition, publish: z.boolean().default(false) }),
    );
    const filled = fill(text);
    const roleArn = await statesRoleArn(aws);
    const { arn, change } = await deployStateMachine(aws, { roleArn, text: filled, publish });
    return c.json({ arn, change });
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
