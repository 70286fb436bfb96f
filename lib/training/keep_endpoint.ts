/** The end of a pipeline: an endpoint that has been kept long enough is deleted, or it is said that it stays. */
import type { Aws } from "../aws/clients.ts";
import { costReminder, hoursInWords } from "./costs.ts";
import { ownEndpoint } from "./describe_endpoint.ts";
import { deleteEndpoint } from "./endpoint.ts";

/**
 * Deletes an endpoint on AWS that is older than SCONES_KEEP_ENDPOINT_HOURS. Returns what happened and what still runs, for the
 * last lines of the pipeline; nothing on the local AWS, which is free.
 */
export async function endPipeline(aws: Aws, now = Date.now()): Promise<string[]> {
  if (aws.target === "local") return [];
  const { keepEndpointHours: keep } = aws.settings;
  const lines: string[] = [];
  const endpoint = await ownEndpoint(aws);
  if (endpoint) {
    const name = endpoint.EndpointName!;
    const hours = (now - endpoint.CreationTime!.getTime()) / 3_600_000;
    if (keep === undefined) {
      lines.push(
        `The endpoint ${name} stays; SCONES_KEEP_ENDPOINT_HOURS=0 deletes it at the end of a pipeline.`,
      );
    } else if (hours >= keep) {
      await deleteEndpoint(aws, name);
      lines.push(`Deleted the endpoint ${name}, which was ${hoursInWords(hours)} old.`);
    } else {
      lines.push(
        `The endpoint ${name} is ${
          hoursInWords(hours)
        } old and stays: SCONES_KEEP_ENDPOINT_HOURS is ${keep}, and only ` +
          "the end of a pipeline deletes it.",
      );
    }
  }
  const reminder = await costReminder(aws);
  return reminder ? [...lines, reminder] : lines;
}
