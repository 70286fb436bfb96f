/** The dispatcher: an operation's input is checked, then its permission, then it runs. */
import assert from "node:assert/strict";
import { Dispatcher, type Service } from "../../lib/local/dispatcher.ts";
import { iamProtocol } from "../../lib/local/iam/protocol.ts";
import { lambdaProtocol } from "../../lib/local/lambda/protocol.ts";
import { logsProtocol } from "../../lib/local/logs/protocol.ts";
import {
  OPEN,
  type Operation,
  operationsOf,
  operationsOn,
  type Permission,
} from "../../lib/local/operation.ts";
import type { Protocol } from "../../lib/local/protocols/protocol.ts";
import { s3Protocol } from "../../lib/local/s3/protocol.ts";
import { runtimeProtocol, sagemakerProtocol } from "../../lib/local/sagemaker/protocol.ts";
import { notSupported, required, string, structure } from "../../lib/local/shapes.ts";
import { snsProtocol } from "../../lib/local/sns/protocol.ts";
import { sqsProtocol } from "../../lib/local/sqs/protocol.ts";
import { statesProtocol } from "../../lib/local/states/protocol.ts";

const ACCOUNT = "000000000000";
const principal = { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/r/s`, roleName: "r" };
const caller = { principal, region: "us-east-1" };

interface Shop {
  readonly sold: string[];
}
const operation = operationsOn<Shop>();

const sellScone = operation({
  action: "shop:SellScone",
  input: structure({ Name: required(string({ max: 5 })), Jam: notSupported(), Role: string() }),
  resource({ Name }) {
    if (Name === "none") throw new Error("There is no such scone.");
    return `arn:scone/${Name}`;
  },
  conditions: () => ({ "shop:Oven": "1" }),
  policy: ({ Name }) => Name === "free" ? "policy" : undefined,
  passRole: ({ Role }) => Role,
  run({ Name }, shop, { requestId }) {
    shop.sold.push(Name);
    return { Name, requestId };
  },
});
const lookAround = operation({ action: OPEN, input: structure({}), run: () => ({ Look: "around" }) });

/** A service whose authority allows all actions but those in `denied`, and records the permissions. */
function shop({ denied = [] as string[], protocol = lambdaProtocol as Protocol } = {}) {
  const asked: Permission[] = [];
  const dispatcher = new Dispatcher(() => ({
    account: ACCOUNT,
    region: "us-east-1",
    decide(principal, permission) {
      asked.push(permission);
      const { action, resource } = permission;
      return denied.includes(action) ? { principal, action, resource } : undefined;
    },
  }));
  const service: Service<Shop> = {
    name: "shop",
    protocol,
    operations: operationsOf({ sellScone, lookAround, else: 1 }),
    context: { sold: [] },
  };
  dispatcher.register(service);
  return { asked, dispatcher, service, sold: service.context.sold };
}

Deno.test("an operation is named after its constant, and runs the same for services and clients", () => {
  const { asked, dispatcher, service, sold } = shop();
  assert.deepEqual([...service.operations.keys()], ["SellScone", "LookAround"]);
  const sale = dispatcher.call(sellScone, { Name: "plain" }, { ...caller, requestId: "7" });
  assert.deepEqual(sale, { Name: "plain", requestId: "7" });
  const members = { Name: "fruit", Unknown: 1, Role: null };
  dispatcher.run(service, service.operations.get("SellScone")!, members, caller);
  assert.deepEqual(sold, ["plain", "fruit"]);
  const permission = { action: "shop:SellScone", conditions: { "shop:Oven": "1" }, policy: undefined };
  assert.deepEqual(asked, [
    { ...permission, resource: "arn:scone/plain" },
    { ...permission, resource: "arn:scone/fruit" },
  ]);
  dispatcher.call(sellScone, { Name: "free" }, caller);
  assert.equal(asked.at(-1)!.policy, "policy");
});

Deno.test("an operation does not run with an invalid input, an unsupported member or a denied permission", () => {
  const { asked, dispatcher, service, sold } = shop({ denied: ["shop:SellScone"] });
  const sell = service.operations.get("SellScone") as Operation;
  const wrong: [unknown, string, RegExp][] = [
    [{ Name: "raisin" }, "ValidationException", /'raisin' at 'name'.*length less than or equal to 5/],
    [{}, "ValidationException", /Value null at 'name'/],
    [{ Name: 1 }, "SerializationException", /Expected string at 'name', got number/],
    [{ Name: "plain", Jam: "red" }, "ValidationException", /does not support the member 'jam'/],
  ];
  for (const [members, code, message] of wrong) {
    assert.throws(() => dispatcher.run(service, sell, members, caller), { code, message });
  }
  assert.deepEqual(asked, []);
  assert.throws(() => dispatcher.call(sellScone, { Name: "none" }, caller), /no such scone/);
  assert.throws(() => dispatcher.call(sellScone, { Name: "plain" }, caller), {
    code: "AccessDeniedException",
    message: /assumed-role\/r\/s is not authorized to perform: shop:SellScone on resource: arn:scone\/plain/,
  });
  assert.deepEqual(sold, []);
  assert.deepEqual(dispatcher.call(lookAround, {}, caller), { Look: "around" });
});

Deno.test("passing a role needs iam:PassRole for this service, within the account", () => {
  const { asked, dispatcher } = shop();
  const resource = `arn:aws:iam::${ACCOUNT}:role/any`;
  dispatcher.call(sellScone, { Name: "plain", Role: resource }, caller);
  const conditions = { "iam:PassedToService": "shop.amazonaws.com" };
  assert.deepEqual(asked.at(-1), { action: "iam:PassRole", resource, conditions });
  for (const [protocol, status] of [[lambdaProtocol, 403], [sagemakerProtocol, 400]] as const) {
    const { dispatcher, sold } = shop({ denied: ["iam:PassRole"], protocol });
    const hand = (Role: string) => dispatcher.call(sellScone, { Name: "plain", Role }, caller);
    assert.throws(() => hand(resource), { code: "AccessDeniedException", status, message: /iam:PassRole/ });
    const foreign = "arn:aws:iam::111111111111:role/x";
    assert.throws(() => hand(foreign), { code: "AccessDeniedException", status, message: /Cross-account/ });
    assert.deepEqual(sold, []);
  }
});

Deno.test("denials have each service's code and wording", () => {
  const because = (action: string) => `because no identity-based policy allows the ${action} action`;
  const expected: [Protocol, action: string, code: string, status: number, part: string][] = [
    [s3Protocol, "s3:GetObject", "AccessDenied", 403, `resource: "arn:x" ${because("s3:GetObject")}`],
    [iamProtocol, "iam:GetRole", "AccessDenied", 403, because("iam:GetRole")],
    [lambdaProtocol, "lambda:InvokeFunction", "AccessDeniedException", 403, because("lambda:InvokeFunction")],
    [statesProtocol, "states:StartExecution", "AccessDeniedException", 400, because("states:StartExecution")],
    [sagemakerProtocol, "sagemaker:X", "AccessDeniedException", 400, because("sagemaker:X")],
    [runtimeProtocol, "sagemaker:InvokeEndpoint", "AccessDeniedException", 400, "sagemaker:InvokeEndpoint"],
    [logsProtocol, "logs:PutLogEvents", "AccessDeniedException", 400, because("logs:PutLogEvents")],
    [snsProtocol, "sns:Publish", "AuthorizationError", 403, because("SNS:Publish")],
    [sqsProtocol, "sqs:SendMessage", "AccessDeniedException", 403, because("sqs:sendmessage")],
  ];
  for (const [{ words }, action, code, status, part] of expected) {
    const error = words.denied({ principal, action, resource: "arn:x" });
    assert.deepEqual([error.code, error.status], [code, status], action);
    assert.ok(error.message.startsWith(`User: ${principal.arn} is not authorized to perform: `));
    assert.ok(error.message.includes(part), error.message);
    const denied = words.denied({ principal, action, resource: "arn:x", deniedBy: "identity" });
    assert.match(denied.message, /with an explicit deny in an identity-based policy$/);
  }
});
