/** What the tests of Lambda share: zips of a few lines of JavaScript and functions made of them. */
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  InvokeCommand,
  type InvokeCommandInput,
  LambdaClient,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from "@aws-sdk/client-lambda";
import { zipSync } from "fflate";
import type { LocalAwsOptions } from "../../../lib/local/server.ts";
import { type TestAws, withLocalAws } from "../testing.ts";

export const ROLE = "arn:aws:iam::000000000000:role/lambda-role";

const LAMBDA_TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

const LOGS_POLICY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "logs:*", Resource: "*" }],
});

/** A zip of files; the same files give the same bytes. @param mode by default one that AWS accepts */
export function zip(files: Record<string, string | Uint8Array>, mode = 0o644): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(files).map(([name, content]) =>
    [
      name,
      [typeof content === "string" ? new TextEncoder().encode(content) : content, {
        os: 3,
        attrs: (0o100000 | mode) << 16,
        mtime: "2026-01-01",
      }],
    ] as const
  );
  return new Uint8Array(zipSync(Object.fromEntries(entries) as Parameters<typeof zipSync>[0]));
}

/** Runs a local AWS with the functions' role. */
export async function withLambda(
  body: (lambda: LambdaClient, aws: TestAws) => Promise<void>,
  options: Partial<LocalAwsOptions> = {},
): Promise<void> {
  await withLocalAws(async (aws) => {
    const lambda = new LambdaClient(aws.client);
    try {
      await makeRole(aws);
      await body(lambda, aws);
    } finally {
      lambda.destroy();
    }
  }, options);
}

/** Creates the role of all functions, if it does not exist. */
export async function makeRole(aws: TestAws): Promise<void> {
  const iam = new IAMClient(aws.client);
  const RoleName = "lambda-role";
  try {
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: LAMBDA_TRUST }));
    await iam.send(
      new PutRolePolicyCommand({ RoleName, PolicyName: "logs", PolicyDocument: LOGS_POLICY }),
    );
  } catch (error) {
    if ((error as Error).name !== "EntityAlreadyExistsException") throw error;
  } finally {
    iam.destroy();
  }
}

/** A valid request for a function whose `index.mjs` is `source`. */
export function createInput(
  FunctionName: string,
  source: string,
  more: Partial<CreateFunctionCommandInput> = {},
): CreateFunctionCommandInput {
  return {
    FunctionName,
    Role: ROLE,
    Runtime: "nodejs22.x",
    Handler: "index.handler",
    Code: { ZipFile: zip({ "index.mjs": source }) },
    ...more,
  };
}

/** Creates a function and waits until it is active. */
export async function deploy(
  lambda: LambdaClient,
  FunctionName: string,
  source: string,
  more: Partial<CreateFunctionCommandInput> = {},
): Promise<void> {
  await lambda.send(new CreateFunctionCommand(createInput(FunctionName, source, more)));
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 10, minDelay: 0.05, maxDelay: 0.05 }, {
    FunctionName,
  });
}

/** Waits until an update is done. */
export async function updated(lambda: LambdaClient, FunctionName: string): Promise<void> {
  await waitUntilFunctionUpdatedV2({ client: lambda, maxWaitTime: 10, minDelay: 0.05, maxDelay: 0.05 }, {
    FunctionName,
  });
}

export interface Invoked {
  readonly payload: unknown;
  readonly error: string | undefined;
  readonly version: string | undefined;
  /** The lines of LogResult. */
  readonly log: string[];
}

/** Invokes with a JSON event and `LogType: "Tail"`. */
export async function invoke(
  lambda: LambdaClient,
  FunctionName: string,
  event: unknown = {},
  more: Partial<InvokeCommandInput> = {},
): Promise<Invoked> {
  const answer = await lambda.send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify(event), LogType: "Tail", ...more }),
  );
  return {
    payload: answer.Payload?.length ? JSON.parse(answer.Payload.transformToString()) : undefined,
    error: answer.FunctionError,
    version: answer.ExecutedVersion,
    log: new TextDecoder().decode(Uint8Array.fromBase64(answer.LogResult ?? "")).split("\n"),
  };
}
