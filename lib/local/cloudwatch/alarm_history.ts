/** What became of alarms: changes of their configuration and state, and the actions. */
import type { Core } from "../core.ts";
import type { Alarm, AlarmState } from "./alarm.ts";

export type HistoryItemType = "ConfigurationUpdate" | "StateUpdate" | "Action";

export interface HistoryItem {
  readonly id: number;
  readonly alarm: string;
  readonly type: HistoryItemType;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly summary: string;
  /** JSON text. */
  readonly data: string;
}

/** AWS, "Amazon CloudWatch User Guide", alarm history. */
const KEPT_MS = 30 * 86_400_000;

export class AlarmHistory {
  constructor(readonly core: Pick<Core, "store" | "now">) {
    core.store.db.exec(`
      CREATE TABLE IF NOT EXISTS alarm_history (
        id INTEGER PRIMARY KEY, alarm TEXT NOT NULL, type TEXT NOT NULL, at INTEGER NOT NULL, summary TEXT NOT NULL,
        data TEXT NOT NULL
      );
    `);
  }

  /** The items between two times (milliseconds since the epoch, both included), the oldest first. */
  list(from: number, to: number): HistoryItem[] {
    const kept = Math.max(from, this.core.now() - KEPT_MS);
    return this.core.store.all<HistoryItem>(
      "SELECT * FROM alarm_history WHERE at >= ? AND at <= ? ORDER BY id",
      ...[kept, Math.min(to, Number.MAX_SAFE_INTEGER)],
    );
  }

  noteConfiguration(name: string, type: "Create" | "Update" | "Delete", configuration: object): void {
    const verb = { Create: "created", Update: "updated", Delete: "deleted" }[type];
    const data = { version: "1.0", type, ...{ [`${type.toLowerCase()}dAlarm`]: configuration } };
    this.#note(name, "ConfigurationUpdate", `Alarm "${name}" ${verb}`, data);
  }

  noteState({ configuration: { AlarmName }, state: old }: Alarm, state: AlarmState): void {
    const shown = ({ value, reason, reasonData }: AlarmState) => ({
      stateValue: value,
      stateReason: reason,
      stateReasonData: reasonData === undefined ? undefined : JSON.parse(reasonData),
    });
    const summary = `Alarm updated from ${old.value} to ${state.value}`;
    this.#note(AlarmName, "StateUpdate", summary, {
      version: "1.0",
      oldState: shown(old),
      newState: shown(state),
    });
  }

  /** @param failed why the action could not be done */
  noteAction({ configuration: { AlarmName }, state }: Alarm, arn: string, failed?: string): void {
    const summary = failed === undefined
      ? `Successfully executed action ${arn}`
      : `Failed to execute action ${arn}. Received error: "${failed}"`;
    const data = {
      actionState: failed === undefined ? "Succeeded" : "Failed",
      stateUpdateTimestamp: state.updated,
      notificationResource: arn,
      error: failed,
    };
    this.#note(AlarmName, "Action", summary, data);
  }

  tidy(): void {
    this.core.store.run("DELETE FROM alarm_history WHERE at < ?", this.core.now() - KEPT_MS);
  }

  #note(alarm: string, type: HistoryItemType, summary: string, data: object): void {
    this.core.store.run(
      "INSERT INTO alarm_history (alarm, type, at, summary, data) VALUES (?, ?, ?, ?, ?)",
      ...[alarm, type, this.core.now(), summary, JSON.stringify(data)],
    );
  }
}
