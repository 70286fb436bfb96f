/** The alarms of a region: evaluates them once a minute, keeps what became of them, and has their actions done. */
import { AwsError } from "../errors.ts";
import type { Core } from "../core.ts";
import { publish } from "../sns/publish.ts";
import type { Collection } from "../store.ts";
import { type Alarm, type AlarmState, periodOf, queriesOf, type StateValue } from "./alarm.ts";
import { AlarmHistory } from "./alarm_history.ts";
import { type Datapoint, evaluate, type Evaluation, evaluationRange } from "./evaluation.ts";
import { type MetricStore, minuteOf } from "./metric_store.ts";
import { alarmMessage, alarmSubject, alarmTime } from "./alarm_message.ts";
import { evaluateQueries } from "./queries.ts";

/** Milliseconds between two looks whether a minute has passed. */
const TICK_MS = 1000;
/** Ticks between two looks at old metrics. */
const TIDY_TICKS = 600;

export class AlarmWatch {
  readonly #alarms: Collection<Alarm>;
  readonly history: AlarmHistory;
  #evaluatedAt = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(readonly core: Core, readonly metrics: MetricStore) {
    this.#alarms = core.store.collection("cloudwatch.alarms");
    this.history = new AlarmHistory(core);
  }

  start(): void {
    let ticks = 0;
    let untidy = false;
    const look = () => {
      this.metrics.flush();
      this.evaluateDue();
      if (++ticks % TIDY_TICKS === 1) {
        untidy = true;
        this.history.tidy();
      }
      untidy &&= this.metrics.tidy();
    };
    this.#timer = setInterval(() => {
      try {
        look();
      } catch (error) {
        this.core.fault(error, "The metrics");
      }
    }, TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.metrics.flush();
  }

  get(name: string): Alarm | undefined {
    return this.#alarms.get(name);
  }

  list(): Alarm[] {
    return this.#alarms.list();
  }

  put(alarm: Alarm): void {
    this.#alarms.put(alarm.configuration.AlarmName, alarm);
  }

  delete(name: string): void {
    this.#alarms.delete(name);
  }

  /** Lets the next look at the alarms evaluate them, whatever the minute. */
  evaluateSoon(): void {
    this.#evaluatedAt = 0;
  }

  /** Evaluates all alarms if that has not been done in this minute. Whoever reads alarms calls it first. */
  evaluateDue(): void {
    const minute = minuteOf(this.core.now() / 1000);
    if (this.#evaluatedAt === minute) return;
    this.#evaluatedAt = minute;
    for (const alarm of this.list()) {
      try {
        this.#evaluate(alarm, minute);
      } catch (error) {
        this.core.fault(error, `The alarm ${alarm.configuration.AlarmName}`);
      }
    }
  }

  /** Sets an alarm's state; a change is noted, and its actions are done. */
  setState(alarm: Alarm, value: StateValue, reason: string, reasonData?: string): void {
    const now = this.core.now();
    const old = alarm.state;
    const isChange = value !== old.value;
    const transitioned = isChange ? now : old.transitioned;
    const state: AlarmState = { value, reason, reasonData, updated: now, transitioned };
    const changed = { ...alarm, state };
    this.put(changed);
    if (!isChange) return;
    this.history.noteState(alarm, state);
    if (alarm.configuration.ActionsEnabled) this.#act(changed, old.value);
  }

  #evaluate(alarm: Alarm, minute: number): void {
    const { configuration, state } = alarm;
    const period = periodOf(configuration);
    const count = evaluationRange(configuration);
    const from = minute - count * period;
    const { queries, watched } = queriesOf(configuration);
    const { series } = evaluateQueries(this.metrics, queries, from, minute)
      .find(({ query }) => query.Id === watched)!;
    const range = Array.from({ length: count }, (_, i): Datapoint => {
      const start = from + i * period;
      return { start, value: series.get(start) };
    });
    const found = evaluate(configuration, range, state.value);
    if (found && found.state !== state.value) {
      this.setState(alarm, found.state, found.reason, this.#reasonData(alarm, found));
    }
  }

  /** The values that decided, as AWS has them in StateReasonData. */
  #reasonData({ configuration }: Alarm, { evaluated }: Evaluation): string {
    const { Threshold, Statistic, ExtendedStatistic, Unit } = configuration;
    const seen = evaluated.filter(({ value }) => value !== undefined);
    const oldest = seen.at(-1);
    return JSON.stringify({
      version: "1.0",
      queryDate: alarmTime(this.core.now()),
      startDate: oldest && alarmTime(oldest.start * 1000),
      unit: Unit,
      statistic: Statistic ?? ExtendedStatistic,
      period: periodOf(configuration),
      recentDatapoints: seen.map(({ value }) => value).toReversed(),
      threshold: Threshold,
      evaluatedDatapoints: evaluated.map(({ start, value }) => ({
        timestamp: alarmTime(start * 1000),
        value,
      })),
    });
  }

  #act(alarm: Alarm, before: StateValue): void {
    const { OKActions, AlarmActions, InsufficientDataActions } = alarm.configuration;
    const actions = { OK: OKActions, ALARM: AlarmActions, INSUFFICIENT_DATA: InsufficientDataActions };
    for (const TopicArn of actions[alarm.state.value]) {
      const message = {
        TopicArn,
        Subject: alarmSubject(this.core, alarm),
        Message: alarmMessage(this.core, alarm, before),
      };
      try {
        // CloudWatch acts for itself: the topic's policy must allow it, as the default one does.
        const principal = { arn: "cloudwatch.amazonaws.com", serviceFor: alarm.AlarmArn };
        this.core.call(publish, message, { principal });
        this.history.noteAction(alarm, TopicArn);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        this.history.noteAction(alarm, TopicArn, error.message);
      }
    }
  }
}
