/** The thread that evaluates JSONata: it answers one request after the other, until it is ended from outside. */
import process from "node:process";
import { workerData } from "node:worker_threads";
import { Channel, type Memory } from "./channel.ts";
import { Sandbox } from "./sandbox.ts";

// A failure can leave a promise rejected that nobody awaits any more. It must not end the process.
addEventListener("unhandledrejection", (event) => event.preventDefault());

const channel = new Channel(workerData as Memory);
const sandbox = new Sandbox();
for (;;) {
  const text = channel.next();
  const { user, system } = process.threadCpuUsage();
  channel.started((user + system) / 1000);
  const { fill, inspect } = JSON.parse(text);
  channel.answer(JSON.stringify(fill ? sandbox.fill(fill) : sandbox.inspect(inspect)));
}
