/** CloudWatch: metrics of users and of the services, and alarms on them. */
import type { Core, MetricValues, ServiceMetrics } from "../core.ts";
import type { Service } from "../dispatcher.ts";
import { operationsOf } from "../operation.ts";
import * as alarms from "./alarms.ts";
import { AlarmWatch } from "./alarm_watch.ts";
import type { CloudWatchContext } from "./context.ts";
import * as getMetrics from "./get_metrics.ts";
import { MetricStore } from "./metric_store.ts";
import { PROTOCOLS } from "./protocol.ts";
import * as putMetricData from "./put_metric_data.ts";
import * as tags from "./tags.ts";

/** One service for each protocol, on the same state. */
export function createCloudWatch(
  core: Core,
): { access: ServiceMetrics; services: Service<CloudWatchContext>[] } {
  const metrics = new MetricStore(core);
  const watch = new AlarmWatch(core, metrics);
  const context: CloudWatchContext = { core, metrics, alarms: watch };
  const operations = operationsOf<CloudWatchContext>(putMetricData, getMetrics, alarms, tags);
  const services = PROTOCOLS.map((protocol) => ({ name: "monitoring", protocol, operations, context }));
  const [first, ...others] = services;
  return {
    access: {
      publish: (namespace: string, dimensions: Readonly<Record<string, string>>, values: MetricValues) =>
        metrics.publish(namespace, dimensions, values),
    },
    services: [{ ...first!, start: () => watch.start(), stop: () => watch.stop() }, ...others],
  };
}
