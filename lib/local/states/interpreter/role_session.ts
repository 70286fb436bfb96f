/** The state machine's role, which each execution assumes once. */
import type { Access } from "../../core.ts";
import type { Principal } from "../../operation.ts";
import { StateFailure } from "../language/failures.ts";
import { assumer, type Revision } from "../machines.ts";

export class RoleSession {
  #principal?: Principal;

  constructor(private readonly revision: Revision) {}

  /** @throws StateFailure States.Permissions */
  principal(iam: Access): Principal {
    if (this.#principal) return this.#principal;
    const { roleArn, machineArn } = this.revision;
    const by = assumer(machineArn);
    if (!iam.isAssumable(roleArn, by)) {
      throw new StateFailure(
        "States.Permissions",
        "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to " +
          `assume the provided role ${roleArn}.`,
      );
    }
    const session = crypto.randomUUID().replaceAll("-", "");
    this.#principal = iam.assumeRole(roleArn, by, session).principal;
    return this.#principal;
  }
}
