/** How much memory a process uses. */
import { readFileSync } from "node:fs";

/** Resident memory in megabytes: current (`VmRSS`) or peak (`VmHWM`); undefined where there is no /proc. */
export function megabytes(pid: number, field: "VmRSS" | "VmHWM"): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const kilobytes = status.match(new RegExp(`^${field}:\\s+(\\d+) kB`, "m"))?.[1];
    return kilobytes === undefined ? undefined : Math.ceil(Number(kilobytes) / 1024);
  } catch {
    return undefined;
  }
}
