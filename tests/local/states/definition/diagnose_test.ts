import assert from "node:assert/strict";
import { diagnose, requireValid } from "../../../../lib/local/states/definition/diagnose.ts";
import { FUNCTION } from "../testing.ts";

const pass = { Type: "Pass", End: true };
const machine = (state: object, rest: object = {}) => ({ StartAt: "A", States: { A: state, ...rest } });

function problems(definition: unknown, type: "STANDARD" | "EXPRESS" = "STANDARD"): string[] {
  const text = typeof definition === "string" ? definition : JSON.stringify(definition);
  return diagnose(text, type, () => undefined).found.map(({ code, message, location }) =>
    `${code}: ${message}${location === undefined ? "" : ` at ${location}`}`
  );
}

const REFUSED: [definition: unknown, ...problems: string[]][] = [
  ["", "SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object"],
  ["[]", "SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object"],
  [
    "not a definition",
    "INVALID_JSON_DESCRIPTION: Unrecognized token 'not': was expecting " +
    "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n " +
    'at [Source: (String)"not a definition"; line: 1, column: 4] ' +
    'at [Source: (String)"not a definition"; line: 1, column: 4]',
  ],
  [{}, "SCHEMA_VALIDATION_FAILED: These fields are required: [States, StartAt] at /"],
  [{ StartAt: "A" }, "SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /"],
  [
    machine({ Type: "Pas" }),
    "SCHEMA_VALIDATION_FAILED: The field 'Type' should have one of these values: " +
    "[Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map] at /States/A/Type",
  ],
  [
    machine({ Type: "Pass", End: { States: "x" } }),
    "SCHEMA_VALIDATION_FAILED: Expected value of type [BOOLEAN] at /States/A/End",
  ],
  [
    machine({ ...pass, _comment: "x" }),
    "SCHEMA_VALIDATION_FAILED: Field '_comment' is not supported at /States/A",
  ],
  [
    machine({ Type: "Pass", Next: "B" }, { C: pass }),
    "MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next",
    'MISSING_TRANSITION_TARGET: State "C" is not reachable. at /States/C',
  ],
  [
    machine({ Type: "Pass", Next: "B" }, { B: { Type: "Pass", Next: "A" }, C: { Type: "Pass", Next: "A" } }),
    "MISSING_END_STATE: Workflow has no terminal state",
  ],
  [
    machine({ Type: "Pass", Next: "NOPE" }),
    "MISSING_TRANSITION_TARGET: Missing 'Next' target: NOPE at /States/A/Next",
    "MISSING_END_STATE: Workflow has no terminal state",
  ],
  [
    machine({ ...pass, Parameters: { "x.$": "nope" } }),
    "SCHEMA_VALIDATION_FAILED: The value for the field 'x.$' must be a valid JSONPath or a valid intrinsic " +
    "function call at /States/A/Parameters",
  ],
  [
    machine({ ...pass, Parameters: { "x.$": "States.ArrayLength($.a, 2)" } }),
    "SCHEMA_VALIDATION_FAILED: The value for the field 'x.$' must be a valid JSONPath or a valid intrinsic " +
    "function call at /States/A/Parameters",
  ],
  [
    machine({ ...pass, ResultPath: "$.a[*]" }),
    "SCHEMA_VALIDATION_FAILED: Value is not a Reference Path: $.a[*] at /States/A/ResultPath",
  ],
  [
    machine({ Type: "Task", Resource: "lambda", End: true }),
    "SCHEMA_VALIDATION_FAILED: The resource provided lambda is not recognized. The value is not a valid " +
    "resource ARN, or the resource is not available in this region. at /States/A/Resource",
  ],
  [
    machine({
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke",
      Parameters: { Name: "x" },
      End: true,
    }),
    'SCHEMA_VALIDATION_FAILED: The field "Name" is not supported by Step Functions at /States/A/Parameters',
    'SCHEMA_VALIDATION_FAILED: The field "FunctionName" is required but was missing at /States/A/Parameters',
  ],
  [
    machine({
      Type: "Task",
      Resource: FUNCTION,
      Retry: [{ ErrorEquals: ["States.ALL"] }, { ErrorEquals: ["X"] }],
      End: true,
    }),
    "SCHEMA_VALIDATION_FAILED: States.ALL must be alone in 'ErrorEquals' and in the last element " +
    "at /States/A/Retry[0]/ErrorEquals",
  ],
  [
    machine({ Type: "Parallel", Branches: [{ StartAt: "B", States: { C: pass } }], End: true }),
    "MISSING_TRANSITION_TARGET: Missing 'StartAt' target: B at /States/A/Branches[0]/StartAt",
    'MISSING_TRANSITION_TARGET: State "C" is not reachable. at /States/A/Branches[0]/States/C',
  ],
];

for (const [definition, ...expected] of REFUSED) {
  Deno.test(`refused: ${JSON.stringify(definition).slice(0, 90)}`, () => {
    assert.deepEqual(problems(definition), expected);
  });
}

Deno.test("wrong types, missing fields and fields that exclude each other are refused", () => {
  const found = [
    machine({ Type: "Pass" }),
    machine({ Type: "Wait", End: true }),
    machine({ Type: "Wait", Seconds: 1, SecondsPath: "$.s", End: true }),
    machine({ Type: "Task", Resource: FUNCTION, TimeoutSeconds: 0, End: true }),
    machine({ Type: "Map", End: true }),
    machine({ Type: "Choice", Choices: [{ Variable: "$.a", StringEquals: 1, Next: "B" }] }, { B: pass }),
  ];
  for (const definition of found) {
    assert.notDeepEqual(problems(definition), [], JSON.stringify(definition));
  }
});

Deno.test("what AWS can run and the local AWS can not is refused by name", () => {
  const map = { Type: "Map", End: true };
  const processor = { StartAt: "I", States: { I: pass } };
  const distributed = { ...processor, ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" } };
  const cases: [definition: object, named: RegExp][] = [
    [
      machine({
        ...map,
        ItemProcessor: distributed,
        ItemReader: { Resource: "arn:aws:states:::s3:getObject", ReaderConfig: { InputType: "PARQUET" } },
      }),
      /item readers of the type PARQUET/,
    ],
    [
      machine({ Type: "Task", Resource: "arn:aws:states:::dynamodb:getItem", End: true }),
      /the service integration 'arn:aws:states:::dynamodb:getItem'/,
    ],
    [
      machine({
        Type: "Task",
        Resource: "arn:aws:states:::sns:publish",
        Parameters: { Message: "m", PhoneNumber: "+15550100" },
        End: true,
      }),
      /the field "PhoneNumber" of arn:aws:states:::sns:publish/,
    ],
    [
      machine({ Type: "Task", Resource: "arn:aws:states:::aws-sdk:s3:selectObjectContent", End: true }),
      /the service integration 'arn:aws:states:::aws-sdk:s3:selectObjectContent'/,
    ],
  ];
  for (const [definition, named] of cases) {
    assert.throws(
      () => requireValid(JSON.stringify(definition), "STANDARD", () => undefined),
      (error: Error) => {
        assert.equal(error.name, "InvalidDefinition");
        assert.match(error.message, /^The local AWS does not support /);
        assert.match(error.message, named);
        return true;
      },
    );
  }
});

Deno.test("EXPRESS refuses what AWS refuses there", () => {
  const express = (Resource: string) => problems(machine({ Type: "Task", Resource, End: true }), "EXPRESS");
  assert.deepEqual(express("arn:aws:states:::sns:publish.waitForTaskToken"), [
    "SCHEMA_VALIDATION_FAILED: Express state machine does not support '.waitForTaskToken' service integration " +
    " at /States/A/Resource",
  ]);
  assert.deepEqual(express("arn:aws:states:us-east-1:000000000000:activity:a"), [
    "SCHEMA_VALIDATION_FAILED: Express state machine does not support Activity ARN at /States/A/Resource",
  ]);
});

Deno.test("data and states named States are no state machines", () => {
  assert.deepEqual(problems({ StartAt: "States", States: { States: pass } }), []);
  assert.deepEqual(problems(machine({ ...pass, Result: { States: { x: { Type: 1 } } } })), []);
});

Deno.test("nesting has its limits, so that nobody can keep the server busy or break it", () => {
  const nest = (depth: number): object => {
    const state = depth === 0 ? pass : { Type: "Parallel", Branches: [nest(depth - 1)], End: true };
    return { StartAt: `L${depth}`, States: { [`L${depth}`]: state } };
  };
  assert.deepEqual(problems(nest(9)), []);
  assert.match(problems(nest(60))[0]!, /nested in more than 10 levels/);
  const deep = JSON.stringify(machine({ ...pass, Parameters: { x: "deep" } }));
  const levels = 100_000;
  assert.match(
    (problems(deep.replace('"deep"', "[".repeat(levels) + "]".repeat(levels))))[0]!,
    /^INVALID_JSON_DESCRIPTION: Document nesting depth \(1001\) exceeds the maximum allowed \(1000\)$/,
  );
});

Deno.test("hostile definitions are answered, not thrown at", () => {
  const hostile = [
    { StartAt: "A", States: [] },
    { StartAt: 1, States: { A: null } },
    machine({ Type: "Choice", Choices: {} }),
    machine({ Type: "Choice", Choices: [null, { And: [1] }, { Not: 3 }] }),
    machine({ Type: "Parallel", Branches: [null, 1] }),
    machine({ Type: "Map", ItemProcessor: 1, End: true }),
    machine({ Type: "Task", Resource: 1, Retry: [1], Catch: [{ ErrorEquals: 1, Next: [] }], End: true }),
    machine({ ...pass, Parameters: { ".$": 1 }, InputPath: 3, ResultPath: {} }),
    machine({ Type: "constructor" }),
  ];
  for (const definition of hostile) {
    assert.ok((problems(definition)).length > 0, JSON.stringify(definition));
  }
});

Deno.test("values that look evaluated and are not are warnings, which hide no error", () => {
  const warnings = (definition: object) =>
    diagnose(JSON.stringify(definition), "STANDARD", () => undefined).found
      .map(({ severity, code, location }) => `${severity} ${code} ${location}`);
  const Parameters = { a: "$.a", "b.$": "$.b", c: [{ d: "States.UUID()" }], price: "$5", name: "States" };
  assert.deepEqual(warnings(machine({ ...pass, Parameters })), [
    "WARNING NO_DOLLAR /States/A/Parameters",
    "WARNING NO_DOLLAR /States/A/Parameters",
  ]);
  assert.deepEqual(warnings(machine({ ...pass, Result: { "x.$": "$.y" } })), [
    "WARNING PASS_RESULT_IS_STATIC /States/A/Result",
  ]);
  assert.deepEqual(warnings(machine({ Type: "Fail", Error: "MyError", Cause: "$.cause" })), [
    "WARNING NO_PATH /States/A/Cause",
  ]);
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`p${index}`, "$.x"]));
  const found = warnings(machine({ ...pass, Parameters: { ...many, "wrong.$": "x" } }));
  assert.equal(found.length, 201);
  assert.equal(found.at(-1), "ERROR SCHEMA_VALIDATION_FAILED /States/A/Parameters");
});
