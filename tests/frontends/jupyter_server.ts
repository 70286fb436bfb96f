/** A JupyterLab server for the browser to open. */
import { createServer } from "node:net";
import { join } from "node:path";
import { PROJECT_DIR } from "../../lib/settings.ts";
import type { Environment } from "./environment.ts";

/** Settings in which JupyterLab differs from what it is when one installs it. */
const SETTINGS = {
  // The notebooks stay as they are in the project.
  "docmanager-extension/plugin": { autosave: false },
  // All cells are in the page, so that all can be looked at.
  "notebook-extension/tracker": { windowingMode: "none" },
  "apputils-extension/notification": { fetchNews: "false", checkForUpdates: false },
};

export interface JupyterServer {
  /** With the token in it, and without what was open before. */
  url(path: string): string;
  /** Sends a request to the server's API and returns the answer, if it is JSON. */
  api<T>(path: string, method?: string): Promise<T>;
}

/** Runs work with a server that ends, with its kernels, when the work does. */
export async function withJupyterLab<T>(
  { env, python }: Environment,
  theme: "Light" | "Dark",
  work: (server: JupyterServer) => Promise<T>,
): Promise<T> {
  await writeSettings(env.JUPYTER_CONFIG_DIR!, theme);
  const port = await freePort();
  const token = crypto.randomUUID();
  const server: JupyterServer = {
    url: (path) => `http://127.0.0.1:${port}/${path}?reset&token=${token}`,
    async api(path, method = "GET") {
      const response = await fetch(server.url(`api/${path}`), { method });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return text === "" ? undefined : JSON.parse(text);
    },
  };
  const process = new Deno.Command(python("jupyter"), {
    args: [
      "lab",
      "--no-browser",
      "--allow-root",
      "--ServerApp.ip=127.0.0.1",
      `--ServerApp.port=${port}`,
      "--ServerApp.port_retries=0",
      `--ServerApp.root_dir=${PROJECT_DIR}`,
      `--FileCheckpoints.checkpoint_dir=${join(env.JUPYTER_DATA_DIR!, "checkpoints")}`,
      `--IdentityProvider.token=${token}`,
    ],
    env,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const said = new Response(process.stderr).text();
  let ended = false;
  process.status.then(() => ended = true);
  try {
    for (const deadline = Date.now() + 60_000; !await answers(server);) {
      if (ended) throw new Error(`JupyterLab did not start:\n${(await said).slice(-2_000)}`);
      if (Date.now() > deadline) throw new Error("JupyterLab did not answer within 60 s.");
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return await work(server);
  } finally {
    if (!ended) process.kill("SIGTERM");
    await process.status;
  }
}

async function writeSettings(configDir: string, theme: string): Promise<void> {
  const settings = { ...SETTINGS, "apputils-extension/themes": { theme: `JupyterLab ${theme}` } };
  for (const [name, content] of Object.entries(settings)) {
    const [extension = "", plugin] = name.split("/");
    const folder = join(configDir, "lab", "user-settings", "@jupyterlab", extension);
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(join(folder, `${plugin}.jupyterlab-settings`), JSON.stringify(content));
  }
}

async function answers(server: JupyterServer): Promise<boolean> {
  try {
    await server.api("status");
    return true;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().on("error", reject).listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" ? address?.port ?? 0 : 0));
    });
  });
}
