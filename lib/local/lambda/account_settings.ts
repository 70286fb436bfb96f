/** GetAccountSettings: the account's limits and usage. */
import { structure } from "../shapes.ts";
import { reservedByAll } from "./concurrent_executions.ts";
import { operation } from "./context.ts";
import { MAX_UNZIPPED_BYTES, MAX_ZIPPED_BYTES } from "./zip.ts";

export const getAccountSettings = operation({
  action: "lambda:GetAccountSettings",
  input: structure({}),
  http: { at: "GET /2016-08-19/account-settings" },
  run(_input, { records, executions }) {
    const functions = records.functions.list();
    const versions = [...functions.map(({ latest }) => latest), ...records.versions.list()];
    return {
      AccountLimit: {
        TotalCodeSize: 80_530_636_800,
        CodeSizeUnzipped: MAX_UNZIPPED_BYTES,
        CodeSizeZipped: MAX_ZIPPED_BYTES,
        ConcurrentExecutions: executions.limit,
        UnreservedConcurrentExecutions: executions.limit - reservedByAll(records),
      },
      AccountUsage: {
        TotalCodeSize: versions.reduce((sum, { CodeSize }) => sum + CodeSize, 0),
        FunctionCount: functions.length,
      },
    };
  },
});
