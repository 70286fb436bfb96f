/** The state of everything on one page. */
import { stream, View } from "../live.ts";
import { type Attention, attentionOf } from "../overview/attention.ts";
import { type DriftVerdict, DriftWatch } from "../overview/drift.ts";
import { type Figures, figuresOf } from "../overview/figures.ts";
import { findResources, type Resources } from "../overview/resources.ts";
import type { Routes } from "../route.ts";

export interface Overview {
  deployed: boolean;
  figures: Figures;
  resources: Resources;
  /** Absent without a baseline. */
  drift?: DriftVerdict;
  attention: Attention[];
}

/** Endpoint and jobs change slowly, and AWS throttles SageMaker's Describe operations. */
const SLOWER = 5;

export const overviewRoutes: Routes = (app, aws, orders) => {
  const watch = new DriftWatch(aws);
  let resources: { at: number; found: Resources } | undefined;
  const everySeconds = aws.target === "local" ? 2 : 10;

  async function look(): Promise<Overview> {
    const { deployed } = await orders.look();
    if (!resources || Date.now() - resources.at > SLOWER * everySeconds * 1000) {
      resources = { at: Date.now(), found: await findResources(aws) };
    }
    const drift = await watch.verdict(orders.orders, await orders.classes());
    const { found } = resources;
    const drifts = drift && ["some", "strong"].includes(drift.verdict) ? drift.words.join(" ") : undefined;
    return {
      deployed,
      figures: figuresOf(orders.orders),
      resources: found,
      drift,
      attention: attentionOf({ orders: orders.orders, deployed, resources: found, drift: drifts }),
    };
  }

  const view = new View(look, everySeconds);
  app.get("/api/overview/live", (c) => stream(c, (listener) => view.listen(listener)));
};
