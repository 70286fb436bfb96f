/** The policy that a topic has until another one is set. */

/** AWS's default policy. Its condition holds only for services, so callers need permissions of their own. */
export function defaultPolicy(TopicArn: string, account: string): string {
  const actions = [
    ...["GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission", "DeleteTopic"],
    ...["Subscribe", "ListSubscriptionsByTopic", "Publish"],
  ];
  return JSON.stringify({
    Version: "2008-10-17",
    Id: "__default_policy_ID",
    Statement: [{
      Sid: "__default_statement_ID",
      Effect: "Allow",
      Principal: { AWS: "*" },
      Action: actions.map((action) => `SNS:${action}`),
      Resource: TopicArn,
      Condition: { StringEquals: { "AWS:SourceOwner": account } },
    }],
  });
}
