/** The definitions in `statemachine/`, and the ARNs that stand for their placeholders. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Aws } from "../aws/clients.ts";
import { partitionOf } from "../aws/partition.ts";
import { PROJECT_DIR } from "../settings.ts";
import { FUNCTION_KEYS, type FunctionKey } from "./functions.ts";

export interface DefinitionFile {
  name: string;
  text: string;
  /** Changes with the text. */
  etag: string;
}

/** The file is not what it was when it was read. */
export class FileChangedError extends Error {
  override name = "FileChangedError";
}

/** Where the project's definitions are. */
export const DEFINITIONS = join(PROJECT_DIR, "statemachine");
const SUFFIX = ".asl.json";

/** Names of definition files: no folders, nothing hidden. */
export const DEFINITION_NAME = /^[A-Za-z0-9][\w-]{0,79}\.asl\.json$/;

/** The files of a folder, by name. */
export async function definitionFiles(folder = DEFINITIONS): Promise<DefinitionFile[]> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile && name.endsWith(SUFFIX)) names.push(name);
  }
  return await Promise.all(
    names.sort().map(async (name) => {
      const text = await Deno.readTextFile(join(folder, name));
      return { name, text, etag: etagOf(text) };
    }),
  );
}

/**
 * Writes a file as a whole.
 * @param options.etag of what the caller has read; null when there was no file
 * @throws FileChangedError when the file is another one by now
 */
export async function writeDefinitionFile(
  { name, text, etag }: { name: string; text: string; etag: string | null },
  folder = DEFINITIONS,
): Promise<DefinitionFile> {
  if (!DEFINITION_NAME.test(name)) throw new RangeError(`${name} cannot be the name of a definition file.`);
  const path = join(folder, name);
  const current = await Deno.readTextFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  });
  if ((current === null ? null : etagOf(current)) !== etag) {
    throw new FileChangedError(
      etag === null
        ? `There is a file statemachine/${name} already.`
        : `statemachine/${name} was changed by another program since it was opened.`,
    );
  }
  // A reader sees the old text or the new one.
  const written = `${path}.${crypto.randomUUID()}`;
  await Deno.writeTextFile(written, text);
  await Deno.rename(written, path);
  return { name, text, etag: etagOf(text) };
}

function etagOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** What the placeholders of definitions stand for: `SerializeImageDataFunctionArn` and so on. */
export function placeholderValues(
  { region, account, names }: Pick<Aws, "region" | "account" | "names">,
): Record<string, string> {
  const arn = (key: FunctionKey) =>
    `arn:${partitionOf(region)}:lambda:${region}:${account}:function:${names.functions[key]}`;
  return Object.fromEntries(FUNCTION_KEYS.map((key) => [placeholderOf(key), arn(key)]));
}

export function placeholderOf(key: FunctionKey): string {
  return `${key[0]!.toUpperCase()}${key.slice(1)}FunctionArn`;
}

/** The text with values in place of `${name}`; placeholders without a value stay. */
export function withValues(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(
    /\$\{(\w+)\}/g,
    (placeholder, name) => Object.hasOwn(values, name) ? values[name]! : placeholder,
  );
}

/** The text with placeholders in place of the values, where a value is a whole string of JSON. */
export function withPlaceholders(text: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce(
    (changed, [name, value]) => changed.replaceAll(`"${value}"`, `"\${${name}}"`),
    text,
  );
}
