/** The visual editor in Chromium, on the local AWS that the pipeline has left. */
import { join } from "node:path";
import { connect } from "../../../lib/aws/clients.ts";
import { startConsole } from "../../../lib/console/server.ts";
import { readSettings } from "../../../lib/settings.ts";
import { stopBundler } from "../../../lib/workflow/bundle.ts";
import { DEFINITIONS } from "../../../lib/workflow/definition_files.ts";
import { deployWorkflow } from "../../../lib/workflow/deployment.ts";
import { withBrowser } from "../browser.ts";
import { type Environment, remake } from "../environment.ts";
import type { Setting } from "./browser_editor.ts";
import { checkExercise } from "./exercise.ts";
import { checkKeyboard } from "./keyboard.ts";
import { checkLarge } from "./large.ts";
import { checkLooks } from "./looks.ts";
import { checkMouse } from "./mouse.ts";
import { checkRoundTrip } from "./round_trip.ts";

export async function checkEditor({ chromium, stateDir, folder, screenshots }: Environment): Promise<string> {
  const definitions = join(folder, "definitions");
  const pictures = join(screenshots, "editor");
  await remake(definitions);
  await remake(pictures);
  await Deno.copyFile(join(DEFINITIONS, "scones.asl.json"), join(definitions, "scones.asl.json"));
  const aws = await connect({ ...readSettings(), target: "local", stateDir, port: 0 });
  await deployWorkflow(aws, () => {}); // the project's machine, which the exercise replaces
  const running = await startConsole(aws, 0, definitions);
  try {
    return await withBrowser(chromium, async (browser) => {
      const setting: Setting = { browser, console: running, definitions, screenshots: pictures };
      const found = [
        await checkExercise(setting, aws),
        await checkKeyboard(setting),
        await checkMouse(setting),
        await checkRoundTrip(setting),
        await checkLarge(setting),
        await checkLooks(setting),
      ];
      return found.join("; ");
    });
  } finally {
    await deployWorkflow(aws, () => {}); // the checks that follow run the project's machine
    await running.close();
    aws.close();
    await stopBundler();
  }
}
