/** Reserved concurrency: put, get, delete. */
import { integer, required, structure } from "../shapes.ts";
import { reservedByAll } from "./concurrent_executions.ts";
import { onFunction, operation } from "./context.ts";
import { invalidParameter } from "./errors.ts";
import { functionName, functionReference } from "./names.ts";

const oneFunction = structure({ FunctionName: required(functionName) });

export const putFunctionConcurrency = operation({
  action: "lambda:PutFunctionConcurrency",
  input: structure({
    FunctionName: required(functionName),
    ReservedConcurrentExecutions: required(integer({ min: 0 })),
  }),
  resource: onFunction,
  http: { at: "PUT /2017-10-31/functions/{FunctionName}/concurrency" },
  run({ FunctionName, ReservedConcurrentExecutions }, { core, records, executions }) {
    const { name } = functionReference(core, FunctionName);
    const record = records.get(name);
    const others = reservedByAll(records) - (record.reservedConcurrency ?? 0);
    const { limit, minUnreserved } = executions;
    if (limit - others - ReservedConcurrentExecutions < minUnreserved) {
      throw invalidParameter(
        "Specified ReservedConcurrentExecutions for function decreases account's " +
          `UnreservedConcurrentExecution below its minimum value of [${minUnreserved}].`,
      );
    }
    records.functions.put(name, { ...record, reservedConcurrency: ReservedConcurrentExecutions });
    return { ReservedConcurrentExecutions };
  },
});

export const getFunctionConcurrency = operation({
  action: "lambda:GetFunctionConcurrency",
  input: oneFunction,
  resource: onFunction,
  http: { at: "GET /2019-09-30/functions/{FunctionName}/concurrency" },
  run({ FunctionName }, { core, records }) {
    const { name } = functionReference(core, FunctionName);
    return { ReservedConcurrentExecutions: records.get(name).reservedConcurrency };
  },
});

export const deleteFunctionConcurrency = operation({
  action: "lambda:DeleteFunctionConcurrency",
  input: oneFunction,
  resource: onFunction,
  http: { at: "DELETE /2017-10-31/functions/{FunctionName}/concurrency", status: 204 },
  run({ FunctionName }, { core, records }) {
    const { name } = functionReference(core, FunctionName);
    const { reservedConcurrency: _, ...rest } = records.get(name);
    records.functions.put(name, rest);
  },
});
