/** Opens a page in the browser of the desktop. */

/**
 * Whether a page should be opened: as asked for, else on a terminal with a desktop, where somebody is looking.
 * @param asked `--open`, `--no-open` or neither
 */
export function wantsPage(
  asked: string | undefined,
  { isTerminal, os, environment }: {
    isTerminal: boolean;
    os: typeof Deno.build.os;
    environment: Readonly<Record<string, string | undefined>>;
  },
): boolean {
  if (asked !== undefined) return asked === "--open";
  if (!isTerminal || environment.CI || environment.SSH_CONNECTION) return false;
  return os === "darwin" || os === "windows" ||
    Boolean(environment.DISPLAY || environment.WAYLAND_DISPLAY);
}

/** The command that opens a file in the browser. */
export function openCommand(path: string, os: typeof Deno.build.os): [command: string, ...args: string[]] {
  switch (os) {
    case "darwin":
      return ["open", path];
    case "windows":
      return ["cmd", "/c", "start", "", path];
    default:
      return ["xdg-open", path];
  }
}

/** Opens a file in the browser. @returns whether there is a program that does that */
export async function openPage(path: string): Promise<boolean> {
  const [command, ...args] = openCommand(path, Deno.build.os);
  try {
    const { success } = await new Deno.Command(command, { args, stdout: "null", stderr: "null" }).output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
