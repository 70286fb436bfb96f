/** The definitions that the editor opens and saves. */
import { isDeepStrictEqual } from "node:util";
import { HTTPException } from "hono/http-exception";
import { z } from "zod";
import type { Aws } from "../../aws/clients.ts";
import {
  DEFINITION_NAME,
  type DefinitionFile,
  definitionFiles,
  FileChangedError,
  placeholderValues,
  withPlaceholders,
  writeDefinitionFile,
} from "../../workflow/definition_files.ts";
import type { MachineKind } from "../../names.ts";
import { describe, MACHINE_FILES, MACHINE_KINDS } from "../../workflow/state_machine.ts";
import { bodyOf, checked } from "../input.ts";
import type { Routes } from "../route.ts";

/** Step Functions' limit of a definition. */
const LONGEST_DEFINITION = 1_048_576;

export const definition = z.string("must be a text").min(1, "must not be empty")
  .max(LONGEST_DEFINITION, "must have 1,048,576 characters at most");

/** Inputs of executions and states. */
export const json = z.string("must be a text").max(
  LONGEST_DEFINITION,
  "must have 1,048,576 characters at most",
);

export interface OpenableFile extends DefinitionFile {
  /** The machine that it is deployed as. */
  machine: MachineKind;
  /** Whether the deployed machine is another one. */
  differs: boolean;
}

export interface Openable {
  files: OpenableFile[];
  /** The machines on the target, with placeholders where the files have them; absent before they are deployed. */
  deployed: Partial<Record<MachineKind, { name: string; text: string }>>;
  /** What the placeholders stand for. */
  placeholders: Record<string, string>;
}

/** @param folder of the definitions */
export const workflowFileRoutes = (folder: string): Routes => (app, aws) => {
  app.get("/api/workflow/definitions", async (c) => c.json(await openable(aws, folder)));

  app.put("/api/workflow/definitions/:name", async (c) => {
    const { name } = checked(
      z.object({ name: z.string().regex(DEFINITION_NAME, "must be a name such as orders.asl.json") }),
      c.req.param(),
    );
    const { text, etag } = await bodyOf(c, z.strictObject({ text: definition, etag: z.string().nullable() }));
    try {
      return c.json(await writeDefinitionFile({ name, text, etag }, folder));
    } catch (error) {
      if (error instanceof FileChangedError) throw new HTTPException(409, { message: error.message });
      throw error;
    }
  });
};

async function openable(aws: Aws, folder: string): Promise<Openable> {
  const placeholders = placeholderValues(aws);
  const files = await definitionFiles(folder);
  const deployed: Openable["deployed"] = {};
  for (const kind of MACHINE_KINDS) {
    const machine = await describe(aws, kind);
    if (machine) {
      deployed[kind] = { name: machine.name!, text: withPlaceholders(machine.definition!, placeholders) };
    }
  }
  return {
    files: files.map((file) => {
      const machine = machineOfFile(file.name);
      const text = deployed[machine]?.text;
      return {
        ...file,
        machine,
        differs: text !== undefined && !isDeepStrictEqual(parse(file.text), parse(text)),
      };
    }),
    deployed,
    placeholders,
  };
}

/** Files with names of their own are other versions of the machine that runs the orders. */
function machineOfFile(name: string): MachineKind {
  return MACHINE_KINDS.find((kind) => MACHINE_FILES[kind] === name) ?? "stateMachine";
}

/** The value of JSON; a text that is none is equal to itself only. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
