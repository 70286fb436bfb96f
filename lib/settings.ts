/** The variables that people set, read from the environment and from `.env`, checked. */
import { readFileSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";
import { nearest } from "./nearest.ts";

/** The project's folder: relative paths in variables start here, wherever a notebook or a task runs. */
export const PROJECT_DIR = dirname(dirname(fileURLToPath(import.meta.url)));

export interface Settings {
  /** The embedded local AWS, or the real one. */
  target: "local" | "aws";
  /** URL or absolute path of cifar-100-python.tar.gz; absent: the CIFAR-100 home page's, else synthetic pictures. */
  datasetUrl?: string;
  /** Label names of the data set; the order gives the class numbers. */
  classes: string[];
  /** Confidence that the filter asks for, between 0 and 1. */
  threshold: number;
  /** Absolute path. */
  stateDir: string;
  /** Of the local AWS; 0 picks one. */
  port: number;
  bucket?: string;
  roles: { sagemaker?: string; lambda?: string; states?: string };
  /** Of the local training. */
  seed: number;
  region: string;
  /** Whose keys real AWS is asked with; absent: the SDK's own search. */
  profile?: string;
  /** An AWS endpoint other than the target's own. */
  endpointUrl?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings.
 * @throws RangeError that names the variable, what it holds and what it may hold; for one that is misspelt too, which
 *   would be ignored and leave its default in force.
 */
export function readSettings(environment: Environment = projectEnvironment()): Settings {
  const misspelt = Object.keys(environment).find(meantBy);
  if (misspelt) throw new RangeError(`${unknownText(misspelt)} It is set in the environment or in .env.`);
  const get = (name: string) => environment[name]?.trim() || undefined;
  const stateDir = get("SCONES_STATE_DIR") ?? ".scones";
  return {
    target: oneOf("SCONES_TARGET", get("SCONES_TARGET") ?? "local", ["local", "aws"]),
    datasetUrl: datasetUrl(get("SCONES_DATASET_URL")),
    classes: classes(get("SCONES_CLASSES") ?? "bicycle,motorcycle"),
    threshold: number("SCONES_THRESHOLD", get("SCONES_THRESHOLD") ?? "0.8", {
      holds: (value) => value > 0 && value < 1,
      rule: "a number between 0 and 1, both excluded",
    }),
    stateDir: resolve(PROJECT_DIR, stateDir),
    port: number("SCONES_PORT", get("SCONES_PORT") ?? "4566", {
      holds: (value) => Number.isInteger(value) && value >= 0 && value <= 65535,
      rule: "a port number from 0 (picks a free one) to 65535",
    }),
    bucket: bucket(get("SCONES_BUCKET")),
    roles: {
      sagemaker: roleArn("SCONES_SAGEMAKER_ROLE_ARN", get("SCONES_SAGEMAKER_ROLE_ARN")),
      lambda: roleArn("SCONES_LAMBDA_ROLE_ARN", get("SCONES_LAMBDA_ROLE_ARN")),
      states: roleArn("SCONES_STATES_ROLE_ARN", get("SCONES_STATES_ROLE_ARN")),
    },
    seed: number("SCONES_SEED", get("SCONES_SEED") ?? "0", {
      holds: (value) => Number.isInteger(value) && value >= 0 && value < 2 ** 31,
      rule: "a whole number from 0 to 2147483647",
    }),
    region: get("AWS_REGION") ?? get("AWS_DEFAULT_REGION") ?? "us-east-1",
    profile: get("AWS_PROFILE"),
    endpointUrl: get("AWS_ENDPOINT_URL"),
  };
}

/** All that `readSettings` looks at. */
const VARIABLES: readonly string[] = [
  "SCONES_TARGET",
  "SCONES_DATASET_URL",
  "SCONES_CLASSES",
  "SCONES_THRESHOLD",
  "SCONES_STATE_DIR",
  "SCONES_PORT",
  "SCONES_BUCKET",
  "SCONES_SAGEMAKER_ROLE_ARN",
  "SCONES_LAMBDA_ROLE_ARN",
  "SCONES_STATES_ROLE_ARN",
  "SCONES_SEED",
  "AWS_REGION",
  "AWS_PROFILE",
  "AWS_ENDPOINT_URL",
];

/** The variable that a name of ours is nearly: it differs in case or a few letters, or is the beginning of one. */
function meantBy(name: string): string | undefined {
  if (VARIABLES.includes(name) || !/^SCONES?_/i.test(name)) return undefined;
  const rest = (variable: string) => variable.toUpperCase().replace(/^SCONES?_/, "");
  const near = nearest(rest(name), VARIABLES.map(rest));
  return VARIABLES.find((variable) => rest(variable) === near);
}

function unknownText(name: string): string {
  const meant = meantBy(name);
  return `${name} is no variable of this project. ` +
    (meant ? `Is ${meant} meant?` : `There are ${VARIABLES.join(", ")}.`);
}

/**
 * Sets variables of this process before it connects: the parameters of one run of a notebook, as papermill has them.
 * A list stands for its items with commas between them.
 * @throws RangeError for a name that is no variable and for a value out of range; nothing is set then.
 */
export function setVariables(variables: Readonly<Record<string, string | number | readonly string[]>>): void {
  const unknown = Object.keys(variables).find((name) => !VARIABLES.includes(name));
  if (unknown) throw new RangeError(unknownText(unknown));
  const texts = Object.entries(variables).map(([name, value]) => [name, String(value)] as const);
  readSettings({ ...projectEnvironment(), ...Object.fromEntries(texts) });
  for (const [name, text] of texts) Deno.env.set(name, text);
}

/** The process's environment over the project's `.env` file, when there is one. */
export function projectEnvironment(): Environment {
  let file: Record<string, string | undefined> = {};
  try {
    file = parseEnv(readFileSync(join(PROJECT_DIR, ".env"), "utf8"));
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOENT") throw error;
  }
  return { ...file, ...Deno.env.toObject() };
}

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  if ((allowed as readonly string[]).includes(value)) return value as T;
  throw new RangeError(`${name} is "${value}"; it may be ${allowed.join(" or ")}.`);
}

function number(
  name: string,
  text: string,
  { holds, rule }: { holds(value: number): boolean; rule: string },
): number {
  const value = Number(text);
  if (Number.isFinite(value) && holds(value)) return value;
  throw new RangeError(`${name} is "${text}"; it may be ${rule}.`);
}

function classes(text: string): string[] {
  const names = text.split(",").map((name) => name.trim()).filter((name) => name !== "");
  const problem = names.length < 2
    ? "it needs two or more label names"
    : new Set(names).size < names.length
    ? "each label name may stand there once"
    : undefined;
  if (problem) throw new RangeError(`SCONES_CLASSES is "${text}"; ${problem}, separated by commas.`);
  return names;
}

function datasetUrl(text: string | undefined): string | undefined {
  if (text === undefined || /^(https?|file):/.test(text)) return text;
  const scheme = text.match(/^([a-z][a-z0-9+.-]+):\/\//i)?.[1];
  if (scheme) {
    throw new RangeError(`SCONES_DATASET_URL is "${text}"; it may be an https: or file: URL, or a path.`);
  }
  return isAbsolute(text) ? text : resolve(PROJECT_DIR, text);
}

/** S3's rules for the names of general purpose buckets (its user guide, "General purpose bucket naming rules"). */
function bucket(text: string | undefined): string | undefined {
  if (text === undefined) return text;
  const problem = text.length < 3 || text.length > 63
    ? "its length may be 3 to 63 characters"
    : !/^[a-z0-9.-]+$/.test(text)
    ? "it may hold lower-case letters, digits, hyphens and dots"
    : !/^[a-z0-9].*[a-z0-9]$/.test(text)
    ? "it begins and ends with a letter or a digit"
    : text.includes("..")
    ? "no two dots may follow each other"
    : /^\d+(\.\d+){3}$/.test(text)
    ? "it may not look like an IP address"
    : /^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(text)
    ? "S3 keeps this beginning or ending for itself"
    : undefined;
  if (problem) {
    throw new RangeError(`SCONES_BUCKET is "${text}", which is no name of an S3 bucket: ${problem}.`);
  }
  return text;
}

function roleArn(name: string, text: string | undefined): string | undefined {
  if (text === undefined || /^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/.test(text)) return text;
  throw new RangeError(
    `${name} is "${text}"; it may be the ARN of an IAM role, arn:aws:iam::ACCOUNT:role/NAME.`,
  );
}
