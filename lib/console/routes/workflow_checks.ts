/** What the target says of a definition, and of a state with an input. */
import { TestStateCommand, ValidateStateMachineDefinitionCommand } from "@aws-sdk/client-sfn";
import { z } from "zod";
import type { Aws } from "../../aws/clients.ts";
import { placeholderValues, withValues } from "../../workflow/definition_files.ts";
import { filledIn } from "../../workflow/state_machine.ts";
import { statesRoleArn } from "../../workflow/roles.ts";
import { bodyOf } from "../input.ts";
import type { Routes } from "../route.ts";
import { definition, json } from "./workflow_files.ts";

export interface Diagnostic {
  severity: "ERROR" | "WARNING";
  code: string;
  message: string;
  /** A path like `/States/A/Next`. */
  location?: string;
}

export interface TestedState {
  status: string;
  output?: string;
  error?: string;
  cause?: string;
  nextState?: string;
  /** JSON by stage: input, afterInputPath, afterParameters, result and so on. */
  inspection: Record<string, string>;
}

export const workflowCheckRoutes: Routes = (app, aws) => {
  app.post("/api/workflow/validate", async (c) => {
    const { text } = await bodyOf(c, z.strictObject({ text: definition }));
    const answer = await aws.sfn.send(
      new ValidateStateMachineDefinitionCommand({ definition: withValues(text, placeholderValues(aws)) }),
    );
    const diagnostics: Diagnostic[] = (answer.diagnostics ?? []).map((
      { severity, code, message, location },
    ) => ({
      severity: severity!,
      code: code!,
      message: message!,
      location,
    }));
    return c.json({ diagnostics, truncated: answer.truncated ?? false });
  });

  app.post("/api/workflow/test", async (c) => c.json(await testState(aws, await bodyOf(c, test))));
};

const test = z.strictObject({
  state: definition,
  input: json,
  variables: json.optional(),
  /** What the state's call shall have answered; without it the state is really called. */
  result: json.optional(),
});

async function testState(
  aws: Aws,
  { state, input, variables, result }: z.output<typeof test>,
): Promise<TestedState> {
  const { status, output, error, cause, nextState, inspectionData = {} } = await aws.sfn.send(
    new TestStateCommand({
      definition: filledIn(state, placeholderValues(aws)),
      roleArn: await statesRoleArn(aws),
      input,
      variables,
      inspectionLevel: "DEBUG",
      mock: result === undefined ? undefined : { result },
    }),
  );
  const stages = Object.entries(inspectionData).filter(([, text]) => typeof text === "string");
  return { status: status!, output, error, cause, nextState, inspection: Object.fromEntries(stages) };
}
