/** The regions of the local AWS: each has services, a database and files of its own, and sees nothing of another. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Service } from "./dispatcher.ts";
import { Store } from "./store.ts";

/** Of the partition `aws` (botocore, `partitions.json`). */
const NAMES: readonly string[] = [
  ...["af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3"],
  ...["ap-south-1", "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4"],
  ...["ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1", "eu-central-1"],
  ...["eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3"],
  ...["il-central-1", "me-central-1", "me-south-1", "mx-central-1", "sa-east-1", "us-east-1", "us-east-2"],
  ...["us-west-1", "us-west-2"],
];

/** Where a region keeps its state. */
export interface Place {
  readonly region: string;
  readonly store: Store;
  readonly stateDir: string;
}

interface Region {
  readonly place: Place;
  readonly services: readonly Service[];
}

/**
 * The region in which a state directory began has its state in the directory itself, beside that of the global
 * services. Every other region has a directory below, made when the region is first used.
 */
export class Regions {
  readonly #open = new Map<string, Region>();
  readonly #home: string;
  #hasBegun = false;

  /**
   * Opens the given region, and those that have state.
   * @param main the directory and the store of the global services, and the region of requests that name none
   * @throws Error like `Store`
   */
  constructor(readonly main: Place, readonly create: (place: Place) => readonly Service[]) {
    this.#home = homeOf(main);
    const stored = NAMES.filter((region) => existsSync(this.#directory(region)));
    for (const region of new Set([main.region, this.#home, ...stored])) this.services(region);
  }

  /** Whether AWS has the region, or this directory was begun in it. */
  has(region: string): boolean {
    return NAMES.includes(region) || this.#open.has(region);
  }

  /** The region's services, always in the same order. A region that is new is opened, and its services started. */
  services(region: string): readonly Service[] {
    const known = this.#open.get(region);
    if (known) return known.services;
    const stateDir = this.#directory(region);
    const store = stateDir === this.main.stateDir ? this.main.store : new Store(stateDir);
    const place = { region, store, stateDir };
    const services = this.create(place);
    this.#open.set(region, { place, services });
    if (this.#hasBegun) {
      for (const service of services) void service.start?.(); // nothing is stored, so there is nothing to wait for
      for (const service of services) service.resume?.();
    }
    return services;
  }

  /** From now on the services of new regions start at once. */
  begin(): void {
    this.#hasBegun = true;
  }

  /** The services of all open regions. */
  all(): readonly Service[] {
    return [...this.#open.values()].flatMap(({ services }) => services);
  }

  /** Closes the regions' stores but the main one. */
  close(): void {
    for (const { place: { store } } of this.#open.values()) if (store !== this.main.store) store.close();
  }

  #directory(region: string): string {
    const below = join(this.main.stateDir, "regions", region);
    // It can be below even for the home region: when the main database was lost, and begun again in another region.
    return region === this.#home && !existsSync(below) ? this.main.stateDir : below;
  }
}

/** The region in which the directory began; older directories do not say, but the ARNs in them do. */
function homeOf({ region, store }: Place): string {
  const regions = store.collection<string>("regions");
  const home = regions.get("home") ?? (store.isNew ? region : regionOfArns(store) ?? region);
  regions.put("home", home);
  return home;
}

/** The region that most stored ARNs are of. */
function regionOfArns(store: Store): string | undefined {
  const counts = new Map<string, number>();
  for (const { value } of store.each<{ value: string }>("SELECT value FROM documents")) {
    for (
      const [, region] of value.matchAll(/arn:aws:(?:lambda|sagemaker|sns|states):([a-z0-9-]+):\d{12}:/g)
    ) {
      counts.set(region!, (counts.get(region!) ?? 0) + 1);
    }
  }
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}
