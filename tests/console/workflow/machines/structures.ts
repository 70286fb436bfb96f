/** State machines of several levels, of loops, of JSONata, and with odd names. After AWS's examples, written anew. */
import type { Machine } from "../../../../lib/console/pages/workflow/document/asl.ts";

const pass = (next?: string) => ({ Type: "Pass", ...next === undefined ? { End: true } : { Next: next } });
const inner = (...names: string[]): Machine => ({
  StartAt: names[0],
  States: Object.fromEntries(names.map((name, index) => [name, pass(names[index + 1])])),
});
const FUNCTION = "arn:aws:states:::lambda:invoke";

export const STRUCTURES: Readonly<Record<string, Machine>> = {
  job_poller: {
    Comment: "Asks again and again whether a job has ended",
    StartAt: "Submit",
    States: {
      Submit: { Type: "Task", Resource: FUNCTION, Parameters: { FunctionName: "submit" }, Next: "Wait" },
      Wait: { Type: "Wait", SecondsPath: "$.pause", Next: "Look" },
      Look: { Type: "Task", Resource: FUNCTION, Parameters: { FunctionName: "look" }, Next: "Ended?" },
      "Ended?": {
        Type: "Choice",
        Choices: [{ Variable: "$.s", StringEquals: "DONE", Next: "Good" }, {
          Variable: "$.s",
          StringEquals: "LOST",
          Next: "Bad",
        }],
        Default: "Wait",
      },
      Good: { Type: "Succeed" },
      Bad: { Type: "Fail", Cause: "The job is lost." },
    },
  },
  self_loop: {
    StartAt: "Again",
    States: {
      Again: {
        Type: "Choice",
        Choices: [{ Variable: "$.more", BooleanEquals: true, Next: "Again" }],
        Default: "Out",
      },
      Out: pass(),
    },
  },
  parallel: {
    StartAt: "Both",
    States: {
      Both: {
        Type: "Parallel",
        Branches: [inner("L1", "L2"), inner("R1")],
        ResultPath: "$.both",
        Next: "After",
      },
      After: pass(),
    },
  },
  parallel_catch: {
    StartAt: "Both",
    States: {
      Both: {
        Type: "Parallel",
        Branches: [inner("A"), { StartAt: "B", States: { B: { Type: "Fail", Error: "Half" } } }],
        Retry: [{ ErrorEquals: ["Half"] }],
        Catch: [{ ErrorEquals: ["States.ALL"], Next: "Mend" }],
        End: true,
      },
      Mend: pass(),
    },
  },
  parallel_of_parallel: {
    StartAt: "P",
    States: {
      P: {
        Type: "Parallel",
        Branches: [{
          StartAt: "Q",
          States: { Q: { Type: "Parallel", Branches: [inner("X"), inner("Y", "Z")], End: true } },
        }, inner("W")],
        End: true,
      },
    },
  },
  map_inline: {
    StartAt: "Each",
    States: {
      Each: {
        Type: "Map",
        ItemsPath: "$.parcels",
        ItemSelector: { "parcel.$": "$$.Map.Item.Value", "at.$": "$$.Map.Item.Index" },
        MaxConcurrency: 4,
        ItemProcessor: { ProcessorConfig: { Mode: "INLINE" }, ...inner("Weigh", "Stamp") },
        ResultPath: "$.done",
        End: true,
      },
    },
  },
  map_iterator: {
    StartAt: "Old",
    States: {
      Old: { Type: "Map", Iterator: inner("It"), Parameters: { "v.$": "$$.Map.Item.Value" }, End: true },
    },
  },
  map_distributed: {
    StartAt: "Files",
    States: {
      Files: {
        Type: "Map",
        ItemReader: {
          Resource: "arn:aws:states:::s3:getObject",
          ReaderConfig: { InputType: "CSV", CSVHeaderLocation: "FIRST_ROW" },
          Parameters: { Bucket: "b", Key: "k.csv" },
        },
        ItemBatcher: { MaxItemsPerBatch: 10, BatchInput: { "day.$": "$.day" } },
        ItemProcessor: {
          ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "EXPRESS" },
          ...inner("Row"),
        },
        ToleratedFailurePercentage: 5,
        MaxConcurrency: 100,
        Label: "Rows",
        ResultWriter: {
          Resource: "arn:aws:states:::s3:putObject",
          Parameters: { Bucket: "b", Prefix: "out" },
        },
        Next: "After",
      },
      After: pass(),
    },
  },
  map_distributed_tolerated: {
    StartAt: "Objects",
    States: {
      Objects: {
        Type: "Map",
        ItemReader: { Resource: "arn:aws:states:::s3:listObjectsV2", Parameters: { "Bucket.$": "$.bucket" } },
        ItemProcessor: {
          ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
          ...inner("One"),
        },
        ToleratedFailureCountPath: "$.bad",
        MaxConcurrencyPath: "$.many",
        End: true,
      },
    },
  },
  map_in_parallel: {
    StartAt: "P",
    States: {
      P: {
        Type: "Parallel",
        Branches: [{
          StartAt: "M",
          States: {
            M: {
              Type: "Map",
              ItemProcessor: { ProcessorConfig: { Mode: "INLINE" }, ...inner("I", "J") },
              End: true,
            },
          },
        }, inner("K")],
        Next: "Q",
      },
      Q: pass(),
    },
  },
  jsonata: {
    QueryLanguage: "JSONata",
    StartAt: "Sum",
    States: {
      Sum: {
        Type: "Pass",
        Output: { total: "{% $sum($states.input.lines.price) %}" },
        Assign: { seen: "{% $count($states.input.lines) %}" },
        Next: "Large?",
      },
      "Large?": {
        Type: "Choice",
        Choices: [{
          Condition: "{% $states.input.total > 100 and $seen > 1 %}",
          Assign: { big: true },
          Output: "{% $states.input %}",
          Next: "Big",
        }],
        Default: "Small",
      },
      Big: { Type: "Succeed", Output: "{% 'big' %}" },
      Small: { Type: "Wait", Seconds: "{% $seen * 2 %}", End: true },
    },
  },
  jsonata_task: {
    QueryLanguage: "JSONata",
    StartAt: "Call",
    States: {
      Call: {
        Type: "Task",
        Resource: FUNCTION,
        Arguments: { FunctionName: "f", Payload: "{% $merge([$states.input, {'at': $now()}]) %}" },
        TimeoutSeconds: "{% $states.input.limit %}",
        Output: "{% $states.result.Payload %}",
        Catch: [{
          ErrorEquals: ["States.ALL"],
          Output: { why: "{% $states.errorOutput.Cause %}" },
          Assign: { failed: true },
          Next: "Say",
        }],
        End: true,
      },
      Say: { Type: "Fail", Error: "{% 'E' & $states.input.why %}", Cause: "It failed." },
    },
  },
  jsonata_map: {
    QueryLanguage: "JSONata",
    StartAt: "Each",
    States: {
      Each: {
        Type: "Map",
        Items: "{% $states.input[price > 5] %}",
        ItemSelector: { item: "{% $states.context.Map.Item.Value %}" },
        ItemProcessor: { ProcessorConfig: { Mode: "INLINE" }, ...inner("Do") },
        Output: "{% $append($states.result, []) %}",
        End: true,
      },
    },
  },
  jsonata_in_one_state: {
    StartAt: "Plain",
    States: {
      Plain: { Type: "Pass", "Parameters": { "a.$": "$.a" }, Next: "Query" },
      Query: { Type: "Pass", QueryLanguage: "JSONata", Output: "{% $states.input.a %}", End: true },
    },
  },
  variables_jsonpath: {
    StartAt: "Keep",
    States: {
      Keep: { Type: "Pass", Assign: { "price.$": "$.price", fixed: 1 }, Next: "Use" },
      Use: {
        Type: "Choice",
        Choices: [{ Variable: "$price", NumericGreaterThan: 3, Next: "End" }],
        Default: "End",
      },
      End: pass(),
    },
  },
  saga: {
    Comment: "What was booked is cancelled when a later booking fails",
    TimeoutSeconds: 600,
    Version: "1.0",
    StartAt: "Bicycle",
    States: {
      Bicycle: {
        Type: "Task",
        Resource: FUNCTION,
        Parameters: { FunctionName: "bike" },
        Catch: [{ ErrorEquals: ["States.ALL"], Next: "Lost" }],
        Next: "Courier",
      },
      Courier: {
        Type: "Task",
        Resource: FUNCTION,
        Parameters: { FunctionName: "rider" },
        Catch: [{ ErrorEquals: ["States.ALL"], Next: "Give back" }],
        Next: "Ride",
      },
      Ride: { Type: "Succeed" },
      "Give back": {
        Type: "Task",
        Resource: FUNCTION,
        Parameters: { FunctionName: "return" },
        Retry: [{ ErrorEquals: ["States.ALL"], MaxAttempts: 3 }],
        Next: "Lost",
      },
      Lost: { Type: "Fail", Error: "NotDelivered" },
    },
  },
  odd_names: {
    StartAt: 'a/b [0] "quoted"',
    States: {
      'a/b [0] "quoted"': pass("Straße 🚲"),
      "Straße 🚲": pass("constructor"),
      constructor: pass("States"),
      States: pass("Next"),
      Next: pass("10"),
      10: pass("2"),
      2: pass("x".repeat(80)),
      ["x".repeat(80)]: pass(),
    },
  },
  unreachable: {
    StartAt: "A",
    States: {
      A: pass(),
      Island: pass("Coast"),
      Coast: {
        Type: "Choice",
        Choices: [{ Variable: "$.a", IsPresent: true, Next: "Island" }],
        Default: "A",
      },
    },
  },
  unknown_fields: {
    StartAt: "A",
    Future: { of: ["the", "language"] },
    States: { A: { Type: "Pass", Hint: { x: [{}, [], 0, -1.25e-9, ""] }, End: true, Comment: "last" } },
  },
};
