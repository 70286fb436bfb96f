/** The table of messages. Whether one is visible, in flight or delayed follows from its stored times. */
import type { Store } from "../store.ts";
import type { MessageAttributes } from "./message_attributes.ts";

export interface NewMessage {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  /** The X-Ray header, if the sender gave one. */
  readonly trace?: string;
  readonly senderId: string;
  /** Milliseconds since the epoch. */
  readonly sent: number;
  readonly visible: number;
}

export interface ReceivedMessage extends Omit<NewMessage, "visible"> {
  /** How often it was received, including this time. */
  readonly count: number;
  readonly firstReceived: number;
  /** ARN of the queue it was moved from, when this is a dead-letter queue. */
  readonly source?: string;
}

interface Row {
  id: number;
  message_id: string;
  body: string;
  attributes: string;
  trace: string | null;
  sender: string;
  sent: number;
  count: number;
  first_received: number | null;
  source: string | null;
}

/** A dead-letter queue: where messages go that were received too often. */
export interface DeadLetters {
  readonly queue: string;
  readonly maxReceiveCount: number;
  /** ARN of the queue they come from. */
  readonly source: string;
}

export interface Counts {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

export class Messages {
  constructor(private readonly store: Store) {
    store.db.exec(`
      CREATE TABLE IF NOT EXISTS sqs_messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        queue TEXT NOT NULL, message_id TEXT NOT NULL, body TEXT NOT NULL, attributes TEXT NOT NULL,
        trace TEXT, sender TEXT NOT NULL, sent INTEGER NOT NULL, visible INTEGER NOT NULL,
        count INTEGER NOT NULL DEFAULT 0, first_received INTEGER, received INTEGER, source TEXT
      );
      CREATE INDEX IF NOT EXISTS sqs_visible ON sqs_messages (queue, visible, id);
      CREATE INDEX IF NOT EXISTS sqs_sent ON sqs_messages (queue, sent);
      CREATE UNIQUE INDEX IF NOT EXISTS sqs_message ON sqs_messages (queue, message_id);
    `);
  }

  add(queue: string, message: NewMessage): void {
    this.store.run(
      "INSERT INTO sqs_messages (queue, message_id, body, attributes, trace, sender, sent, visible) " +
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      queue,
      message.messageId,
      message.body,
      JSON.stringify(message.attributes),
      message.trace ?? null,
      message.senderId,
      message.sent,
      message.visible,
    );
  }

  /** Takes up to `max` visible messages, the oldest first, and hides them until `hideUntil`. */
  take(queue: string, max: number, now: number, hideUntil: number): ReceivedMessage[] {
    return this.store.transaction(() => {
      const rows = this.store.all<Row>(
        "SELECT * FROM sqs_messages WHERE queue = ? AND visible <= ? ORDER BY visible, id LIMIT ?",
        queue,
        now,
        max,
      );
      return rows.map((row) => {
        this.store.run(
          "UPDATE sqs_messages SET visible = ?, count = count + 1, received = ?, " +
            "first_received = coalesce(first_received, ?) WHERE id = ?",
          hideUntil,
          now,
          now,
          row.id,
        );
        return {
          messageId: row.message_id,
          body: row.body,
          attributes: JSON.parse(row.attributes),
          trace: row.trace ?? undefined,
          senderId: row.sender,
          sent: row.sent,
          count: row.count + 1,
          firstReceived: row.first_received ?? now,
          source: row.source ?? undefined,
        };
      });
    });
  }

  /** Moves visible messages that were received too often to the dead-letter queue; returns whether there were any. */
  bury(queue: string, now: number, { queue: target, maxReceiveCount, source }: DeadLetters): boolean {
    return this.store.run(
      "UPDATE sqs_messages SET queue = ?, visible = ?, source = ? WHERE queue = ? AND visible <= ? AND count >= ?",
      target,
      now,
      source,
      queue,
      now,
      maxReceiveCount,
    ) > 0;
  }

  /** The time at which the next message becomes visible, if there is one. */
  nextVisible(queue: string): number | undefined {
    return this.store.get<{ next: number | null }>(
      "SELECT min(visible) AS next FROM sqs_messages WHERE queue = ?",
      queue,
    )?.next ?? undefined;
  }

  /** Deletes a message unless it was received again since its `count`th time; returns whether it did. */
  delete(queue: string, messageId: string, count: number): boolean {
    return this.store.run(
      "DELETE FROM sqs_messages WHERE queue = ? AND message_id = ? AND count = ?",
      queue,
      messageId,
      count,
    ) > 0;
  }

  /** When the message was received for the `count`th time, if it was not received again since. */
  receivedAt(queue: string, messageId: string, count: number): number | undefined {
    return this.store.get<{ received: number }>(
      "SELECT received FROM sqs_messages WHERE queue = ? AND message_id = ? AND count = ?",
      queue,
      messageId,
      count,
    )?.received;
  }

  hide(queue: string, messageId: string, until: number): void {
    this.store.run(
      "UPDATE sqs_messages SET visible = ? WHERE queue = ? AND message_id = ?",
      until,
      queue,
      messageId,
    );
  }

  count(queue: string, now: number): Counts {
    return this.store.get<Counts>(
      "SELECT count(*) FILTER (WHERE visible <= ?1) AS visible, " +
        "count(*) FILTER (WHERE visible > ?1 AND count > 0) AS inFlight, " +
        "count(*) FILTER (WHERE visible > ?1 AND count = 0) AS delayed FROM sqs_messages WHERE queue = ?2",
      now,
      queue,
    )!;
  }

  /** Deletes messages sent at or before a time. */
  expire(queue: string, sentUntil: number): void {
    this.store.run("DELETE FROM sqs_messages WHERE queue = ? AND sent <= ?", queue, sentUntil);
  }

  clear(queue: string): void {
    this.store.run("DELETE FROM sqs_messages WHERE queue = ?", queue);
  }
}
