/** The settings: the variables that people set (see `variables.ts`), read from the environment and `.env`, and checked. */
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";
import { nearest } from "./nearest.ts";
import { type Variable, VARIABLES } from "./variables.ts";

/** The project's folder: relative paths in variables start here, wherever a notebook or a task runs. */
export const PROJECT_DIR = dirname(dirname(fileURLToPath(import.meta.url)));

export interface Settings {
  /** The local AWS on this machine, or the real one. */
  target: "local" | "aws";
  /**
   * URL or absolute path of a CIFAR archive, or of a folder or zip file of pictures; absent: the CIFAR-100 home page's, else
   * synthetic pictures.
   */
  datasetUrl?: string;
  /** Label names of the data set; the order gives the class numbers. Absent: the data set's own choice. */
  classes?: string[];
  /** Side in pixels to which one's own pictures are brought; absent: they stay as they are. */
  imageSize?: number;
  /** Confidence that an answer needs to be accepted, greater than 0 and less than 1. */
  threshold: number;
  /** Absolute path. */
  stateDir: string;
  /** Of the local AWS; 0 picks one. */
  port: number;
  /** 0 picks one. */
  consolePort: number;
  /** Tells deployments of one account and region apart. */
  stage?: string;
  bucket?: string;
  roles: { sagemaker?: string; lambda?: string; states?: string };
  /** ARN of the policy that bounds what created roles may do. */
  permissionsBoundary?: string;
  /** ARN of the key that encrypts what is stored. */
  kmsKey?: string;
  /** Who is told of alarms. */
  alertEmail?: string;
  /** Whether the local AWS is as late, limited and shared as AWS is for a new account. */
  strict: boolean;
  /** Quotas of the local AWS that differ, by name. */
  quotas?: Record<string, number>;
  /** Instance types. */
  trainingInstance: string;
  endpointInstance: string;
  /** Age of an endpoint after which a pipeline on AWS deletes it. */
  keepEndpointHours?: number;
  /** Of the local training. */
  seed: number;
  /** What the local AWS logs beside its starts and faults. */
  debug?: "requests";
  /** Absent on AWS when no variable is set: the profile's then, see `connect`. */
  region?: string;
  /** The profile whose keys are used on AWS; absent: the SDK's own search. */
  profile?: string;
  /** An AWS endpoint other than the target's own. */
  endpointUrl?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings.
 * @throws RangeError for a value that breaks its rule, and for a misspelt name, which would otherwise be ignored and leave
 *   the default in force. It names the variable, what it holds and what it must be.
 */
export function readSettings(environment: Environment = projectEnvironment()): Settings {
  const misspelt = Object.keys(environment).find(meantBy);
  if (misspelt) throw new RangeError(`${unknownText(misspelt)} It is set in the environment or in .env.`);
  const read = <T>(variable: Variable<T>) => valueOf(variable, environment);
  const datasetUrl = read(VARIABLES.datasetUrl);
  const target = read(VARIABLES.target)!;
  return {
    target,
    datasetUrl: datasetUrl && (isUrl(datasetUrl) ? datasetUrl : resolve(PROJECT_DIR, datasetUrl)),
    classes: read(VARIABLES.classes),
    imageSize: read(VARIABLES.imageSize),
    threshold: read(VARIABLES.threshold)!,
    stateDir: resolve(PROJECT_DIR, read(VARIABLES.stateDir)!),
    port: read(VARIABLES.port)!,
    consolePort: read(VARIABLES.consolePort)!,
    stage: read(VARIABLES.stage),
    bucket: read(VARIABLES.bucket),
    roles: {
      sagemaker: read(VARIABLES.sagemakerRole),
      lambda: read(VARIABLES.lambdaRole),
      states: read(VARIABLES.statesRole),
    },
    permissionsBoundary: read(VARIABLES.permissionsBoundary),
    kmsKey: read(VARIABLES.kmsKey),
    alertEmail: read(VARIABLES.alertEmail),
    strict: read(VARIABLES.strict)!,
    quotas: read(VARIABLES.quotas),
    trainingInstance: read(VARIABLES.trainingInstance)!,
    endpointInstance: read(VARIABLES.endpointInstance)!,
    keepEndpointHours: read(VARIABLES.keepEndpointHours),
    seed: read(VARIABLES.seed)!,
    debug: read(VARIABLES.debug),
    region: read(VARIABLES.region) ?? (target === "local" ? "us-east-1" : undefined),
    profile: read(VARIABLES.profile),
    endpointUrl: read(VARIABLES.endpointUrl),
  };
}

/** The value of a variable, or of its default; undefined for one that is neither set nor has a default. */
function valueOf<T>(variable: Variable<T>, environment: Environment): T | undefined {
  const set = (name: string | undefined) => name && environment[name]?.trim() || undefined;
  const text = set(variable.name) ?? set(variable.otherwise) ?? variable.default;
  if (text === undefined) return undefined;
  const broken = variable.rules.find(([, keeps]) => !keeps(text));
  if (broken) throw new RangeError(`${variable.name} is "${text}"; it must ${broken[0]}.`);
  return variable.parse(text);
}

function isUrl(text: string): boolean {
  return /^(https?|file):/.test(text);
}

const NAMES: readonly string[] = Object.values(VARIABLES).map(({ name }) => name);

/** The variable that a name of ours is nearly: it differs in case or a few letters, or is the beginning of one. */
function meantBy(name: string): string | undefined {
  if (NAMES.includes(name) || !/^SCONES?_/i.test(name)) return undefined;
  const rest = (variable: string) => variable.toUpperCase().replace(/^SCONES?_/, "");
  const near = nearest(rest(name), NAMES.map(rest));
  return NAMES.find((variable) => rest(variable) === near);
}

function unknownText(name: string): string {
  const meant = meantBy(name);
  return `Unknown variable ${name}. ` +
    (meant ? `Did you mean ${meant}?` : `The variables are ${NAMES.join(", ")}.`);
}

/**
 * Sets variables of this process before it connects: the parameters of one run of a notebook, as papermill passes them.
 * A list stands for its items with commas between them.
 * @throws RangeError for an unknown name and for a value that breaks its rule; nothing is set then.
 */
export function setVariables(variables: Readonly<Record<string, string | number | readonly string[]>>): void {
  const unknown = Object.keys(variables).find((name) => !NAMES.includes(name));
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
