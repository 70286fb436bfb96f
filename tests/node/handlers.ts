/** Handlers of every kind, and what a runtime makes of them: AWS's client is the measure of the local AWS's own. */
import { LambdaClient } from "@aws-sdk/client-lambda";
import { deploy, invoke, makeRole } from "../local/lambda/testing.ts";
import type { TestAws } from "../local/testing.ts";
import type { Answers } from "./answers.ts";

/** By what is particular to it: a source of `index.mjs`, and how it is named where that is not `index.handler`. */
const HANDLERS: Readonly<Record<string, readonly [source: string, handler?: string]>> = {
  "returns nothing": ["export const handler = async () => {}"],
  "returns text": ["export const handler = async () => 'é'"],
  "returns what JSON writes otherwise": [
    "export const handler = async () => [new Date(0), NaN, Buffer.from('a')]",
  ],
  "returns a circle": ["export const handler = async () => { const a = {}; return a.a = a }"],
  "returns a BigInt": ["export const handler = async () => 10n"],
  "is not async": ["export const handler = () => 5"],
  "returns a thenable": ["export const handler = () => ({ then: (settle) => settle('then') })"],
  "calls back": ["export const handler = (event, context, callback) => callback(null, 1)"],
  "throws an Error with members": [
    "export const handler = async () => { throw Object.assign(new Error('x'), { code: 'E1', extra: { a: 1 } }) }",
  ],
  "throws an error of a class": [
    "class Own extends Error {} export const handler = async () => { throw new Own('m') }",
  ],
  "throws a named error": [
    "export const handler = async () => { throw Object.assign(new Error('m'), { name: 'Mine' }) }",
  ],
  "throws an error without a message": ["export const handler = () => { throw new Error() }"],
  "throws several errors": [
    "export const handler = async () => { throw new AggregateError([new Error('b')], 'all') }",
  ],
  "throws text": ["export const handler = async () => { throw 'text' }"],
  "throws a number": ["export const handler = async () => { throw 42 }"],
  "throws null": ["export const handler = async () => { throw null }"],
  "awaits while it loads": [
    "const value = await Promise.resolve(3); export const handler = async () => value",
  ],
  "throws while it loads": ["throw new TypeError('at load'); export const handler = 1"],
  "throws text while it loads": ["throw 'at load'; export const handler = 1"],
  "is not there": ["export const other = 1"],
  "is no function": ["export const handler = 1"],
  "is nested": ["export const a = { b: async () => 'nested' }", "index.a.b"],
  "is in no file": ["export const handler = 1", "none.handler"],
  "has no export in its name": ["export const handler = 1", "index"],
  "is named outside of its folder": ["export const handler = 1", "../index.handler"],
  "sees its context": ["export const handler = async (event, context) => Object.keys(context).sort()"],
  "sees its environment": ["export const handler = async () => Object.keys(process.env).sort()"],
};

/** Makes the functions; they stay for the runs that follow. */
export async function makeHandlers(aws: TestAws): Promise<void> {
  const lambda = new LambdaClient(aws.client);
  await makeRole(aws);
  for (const [index, [source, Handler]] of Object.values(HANDLERS).entries()) {
    await deploy(lambda, `handler-${index}`, source, {
      Runtime: "nodejs24.x",
      Timeout: 10,
      ...Handler ? { Handler } : {},
    });
  }
  lambda.destroy();
}

/** Invokes each once. A trace names lines of the runtime's own files, a missing module where it was looked for. */
export async function askHandlers(aws: TestAws): Promise<Answers> {
  const lambda = new LambdaClient(aws.client);
  const answers: Answers = {};
  for (const [index, name] of Object.keys(HANDLERS).entries()) {
    const { payload, error } = await invoke(lambda, `handler-${index}`);
    const { trace: _, ...told } = Object(payload) as { trace?: string[]; errorMessage?: string };
    if (told.errorMessage) told.errorMessage = told.errorMessage.replace(/\nRequire stack:[^]*/, "");
    answers[`a handler that ${name}`] = error ? { error, ...told } : payload;
  }
  lambda.destroy();
  return answers;
}
