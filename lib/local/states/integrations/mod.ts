/** The supported service integrations, by the resource of their Task states. */
import type { Integration } from "./integration.ts";
import { lambdaInvoke } from "./lambda.ts";
import { snsPublish } from "./sns.ts";

export const INTEGRATIONS: ReadonlyMap<string, Integration> = new Map(
  [lambdaInvoke, snsPublish].map((integration) => {
    const { resourceType, resource } = integration.service;
    return [`arn:aws:states:::${resourceType}:${resource}`, integration];
  }),
);
