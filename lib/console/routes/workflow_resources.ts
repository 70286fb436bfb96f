/** What the target has that a state can use. */
import { paginateListFunctions } from "@aws-sdk/client-lambda";
import { paginateListEndpoints } from "@aws-sdk/client-sagemaker";
import { paginateListStateMachines } from "@aws-sdk/client-sfn";
import { paginateListTopics } from "@aws-sdk/client-sns";
import { paginateListQueues } from "@aws-sdk/client-sqs";
import type { Aws } from "../../aws/clients.ts";
import { placeholderValues } from "../../workflow/definition_files.ts";
import { wordsOf } from "../live.ts";
import type { Routes } from "../route.ts";

export interface Resource {
  name: string;
  /** What a definition holds: an ARN, a URL or a name; a placeholder where the project's files have one. */
  value: string;
}

export type ResourceKind = "functions" | "topics" | "queues" | "endpoints" | "machines";

export interface Resources extends Record<ResourceKind, Resource[]> {
  /** Why a list is empty, by kind. */
  failures: Partial<Record<ResourceKind, string>>;
}

/** More of a kind cannot be chosen from; names can still be typed. */
const MOST = 1000;

export const workflowResourceRoutes: Routes = (app, aws) => {
  app.get("/api/workflow/resources", async (c) => c.json(await resources(aws)));
};

async function resources(aws: Aws): Promise<Resources> {
  const found: Resources = {
    functions: [],
    topics: [],
    queues: [],
    endpoints: [],
    machines: [],
    failures: {},
  };
  await Promise.all(
    Object.entries(LISTS).map(async ([kind, list]) => {
      try {
        found[kind as ResourceKind] = (await list(aws)).slice(0, MOST);
      } catch (error) {
        found.failures[kind as ResourceKind] = wordsOf(error);
      }
    }),
  );
  return found;
}

const LISTS: Record<ResourceKind, (aws: Aws) => Promise<Resource[]>> = {
  async functions(aws) {
    const placeholders = new Map(Object.entries(placeholderValues(aws)).map(([name, arn]) => [arn, name]));
    const functions = await all(
      paginateListFunctions({ client: aws.lambda }, {}),
      ({ Functions }) => Functions,
    );
    return functions.map(({ FunctionName, FunctionArn }) => {
      const placeholder = placeholders.get(FunctionArn!);
      return { name: FunctionName!, value: placeholder ? `\${${placeholder}}` : FunctionArn! };
    });
  },
  async topics({ sns }) {
    const topics = await all(paginateListTopics({ client: sns }, {}), ({ Topics }) => Topics);
    return topics.map(({ TopicArn }) => ({ name: TopicArn!.split(":").at(-1)!, value: TopicArn! }));
  },
  async queues({ sqs }) {
    const queues = await all(paginateListQueues({ client: sqs }, {}), ({ QueueUrls }) => QueueUrls);
    return queues.map((url) => ({ name: url.split("/").at(-1)!, value: url }));
  },
  async endpoints({ sagemaker }) {
    const endpoints = await all(
      paginateListEndpoints({ client: sagemaker }, {}),
      ({ Endpoints }) => Endpoints,
    );
    return endpoints.map(({ EndpointName }) => ({ name: EndpointName!, value: EndpointName! }));
  },
  async machines({ sfn }) {
    const pages = paginateListStateMachines({ client: sfn }, {});
    const machines = await all(pages, ({ stateMachines }) => stateMachines);
    return machines.map(({ name, stateMachineArn }) => ({ name: name!, value: stateMachineArn! }));
  },
};

async function all<Page, Item>(
  pages: AsyncIterable<Page>,
  items: (page: Page) => Item[] | undefined,
): Promise<Item[]> {
  const found: Item[] = [];
  for await (const page of pages) {
    found.push(...items(page) ?? []);
    if (found.length >= MOST) break;
  }
  return found;
}
