import assert from "node:assert/strict";
import { withStates } from "../testing.ts";

const one = (state: object, rest: object = {}) => ({ ...rest, StartAt: "W", States: { W: state } });

Deno.test("what SecondsPath leads to is refused in AWS's words", () =>
  withStates(async (states) => {
    const cases: [input: unknown, cause: string][] = [
      [{}, "The SecondsPath parameter does not reference an input value: $.s"],
      [{ s: 1.5 }, "The SecondsPath parameter cannot be parsed as a long value: $.s == 1.5"],
      [{ s: "1.5s" }, "The SecondsPath parameter cannot be parsed as a long value: $.s == 1.5s"],
      [{ s: -1 }, "The SecondsPath parameter references a negative value: $.s == -1"],
      [{ s: 100_000_000 }, "Wait state delay is too long."],
    ];
    for (const [input, expected] of cases) {
      const { error, cause } = await states.run(one({ Type: "Wait", SecondsPath: "$.s", End: true }), input);
      const prefix = "An error occurred while executing the state 'W' (entered at the event id #2). ";
      assert.deepEqual([error, cause], ["States.Runtime", prefix + expected]);
    }
  }));

Deno.test("what an expression gives is refused with States.QueryEvaluationError", () =>
  withStates(async (states) => {
    const jsonata = { QueryLanguage: "JSONata" };
    const cases: [state: object, cause: RegExp][] = [
      [{ Seconds: "{% 1.5 %}" }, /The Seconds field cannot be parsed as a long value: 1\.5$/],
      [{ Seconds: "{% -1 %}" }, /The Seconds field references a negative value: -1$/],
      [{ Seconds: "{% 1e9 %}" }, /Wait state delay is too long\.$/],
      [
        { Timestamp: "{% '2016-12-05 21:29:29Z' %}" },
        /The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: 2016-12-05 21:29:29Z$/,
      ],
    ];
    for (const [state, expected] of cases) {
      const { error, cause } = await states.run(one({ Type: "Wait", ...state, End: true }, jsonata));
      assert.equal(error, "States.QueryEvaluationError");
      assert.match(cause!, expected);
    }
  }));

Deno.test("a delay that is no number of whole seconds, and a time that is none, are refused at creation", () =>
  withStates(async (states) => {
    const refused = (state: object, message: RegExp) =>
      assert.rejects(states.create(one({ Type: "Wait", ...state, End: true })), {
        name: "InvalidDefinition",
        message,
      });
    await refused({ Seconds: 1.5 }, /Expected value of type \[INTEGER\] at \/States\/W\/Seconds/);
    await refused(
      { Timestamp: "2016-12-05 21:29:29Z" },
      /SCHEMA_VALIDATION_FAILED: String does not match RFC3339 timestamp at \/States\/W\/Timestamp/,
    );
  }));
