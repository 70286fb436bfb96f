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
  withValues,
  writeDefinitionFile,
} from "../../workflow/definition_files.ts";
import { describe } from "../../workflow/state_machine.ts";
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
  /** Whether the deployed machine is another one. */
  differs: boolean;
}

export interface Openable {
  files: OpenableFile[];
  /** The machine on the target, with placeholders where the files have them; absent before it is deployed. */
  deployed?: { name: string; text: string; updated: number };
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
  const [files, machine] = await Promise.all([definitionFiles(folder), describe(aws)]);
  const parsed = machine && parse(machine.definition!);
  return {
    files: files.map((file) => ({
      ...file,
      differs: machine !== undefined &&
        !isDeepStrictEqual(parse(withValues(file.text, placeholders)), parsed),
    })),
    ...machine && {
      deployed: {
        name: machine.name!,
        text: withPlaceholders(machine.definition!, placeholders),
        updated: machine.creationDate!.getTime(),
      },
    },
    placeholders,
  };
}

/** The value of JSON; a text that is none is equal to itself only. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
