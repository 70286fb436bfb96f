/** SNS: standard topics, and subscriptions of queues to them. */
import { AwsError } from "../errors.ts";
import { query, type QueryService } from "../legacy_query.ts";
import type { Call, Core, Sns } from "../services.ts";
import { missingMember } from "../legacy_shapes.ts";
import { invalid, type SnsContext } from "./context.ts";
import { publish, publishOperations } from "./publish.ts";
import { subscriptionOperations } from "./subscriptions.ts";
import { topicOperations } from "./topics.ts";

export function createSns(core: Core): Sns {
  const sns: SnsContext = {
    core,
    topics: core.store.collection("sns.topics"),
    subscriptions: core.store.collection("sns.subscriptions"),
  };
  const service: QueryService = {
    xmlns: "http://sns.amazonaws.com/doc/2010-03-31/",
    operations: { ...topicOperations(sns), ...subscriptionOperations(sns), ...publishOperations(sns) },
  };
  return {
    handle: (call) => handle(service, call),
    publish: (principal, input) => publish(sns, principal, input),
  };
}

async function handle(service: QueryService, call: Call): Promise<Response> {
  try {
    return await query([service], call);
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== "ValidationError") throw error;
    // SNS names violated constraints otherwise than most services.
    const missing = missingMember(error);
    throw missing === undefined
      ? new AwsError("InvalidParameter", error.message)
      : invalid(`${missing} Reason: no value for required parameter`);
  }
}
