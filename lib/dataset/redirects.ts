/** Follows redirects, but not from another machine to this one. */
import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { DatasetError } from "./errors.ts";

const MAX_REDIRECTS = 10;
const REDIRECTS = [301, 302, 303, 307, 308];

/** Addresses of this machine, and those by which clouds hand out credentials. */
const LOCAL = new BlockList();
LOCAL.addSubnet("127.0.0.0", 8);
LOCAL.addSubnet("0.0.0.0", 8);
LOCAL.addSubnet("169.254.0.0", 16);
LOCAL.addAddress("::", "ipv6");
LOCAL.addAddress("::1", "ipv6");
LOCAL.addSubnet("fe80::", 10, "ipv6");

/**
 * Fetches an address. A server elsewhere must not make this program ask what listens on this machine: only an address
 * that is local itself may lead to local ones.
 * @throws DatasetError for a redirect that is refused, and for too many of them
 */
export async function fetchRedirected(url: string, init: RequestInit): Promise<Response> {
  let current = new URL(url);
  const mayBeLocal = await isLocal(current);
  for (let count = 0; count <= MAX_REDIRECTS; count++) {
    const response = await fetch(current, { ...init, redirect: "manual" });
    const location = response.headers.get("location");
    if (!REDIRECTS.includes(response.status) || location === null) return response;
    await response.body?.cancel();
    const target = URL.parse(location, current);
    if (!target || !["http:", "https:"].includes(target.protocol)) {
      throw new DatasetError(`${current} leads to ${location}, which is not an http: or https: address`);
    }
    if (!mayBeLocal && await isLocal(target)) {
      throw new DatasetError(`${url} leads to ${target}, an address of this machine, which is not followed`);
    }
    current = target;
  }
  throw new DatasetError(`${url} leads on more than ${MAX_REDIRECTS} times`);
}

/** Whether an address is one of this machine, by number, or by a name that leads there. */
export async function isLocal({ hostname }: URL): Promise<boolean> {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (/(^|\.)localhost\.?$/.test(host)) return true;
  if (isIP(host)) return isLocalAddress(host);
  // A name that cannot be found here may be known to a proxy.
  const addresses = await lookup(host, { all: true }).catch(() => []);
  return addresses.some(({ address }) => isLocalAddress(address));
}

function isLocalAddress(address: string): boolean {
  return LOCAL.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}
