/** What the conformance task runs: Python programs and the pipeline, all against one local AWS that is recorded. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LocalAws } from "../../lib/local/server.ts";
import { runNotebooks } from "../../lib/runner/run.ts";
import { PROJECT_DIR } from "../../lib/settings.ts";
import { cloudFormationTemplate } from "../../lib/workflow/template.ts";
import type { Recorder } from "./recorder.ts";
import type { Report } from "./summary.ts";
import type { Packages } from "./venv.ts";

export const PART_NAMES = [
  "matrix",
  "sdk2",
  "sdk3",
  "go",
  "pipeline",
  "models",
  "moto",
  "template",
] as const;
export type PartName = typeof PART_NAMES[number];

/** Keys and region of no account, so that no real one is ever called. */
const KEYS = {
  AWS_ACCESS_KEY_ID: "conformance",
  AWS_SECRET_ACCESS_KEY: "conformance",
  AWS_REGION: "us-east-1",
  AWS_DEFAULT_REGION: "us-east-1",
  AWS_CONFIG_FILE: "",
  AWS_SHARED_CREDENTIALS_FILE: "",
  AWS_EC2_METADATA_DISABLED: "true",
  SAGEMAKER_USER_CONFIG_OVERRIDE: fileURLToPath(new URL("sagemaker_config.yaml", import.meta.url)),
};

/** The parts of the task by name; each returns what it found. */
export class Parts {
  constructor(
    /** The folder of a Python environment's programs. */
    readonly binOf: (packages: Packages) => string,
    readonly folder: string,
    readonly aws: LocalAws,
    readonly recorder: Recorder,
  ) {}

  async matrix(): Promise<Report[]> {
    await this.recorder.recordTo(this.#recording("matrix"));
    return [await this.#python("boto_matrix.py"), await this.#python("cli_matrix.py")];
  }

  async sdk2(): Promise<Report[]> {
    await this.recorder.recordTo(this.#recording("sdk2"));
    return [await this.#python("sagemaker_sdk2.py", [], "sdk2")];
  }

  async sdk3(): Promise<Report[]> {
    await this.recorder.recordTo(this.#recording("sdk3"));
    return [await this.#python("sagemaker_sdk3.py", [], "sdk3")];
  }

  /** The calls of Go's SDK. */
  async go(scratch: string): Promise<Report[]> {
    const program = join(scratch, "matrix");
    const folder = fileURLToPath(new URL("go", import.meta.url));
    try {
      await this.#succeed("go", ["build", "-o", program, "."], {}, folder);
    } catch (error) {
      if ((error as { code?: string }).code !== "ENOENT") throw error;
      throw new Error("This part needs Go 1.24 or newer: go.dev, or your system's package golang.");
    }
    await this.recorder.recordTo(this.#recording("go"));
    await this.#succeed(program, [], { AWS_ENDPOINT_URL: this.aws.endpoint });
    return [];
  }

  async pipeline(scratch: string): Promise<Report[]> {
    await this.recorder.recordTo(this.#recording("pipeline"));
    const folder = join(PROJECT_DIR, "notebooks");
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) =>
      name.endsWith(".ipynb")
    );
    const { failure } = await runNotebooks({
      notebooks: names.sort().map((name) => join(folder, name)),
      outDir: join(scratch, "reports"),
      env: {
        ...KEYS,
        SCONES_TARGET: "local",
        SCONES_STATE_DIR: join(scratch, "pipeline"),
        AWS_ENDPOINT_URL: this.aws.endpoint,
      },
    });
    if (failure) throw failure;
    return [];
  }

  async models(): Promise<Report[]> {
    await this.recorder.recordTo();
    const recordings = PART_NAMES.map((part) => this.#recording(part)).filter((file) => existsSync(file));
    if (recordings.length === 0) {
      throw new Error('Nothing has been recorded yet; run the part "matrix" first.');
    }
    return [
      await this.#python("validate.py", recordings),
      await this.#python("negatives.py", recordings),
    ];
  }

  async moto(scratch: string): Promise<Report[]> {
    const program = fileURLToPath(new URL("control_plane.ts", import.meta.url));
    return [
      await this.#python("moto_target.py", [join(scratch, "moto"), Deno.execPath(), "run", "-A", program]),
    ];
  }

  /** The CloudFormation template against AWS's own resource schemas, which cfn-lint brings. */
  async template(scratch: string): Promise<Report[]> {
    const file = join(scratch, "template.json");
    await Deno.writeTextFile(file, JSON.stringify(await cloudFormationTemplate(), null, 2));
    await this.#succeed(join(this.binOf("clients"), "cfn-lint"), ["--", file], {});
    console.log("cfn-lint has no error and no warning.");
    return [];
  }

  #recording(part: string): string {
    return join(this.folder, `${part}.jsonl`);
  }

  /** Runs one of the Python programs; its first argument is where its report goes. */
  async #python(program: string, args: string[] = [], packages: Packages = "clients"): Promise<Report> {
    const report = join(this.folder, program.replace(".py", ".json"));
    const path = fileURLToPath(new URL(program, import.meta.url));
    await this.#succeed(join(this.binOf(packages), "python"), ["-B", path, report, ...args], {
      AWS_ENDPOINT_URL: this.aws.endpoint,
    });
    return JSON.parse(await Deno.readTextFile(report));
  }

  /** @throws Error when the program fails */
  async #succeed(
    program: string,
    args: string[],
    env: Record<string, string>,
    cwd = PROJECT_DIR,
  ): Promise<void> {
    const child = spawn(program, args, {
      cwd,
      stdio: "inherit",
      env: { ...Deno.env.toObject(), ...KEYS, ...env },
    });
    const code = await new Promise((resolve, reject) => child.on("exit", resolve).on("error", reject));
    if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with status ${code}.`);
  }
}
