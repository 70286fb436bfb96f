import { RuntimeProcess } from "../lib/local/lambda/runtime_process.ts";
import { startProgram } from "./local/testing/program.ts";
import { deploy, invoke, withLambda } from "./local/lambda/testing.ts";
import { sessionOf, sign } from "./local/security/testing/signing.ts";
const median = (xs: number[]) => xs.toSorted((a, b) => a - b)[Math.floor(xs.length / 2)]!;
const proto = RuntimeProcess.prototype as any;
const { freeze, thaw } = proto;
await withLambda(async (lambda, aws) => {
  await deploy(lambda, "f", "export const handler = async () => 1");
  const session = await sessionOf(aws, "caller", [{ Effect: "Allow", Action: "lambda:*", Resource: "*" }]);
  const path = "/2015-03-31/functions/f/invocations";
  const once = async (endpoint: string) => {
    const headers = sign(session, { endpoint, path, service: "lambda", method: "POST", body: "{}" });
    const t = performance.now();
    const r = await fetch(endpoint + path, { method: "POST", body: "{}", headers });
    await r.text();
    if (r.status !== 200) throw new Error(String(r.status));
    return performance.now() - t;
  };
  const round = async (endpoint: string, frozen: boolean) => {
    proto.freeze = frozen ? freeze : () => {};
    const xs: number[] = [];
    for (let i = 0; i < 300; i++) xs.push(await once(endpoint));
    return median(xs);
  };
  for (let i = 0; i < 50; i++) await once(aws.endpoint);
  const table: Record<string, number[]> = {};
  for (let k = 0; k < 6; k++) {
    for (
      const [name, endpoint, frozen] of [
        ["users frozen", aws.endpoint, true],
        ["users running", aws.endpoint, false],
        ["functions frozen", aws.functionEndpoint, true],
        ["functions running", aws.functionEndpoint, false],
      ] as const
    ) {
      (table[name] ??= []).push(await round(endpoint, frozen));
    }
  }
  for (const [name, xs] of Object.entries(table)) {
    console.log(
      name,
      "p50",
      median(xs).toFixed(2),
      "rounds",
      xs.map((x) => x.toFixed(2)).join(" "),
    );
  }
});
const inits: Record<string, number[]> = { own: [], alone: [] };
for (let k = 0; k < 8; k++) {
  for (const ownRoot of [true, false]) {
    await withLambda(async (lambda) => {
      await deploy(lambda, "f", "export const handler = async () => 1");
      const { log } = await invoke(lambda, "f");
      const ms = Number(/Init Duration: ([\d.]+) ms/.exec(log.join("\n"))![1]);
      if (k > 0) inits[ownRoot ? "own" : "alone"]!.push(ms);
    }, { lambda: { ownRoot } });
  }
}
for (const [name, xs] of Object.entries(inits)) {
  console.log(
    "init",
    name,
    "p50",
    median(xs).toFixed(0),
    xs.map((x) => x.toFixed(0)).join(" "),
  );
}
Deno.exit(0);
