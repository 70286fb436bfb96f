/**
 * Leads connections to the users' port of the local AWS to the functions' port, the only one that a function may use:
 * AWS's SDK connects to the host in a QueueUrl, and functions get QueueUrls from users.
 */
import net from "node:net";

interface Target {
  host?: string;
  port?: number | string;
}

export function leadConnections({ users, functions }: { users: number; functions: number }): void {
  const { connect } = net.Socket.prototype;
  net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]) {
    const target = (Array.isArray(args[0]) ? args[0][0] : args[0]) as Target | undefined;
    if (Number(target?.port) === users && ["127.0.0.1", "localhost"].includes(target!.host ?? "")) {
      Object.assign(target!, { host: "127.0.0.1", port: functions });
    }
    return (connect as (...args: unknown[]) => net.Socket).apply(this, args);
  } as typeof connect;
}
