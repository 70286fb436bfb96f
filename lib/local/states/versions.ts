/** PublishStateMachineVersion, ListStateMachineVersions, DeleteStateMachineVersion. */
import { AwsError } from "../errors.ts";
import { page } from "../pages.ts";
import { required, string, structure } from "../shapes.ts";
import { arn, invalidToken, onMachine, operation, pageSize, paging, seconds } from "./context.ts";
import { requireActive, requireArn } from "./machines.ts";

export const publishStateMachineVersion = operation({
  action: "states:PublishStateMachineVersion",
  input: structure({ stateMachineArn: arn, revisionId: string(), description: string({ max: 256 }) }),
  resource: onMachine,
  run({ stateMachineArn, revisionId, description }, { machines, versions }) {
    const machine = machines.get(stateMachineArn);
    requireActive(machine);
    const current = machines.revision(machine.revision).revisionId;
    if (revisionId !== undefined && revisionId !== (current ?? "INITIAL")) {
      throw new AwsError(
        "ConflictException",
        `Failed to publish the State Machine version for revision ${revisionId}. The current State Machine ` +
          `revision is ${current ?? "INITIAL"}.`,
      );
    }
    const version = versions.publish(machine, description);
    return { stateMachineVersionArn: version.arn, creationDate: seconds(version.creationDate) };
  },
});

export const listStateMachineVersions = operation({
  action: "states:ListStateMachineVersions",
  input: structure({ stateMachineArn: arn, ...paging() }),
  resource: onMachine,
  run(input, { machines, versions }) {
    const { arn } = machines.get(input.stateMachineArn);
    const { items, next } = page(versions.versions(arn), {
      key: ({ number }) => [number],
      limit: pageSize(input),
      token: input.nextToken,
      descending: true,
      list: `versions ${arn}`,
      invalidToken,
    });
    const shown = items.map(({ arn, creationDate }) => ({
      stateMachineVersionArn: arn,
      creationDate: seconds(creationDate),
    }));
    return { stateMachineVersions: shown, nextToken: next };
  },
});

export const deleteStateMachineVersion = operation({
  action: "states:DeleteStateMachineVersion",
  input: structure({ stateMachineVersionArn: required(string({ min: 1, max: 2000 })) }),
  resource: ({ stateMachineVersionArn }) => stateMachineVersionArn,
  run({ stateMachineVersionArn: versionArn }, { versions }) {
    requireArn(versionArn, "stateMachine");
    const version = versions.version(versionArn);
    if (!version) return {};
    const using = versions.aliases(version.machineArn).filter(({ routes }) =>
      routes.some(({ stateMachineVersionArn }) => stateMachineVersionArn === versionArn)
    );
    if (using.length > 0) {
      throw new AwsError(
        "ConflictException",
        "Version to be deleted must not be referenced by an alias. Current list of aliases referencing this " +
          `version: [${using.map(({ name }) => name).join(", ")}]`,
      );
    }
    versions.deleteVersion(versionArn);
    return {};
  },
});
