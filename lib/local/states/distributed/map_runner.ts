/**
 * Runs Map Runs: reads items, starts child executions, counts how they end. It keeps nothing in memory but the items of
 * one chunk: the store has the position, the counts and the results, and after a restart the run goes on from there.
 */
import type { Core } from "../../core.ts";
import { denialText } from "../../protocols/protocol.ts";
import { turn } from "../../turn.ts";
import type { Children, MapRunOrder, MapRuns, TaskCaller } from "../interpreter/flow.ts";
import type { Ending, Execution } from "../interpreter/journal.ts";
import { DATA_LIMIT } from "../language/asl.ts";
import { asFailure, StateFailure, tooLarge } from "../language/failures.ts";
import type { MachineStore } from "../machines.ts";
import { Inputs, type Reader } from "./inputs.ts";
import { type MapRun, type MapRunStore, OUTCOMES } from "./map_run_store.ts";
import { s3Reader } from "./readers/s3_reader.ts";
import { readStateData } from "./readers/state_data.ts";
import { writeResults } from "./result_writer.ts";
import { elements, outcomeOf, resultOf } from "./results.ts";

/** How many children run at once without a limit of the state's; AWS's is 10,000. */
const MOST_CHILDREN = 1000;
/** How many children are started in one go. */
const STARTED_AT_ONCE = 25;

export class MapRunner implements MapRuns {
  /** Wakes the run of each id when a child has ended, or its limits have changed. */
  readonly #wakes = new Map<number, () => void>();

  constructor(
    private readonly core: Core,
    private readonly machines: MachineStore,
    readonly store: MapRunStore,
  ) {}

  /** Runs it to its end; returns the state's result. @throws StateFailure */
  async run(order: MapRunOrder, caller: TaskCaller): Promise<string> {
    const mapRun = this.store.find(order.arn) ?? this.#create(order);
    try {
      this.#requireStart(mapRun, caller);
      await this.#startChildren(mapRun, order, caller);
      return await this.#result(this.store.byId(mapRun.id)!, caller, order.state);
    } catch (error) {
      if (caller.signal.aborted) throw error;
      await this.#abort(mapRun.id, caller.children);
      const failure = asFailure(error);
      this.store.end(mapRun.id, caller.cancelled.aborted ? "ABORTED" : "FAILED", this.core.now());
      await this.#writeFailed(this.store.byId(mapRun.id)!, caller);
      throw failure;
    }
  }

  /** Notes the end of a child execution; part of the transaction that ends it. */
  childEnded(execution: Execution, ending: Ending): void {
    const child = this.store.child(execution.id);
    if (!child) return;
    const result = resultOf(this.store.byId(child.mapRun)!, execution, ending);
    this.store.ended(child, outcomeOf(ending.status), result);
    if (execution.type === "EXPRESS") this.store.forget(execution.id);
    // The run must not go on before the transaction is over.
    queueMicrotask(() => this.wake(child.mapRun));
  }

  /** Ends the Map Runs whose executions a kill ended before them. */
  async endOrphans(children: Children): Promise<void> {
    for (const { id } of this.store.orphans()) {
      await this.#abort(id, children);
      this.store.end(id, "ABORTED", this.core.now());
    }
  }

  wake(id: number): void {
    this.#wakes.get(id)?.();
  }

  #create({ arn, execution, roleArn, settings, processor, items }: MapRunOrder): MapRun {
    const { machineName } = settings;
    return this.core.store.transaction(() =>
      this.store.insert({
        arn,
        executionArn: execution.arn,
        settings,
        revision: this.machines.addRevision({
          machineArn: this.machines.arn(machineName),
          machineName,
          definition: JSON.stringify(processor),
          roleArn,
          updateDate: this.core.now(),
        }),
        startDate: this.core.now(),
        length: items?.length ?? null,
      })
    );
  }

  /** The role must be allowed to start executions of its own machine, as on AWS. @throws StateFailure States.Permissions */
  #requireStart({ settings: { machineName } }: MapRun, { principal }: TaskCaller): void {
    const resource = this.machines.arn(machineName.replace(/\/.*$/, ""));
    const denial = this.core.iam.decide(
      principal(),
      { action: "states:StartExecution", resource },
      this.core.region,
    );
    if (denial) throw new StateFailure("States.Permissions", denialText(denial));
  }

  /** Starts children until all items are read and all children have ended. @throws StateFailure */
  async #startChildren(mapRun: MapRun, order: MapRunOrder, caller: TaskCaller): Promise<void> {
    const { id, cursor, settings: { reader, batch } } = mapRun;
    const read: Reader = reader ? s3Reader(reader, caller) : readStateData(order.items!);
    const inputs = new Inputs(read, cursor, order.select, batch, reader?.maxItems ?? Infinity, order.state);
    const wake = () => this.wake(id);
    caller.cancelled.addEventListener("abort", wake);
    caller.signal.addEventListener("abort", wake);
    try {
      for (;;) {
        caller.cancelled.throwIfAborted();
        caller.signal.throwIfAborted();
        const changed = Promise.withResolvers<void>();
        this.#wakes.set(id, changed.resolve);
        const now = this.store.byId(id)!;
        if (exceedsTolerated(now)) {
          throw new StateFailure(
            "States.ExceedToleratedFailureThreshold",
            "The specified tolerated failure threshold was exceeded",
          );
        }
        const { running } = now.executions;
        if (now.isRead && running === 0) return;
        const room = Math.min(now.maxConcurrency || MOST_CHILDREN, MOST_CHILDREN) - running;
        if (room > 0 && !now.isRead) {
          await this.#startSome(now, inputs, Math.min(room, STARTED_AT_ONCE), caller.children);
          await turn();
        } else await changed.promise;
      }
    } finally {
      this.#wakes.delete(id);
      caller.signal.removeEventListener("abort", wake);
      await inputs.close();
    }
  }

  /** Starts up to `limit` children in one transaction with the new position. */
  async #startSome(mapRun: MapRun, inputs: Inputs, limit: number, children: Children): Promise<void> {
    const { id, revision, settings: { machineName, type } } = mapRun;
    const next = await inputs.next(limit);
    if (next.length > 0) {
      const machineArn = this.machines.arn(machineName);
      const startDate = this.core.now();
      const texts = next.map(({ text }) => text);
      children.start({ machineArn, revision, type, startDate }, texts, (executions) =>
        this.store.started(
          id,
          executions.map((execution, index) => {
            const { items, cursor } = next[index]!;
            return { execution: execution.id, mapRun: id, position: cursor.children - 1, items };
          }),
          next.at(-1)!.cursor,
        ));
    }
    if (next.length < limit) this.store.allRead(id);
  }

  async #abort(id: number, children: Children): Promise<void> {
    for (let some = this.store.children(id, "RUNNING", 100); some.length > 0;) {
      for (const { arn } of some) children.abort(arn);
      await turn();
      some = this.store.children(id, "RUNNING", 100);
    }
  }

  /** Ends the Map Run; returns the state's result. */
  async #result(mapRun: MapRun, caller: TaskCaller, state: string): Promise<string> {
    const { id, settings: { writer } } = mapRun;
    const written = mapRun.executions.succeeded + mapRun.executions.failed + mapRun.executions.timedOut;
    const isFlat = writer?.transformation === "FLATTEN";
    const text = writer?.destination
      ? JSON.stringify(await writeResults(mapRun, this.store, writer, writer.destination, caller))
      : this.#collected(mapRun, isFlat, state);
    this.core.store.transaction(() => {
      this.store.dropResults(id, written);
      this.store.end(id, "SUCCEEDED", this.core.now());
    });
    return text;
  }

  /** The results as the state's output. @throws StateFailure States.DataLimitExceeded */
  #collected({ id, resultsLength, settings }: MapRun, isFlat: boolean, state: string): string {
    if (resultsLength > DATA_LIMIT) throw tooLarge(state);
    const results = this.store.results(id, -1, Number.MAX_SAFE_INTEGER);
    const texts = results.flatMap(({ result }) => elements(result, isFlat));
    return settings.writer?.outputType === "JSONL" ? JSON.stringify(texts.join("\n")) : `[${texts}]`;
  }

  /** A Map Run that fails writes its results too, as far as it can. */
  async #writeFailed(mapRun: MapRun, caller: TaskCaller): Promise<void> {
    const { id, settings: { writer }, executions } = mapRun;
    if (!writer?.destination || caller.cancelled.aborted) return;
    try {
      await writeResults(mapRun, this.store, writer, writer.destination, caller);
      const written = OUTCOMES.reduce((sum, outcome) => sum + executions[outcome], 0);
      this.store.dropResults(id, written);
    } catch {
      // The failure that led here counts.
    }
  }
}

/** Whether more items have failed than the state tolerates: by default none may. */
function exceedsTolerated({ tolerated, items, isRead, length }: MapRun): boolean {
  const failed = items.failed + items.timedOut + items.aborted;
  if (failed === 0) return false;
  const { count, percentage } = tolerated;
  if (count === undefined && percentage === undefined) return true;
  if (count !== undefined && failed > count) return true;
  const all = length ?? (isRead ? items.running + items.succeeded + failed : undefined);
  return percentage !== undefined && all !== undefined && failed * 100 > percentage * all;
}
