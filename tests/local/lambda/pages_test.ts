/** Lists go on after the last item that they gave out, though it is gone or another has changed meanwhile. */
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  type LambdaClient,
  ListAliasesCommand,
  ListFunctionsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import assert from "node:assert/strict";
import { createInput, withLambda } from "./testing.ts";

const FunctionName = "f";
const SOURCE = "export const handler = async () => 1";

/** The names on all pages of two; `between` runs after the first page. */
async function pages(
  list: (paging: { Marker?: string; MaxItems: number }) => Promise<{ names: string[]; next?: string }>,
  between: () => Promise<unknown>,
): Promise<string[]> {
  const first = await list({ MaxItems: 2 });
  await between();
  const all = first.names;
  for (let Marker = first.next; Marker !== undefined;) {
    const { names, next } = await list({ MaxItems: 2, Marker });
    all.push(...names);
    Marker = next;
  }
  return all;
}

/** Runs with functions of these names, all of which are active. */
function withFunctions(
  names: readonly string[],
  body: (lambda: LambdaClient, settle: () => void) => Promise<void>,
): Promise<void> {
  let now = Date.now();
  return withLambda(async (lambda) => {
    for (const name of names) await lambda.send(new CreateFunctionCommand(createInput(name, SOURCE)));
    now += 1000;
    await body(lambda, () => now += 1000);
  }, { now: () => now });
}

/** Publishes versions 1 to `count`, each of another configuration. */
async function publish(lambda: LambdaClient, settle: () => void, count: number, first = 1): Promise<void> {
  for (let version = first; version < first + count; version++) {
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 10 + version }));
    settle();
    await lambda.send(new PublishVersionCommand({ FunctionName }));
  }
}

Deno.test("functions are listed once each when one is removed, one made and one changed between pages", () =>
  withFunctions(["a", "b", "c", "d", "e"], async (lambda) => {
    const list = async (paging: object) => {
      const { Functions, NextMarker } = await lambda.send(new ListFunctionsCommand(paging));
      return { names: Functions!.map(({ FunctionName }) => FunctionName!), next: NextMarker };
    };
    const removed = await pages(
      list,
      () => lambda.send(new DeleteFunctionCommand({ FunctionName: "b" })), // the marker's
    );
    assert.deepEqual(removed, ["a", "b", "c", "d", "e"]);
    const changed = await pages(list, async () => {
      await lambda.send(new CreateFunctionCommand(createInput("b", SOURCE)));
      await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "d", Description: "new" }));
    });
    assert.deepEqual(changed, ["a", "c", "d", "e"]);
  }));

Deno.test("all versions of functions are listed once each when one is removed or published between pages", () =>
  withFunctions(["f", "g"], async (lambda, settle) => {
    await publish(lambda, settle, 11);
    const list = async (paging: object) => {
      const { Functions, NextMarker } = await lambda.send(
        new ListFunctionsCommand({ ...paging, FunctionVersion: "ALL" }),
      );
      const names = Functions!.map(({ FunctionName, Version }) => `${FunctionName} ${Version}`);
      return { names, next: NextMarker };
    };
    const numbers = ["$LATEST", ..."1 2 3 4 5 6 7 8 9 10 11".split(" ")];
    const all = [...numbers.map((version) => `f ${version}`), "g $LATEST"];
    const remove = () => lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier: "1" }));
    assert.deepEqual(await pages(list, remove), all);
    const left = all.filter((name) => name !== "f 1");
    assert.deepEqual(
      await pages(list, () => publish(lambda, settle, 1, 12)),
      [...left.slice(0, -1), "f 12", "g $LATEST"],
    );
  }));

Deno.test("a function's versions are listed once each when one is removed or published between pages", () =>
  withFunctions([FunctionName], async (lambda, settle) => {
    await publish(lambda, settle, 4);
    const list = async (paging: object) => {
      const { Versions, NextMarker } = await lambda.send(
        new ListVersionsByFunctionCommand({ FunctionName, ...paging }),
      );
      return { names: Versions!.map(({ Version }) => Version!), next: NextMarker };
    };
    const remove = () => lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier: "1" }));
    assert.deepEqual(await pages(list, remove), ["$LATEST", "1", "2", "3", "4"]);
    const added = await pages(list, () => publish(lambda, settle, 1, 5));
    assert.deepEqual(added, ["$LATEST", "2", "3", "4", "5"]);
  }));

Deno.test("aliases of a version are listed once each when one is removed or leads elsewhere between pages", () =>
  withFunctions([FunctionName], async (lambda, settle) => {
    await publish(lambda, settle, 2);
    for (const Name of ["a", "b", "c", "d", "e"]) {
      await lambda.send(new CreateAliasCommand({ FunctionName, Name, FunctionVersion: "1" }));
    }
    const list = async (paging: object) => {
      const { Aliases, NextMarker } = await lambda.send(
        new ListAliasesCommand({ FunctionName, FunctionVersion: "1", ...paging }),
      );
      return { names: Aliases!.map(({ Name }) => Name!), next: NextMarker };
    };
    const move = (Name: string) =>
      lambda.send(new UpdateAliasCommand({ FunctionName, Name, FunctionVersion: "2" }));
    // The marker's alias is on the list no more.
    assert.deepEqual(await pages(list, () => move("b")), ["a", "b", "c", "d", "e"]);
    assert.deepEqual(await pages(list, () => move("a")), ["a", "c", "d", "e"]);
    const remove = () => lambda.send(new DeleteAliasCommand({ FunctionName, Name: "d" }));
    assert.deepEqual(await pages(list, remove), ["c", "d", "e"]);
  }));
