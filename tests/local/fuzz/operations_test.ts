/**
 * Valid, damaged and hostile requests at every operation: the answer is always one that AWS could give, a success or an
 * error of the 400s in the service's own form, and it comes soon.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Service } from "../../../lib/local/dispatcher.ts";
import type { Operation } from "../../../lib/local/operation.ts";
import { validate } from "../../../lib/local/shapes.ts";
import { withServices } from "../testing.ts";
import { check, RUNS } from "./testing/check.ts";
import { perhapsDamaged } from "./testing/damaged.ts";
import { GOOD } from "./testing/good.ts";
import { hostileJson, mutated } from "./testing/hostile.ts";
import { type Protocol, withTarget } from "./testing/target.ts";
import { membersOf, validValue } from "./testing/valid.ts";
import { ANYTHING, awsJson, query, rest, rpcCbor, type Writer } from "./testing/wire.ts";

/** How each service is spoken to, by the name that it signs for; those that share one in their order. */
const WIRES: Readonly<Record<string, readonly (readonly [Protocol, Writer])[]>> = {
  iam: [["query", query]],
  sts: [["query", query]],
  lambda: [["rest-json", rest]],
  states: [["json", awsJson("AWSStepFunctions")]],
  sagemaker: [["json", awsJson("SageMaker")], ["rest-json", rest]],
  logs: [["json", awsJson("Logs_20140328")]],
  monitoring: [
    ["query", query],
    ["cbor", rpcCbor("GraniteServiceVersion20100801")],
    ["json", awsJson("GraniteServiceVersion20100801")],
  ],
  servicequotas: [["json", awsJson("ServiceQuotasV20190624")]],
  sqs: [["json", awsJson("AmazonSQS")]],
  sns: [["query", query]],
  s3: [["rest-xml", rest]],
};

/** Input that keeps to the shape, and is good where the shape alone does not say what is. */
function validInput({ name, input }: Operation, made: Record<string, string[]>): fc.Arbitrary<object> {
  const valid = validValue(input, made) as fc.Arbitrary<object> | undefined;
  assert.ok(valid, `no valid input of ${name} can be drawn: a member needs a known value`);
  const good = GOOD[name];
  return good ? fc.oneof(fc.constant(good), valid.map((more) => ({ ...more, ...good })), valid) : valid;
}

/** What takes something away comes last, most of all what others are within. */
function inOrder(operations: Iterable<Operation>): Operation[] {
  const rank = ({ name }: Operation) =>
    /^Delete(Bucket|Function|LogGroup|Queue|Role|Topic)$/.test(name)
      ? 2
      : /^(Delete|Abort|Complete|Detach|Purge|Stop|Unsubscribe)/.test(name)
      ? 1
      : 0;
  return [...operations].sort((a, b) => rank(a) - rank(b));
}

const sameName = (services: readonly Service[], { name }: Service) =>
  services.filter((service) => service.name === name);

Deno.test("every operation of every service", async (t) => {
  await withServices(async (services) => {
    assert.deepEqual([...new Set(services.map(({ name }) => name))].sort(), Object.keys(WIRES).sort());
    const refused: string[] = [];
    let operations = 0;
    for (const service of services) {
      const { name } = service;
      const [protocol, writer] = WIRES[name]![sameName(services, service).indexOf(service)]!;
      await withTarget(async (send, made) => {
        for (const operation of inOrder(service.operations.values())) {
          operations++;
          await t.step(`${name} ${operation.name}`, async () => {
            const valid = validInput(operation, made);
            let succeeded = false;
            await check(valid, async (input) => {
              assert.deepEqual(validate(operation.input, input).violations, []);
              const answer = await send(name, protocol, writer(operation, input));
              succeeded ||= answer.status < 400;
            }, Math.ceil(RUNS / 2));
            if (!succeeded) refused.push(`${name} ${operation.name}`);
            const members = membersOf(operation.input);
            const input = fc.oneof(
              { arbitrary: valid.chain((good) => mutated(good, members)), weight: 3 },
              { arbitrary: hostileJson(members), weight: 1 },
            );
            const request = perhapsDamaged(input.map((one) => writer(operation, one)));
            await check(request, (one) => send(name, protocol, one));
          });
        }
        if (protocol !== "json" && protocol !== "query") return;
        for (const unknown of ["Unknown", ""]) {
          await t.step(`${name} ${unknown}`, async () => {
            const operation = { name: unknown, input: ANYTHING };
            const request = hostileJson(["a", "b"]).map((input) => writer(operation, input));
            await check(perhapsDamaged(request), (one) => send(name, protocol, one));
          });
        }
      });
    }
    // Some find nothing to answer, or that another request was first.
    assert.ok(refused.length < operations / 2, `valid requests were refused by ${refused.join(", ")}`);
  });
});
