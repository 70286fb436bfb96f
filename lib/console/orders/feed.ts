/**
 * All executions of the state machine, the newest first, kept up to date while somebody looks. Lists are asked for whole;
 * what a DescribeExecution costs, only for orders that are on a screen, or that a filter asks about.
 */
import { ListExecutionsCommand, type ListExecutionsCommandInput } from "@aws-sdk/client-sfn";
import type { Aws } from "../../aws/clients.ts";
import { mapBounded } from "../../concurrent.ts";
import { stagedDataset } from "../../dataset/staging.ts";
import { stateMachineArn } from "../../workflow/state_machine.ts";
import { View } from "../live.ts";
import { isRead, type Order, readDetail } from "./order.ts";
import { bucketsFor } from "./token_bucket.ts";

/** What a page is told when something has changed. */
export interface FeedState {
  /** Whether there is a state machine. */
  deployed: boolean;
  /** Grows with every change. */
  version: number;
  total: number;
  /** Whether all executions are listed. */
  complete: boolean;
  /** How many of them are known in detail. */
  read: number;
}

/** More executions than these are not shown. */
const MOST = 200_000;
/** The largest page of ListExecutions, and one that finds what is new. */
const PAGE = 1000;
const NEW = 100;
/** How many pages of old executions one look asks for. */
const OLD_PAGES = { local: 10, aws: 1 };
/** How many orders one look reads without being on a screen. */
const READ_AHEAD = { local: 150, aws: 15 };
/** The newest orders are read for the overview, also when no filter asks. */
const NEWEST = 500;
/** How long a filter that needs details has them read for. */
const WANTED_MS = 10_000;
const CONCURRENCY = 8;

export class OrderFeed {
  readonly orders: Order[] = [];
  readonly view: View<FeedState>;
  readonly #byArn = new Map<string, Order>();
  readonly #running = new Set<Order>();
  readonly #buckets: ReturnType<typeof bucketsFor>;
  readonly #reading = new Map<string, Promise<void>>();
  /** Token of the next page of old executions; undefined before the first and after the last page. */
  #older: string | undefined;
  #looking: Promise<FeedState> | undefined;
  #state: FeedState = { deployed: false, version: 0, total: 0, complete: false, read: 0 };
  #wantedUntil = 0;
  #classes: string[] | undefined;

  constructor(readonly aws: Aws) {
    this.#buckets = bucketsFor(aws);
    this.view = new View(() => this.look(), aws.target === "local" ? 0.7 : 3);
  }

  /** What is known now. The first one asks; others are answered at once, and what is new comes with the next. */
  async state(): Promise<FeedState> {
    if (this.#state.version === 0 || !this.#state.deployed) return await this.look();
    if (!this.view.isPolling) this.look().catch(() => {}); // the next one to ask is told
    return this.#state;
  }

  /** Asks what is new. */
  look(): Promise<FeedState> {
    return this.#looking ??= this.#look().finally(() => this.#looking = undefined);
  }

  /** The names of the classes; none before anything is staged. */
  async classes(): Promise<string[]> {
    this.#classes ??= (await stagedDataset(this.aws).catch(() => undefined))?.classes;
    return this.#classes ?? [];
  }

  /** Has the details of all orders read, as somebody filters by them. */
  want(): void {
    this.#wantedUntil = Date.now() + WANTED_MS;
  }

  /** Reads what is not known of orders on a screen, at once. @param keep tokens for whoever is in more of a hurry */
  async read(orders: readonly Order[], keep = 0): Promise<void> {
    const unread = orders.filter((order) => !isRead(order));
    await mapBounded(unread, CONCURRENCY, (order) => this.#readOne(order, keep));
  }

  async #look(): Promise<FeedState> {
    try {
      const isFirst = this.orders.length === 0;
      await this.#listNew(isFirst);
      if (!isFirst) await this.#listOld(); // the first look answers with the first page
      await this.#checkRunning();
      this.#change({ deployed: true });
      void this.#readAhead();
    } catch (error) {
      if ((error as Error).name !== "StateMachineDoesNotExist") throw error;
      this.#change({ deployed: false, complete: true });
    }
    return this.#state;
  }

  async #listNew(isFirst: boolean): Promise<void> {
    const found: Order[] = [];
    let nextToken: string | undefined;
    let met = false;
    do {
      const page = await this.#list({ maxResults: isFirst ? PAGE : NEW, nextToken });
      for (const order of page.orders) {
        if (this.#note(order)) found.push(order);
        else met = true;
      }
      nextToken = page.nextToken;
    } while (nextToken && !met && !isFirst);
    if (isFirst) {
      this.#older = nextToken;
      this.#state.complete = nextToken === undefined;
    }
    this.orders.unshift(...found);
  }

  async #listOld(): Promise<void> {
    for (let pages = 0; this.#older && pages < OLD_PAGES[this.aws.target]; pages++) {
      const page = await this.#list({ maxResults: PAGE, nextToken: this.#older });
      for (const order of page.orders) if (this.#note(order)) this.orders.push(order);
      this.#older = this.orders.length < MOST ? page.nextToken : undefined;
      this.#state.complete = this.#older === undefined;
      this.#state.version++;
    }
  }

  /** Executions that run for long are not among the newest. */
  async #checkRunning(): Promise<void> {
    if (this.#running.size === 0) return;
    const { orders, nextToken } = await this.#list({ statusFilter: "RUNNING", maxResults: PAGE });
    if (nextToken) return; // more than a thousand run: the next looks find them among the newest
    const still = new Set(orders.map(({ arn }) => arn));
    await this.read(
      [...this.#running].filter(({ arn }) => !still.has(arn)).map((order) => {
        order.detail = undefined;
        return order;
      }),
    );
  }

  async #list(input: Omit<ListExecutionsCommandInput, "stateMachineArn">) {
    await this.#buckets.list.take();
    const { executions = [], nextToken } = await this.aws.sfn.send(
      new ListExecutionsCommand({ stateMachineArn: stateMachineArn(this.aws), ...input }),
    );
    const orders = executions.map(({ executionArn, name, status, startDate, stopDate }): Order => ({
      arn: executionArn!,
      name: name!,
      status: status!,
      start: startDate!.getTime(),
      ...stopDate ? { stop: stopDate.getTime() } : {},
    }));
    return { orders, nextToken };
  }

  /** Takes over what a list says of an order. @returns whether it was unknown */
  #note(order: Order): boolean {
    const known = this.#byArn.get(order.arn);
    if (known) {
      if (known.status !== order.status) this.#update(known, order);
      return false;
    }
    this.#byArn.set(order.arn, order);
    this.#update(order, order);
    return true;
  }

  #update(order: Order, { status, stop }: Pick<Order, "status" | "stop">): void {
    Object.assign(order, { status, stop });
    if (status === "RUNNING") this.#running.add(order);
    else this.#running.delete(order);
    this.#state.version++;
  }

  #change(part: Partial<FeedState>): void {
    this.#state = { ...this.#state, ...part, total: this.orders.length };
    if (this.#state.version === 0) this.#state.version = 1;
  }

  async #readAhead(): Promise<void> {
    const wanted = Date.now() < this.#wantedUntil ? this.orders : this.orders.slice(0, NEWEST);
    const unread: Order[] = [];
    for (const order of wanted) {
      if (!isRead(order)) unread.push(order);
      if (unread.length >= READ_AHEAD[this.aws.target]) break;
    }
    const half = this.#buckets.describe.size / 2;
    await this.read(unread, half).catch(() => {}); // the next look says why
  }

  #readOne(order: Order, keep: number): Promise<void> {
    let reading = this.#reading.get(order.arn);
    if (!reading) {
      reading = readDetail(this.aws.sfn, order.arn, this.#buckets, keep).then(({ stop, ...detail }) => {
        if (detail.status !== order.status) this.#update(order, { status: detail.status, stop });
        if (!order.detail) this.#state.read++;
        order.detail = detail;
        this.#state.version++;
      }).finally(() => this.#reading.delete(order.arn));
      this.#reading.set(order.arn, reading);
    }
    return reading;
  }
}
