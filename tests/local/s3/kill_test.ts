/** A server that is killed in the midst of writes has lost nothing that it acknowledged. */
import assert from "node:assert/strict";
import { join } from "node:path";

const MAIN = new URL("../../../lib/local/main.ts", import.meta.url).pathname;
const BUCKET = "scones-kill";
const ROUNDS = 4;
const WRITERS = 8;

async function start(stateDir: string): Promise<{ endpoint: string; process: Deno.ChildProcess }> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", MAIN, "--state-dir", stateDir, "--port", "0"],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let said = "";
  for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    const endpoint = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
    if (endpoint) return { endpoint, process };
  }
  throw new Error(`The server did not start: ${said}`);
}

Deno.test("SIGKILL at any moment loses no acknowledged object and leaves no stray file", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  /** What each key may hold: the acknowledged content and, if the kill came first, the one on its way. */
  const contents = new Map<string, (string | null)[]>();
  let acknowledged = 0;
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const { endpoint, process } = await start(stateDir);
      const url = (key: string) => `${endpoint}/${BUCKET}/${key}`;
      await (await fetch(`${endpoint}/${BUCKET}`, { method: "PUT" })).body?.cancel();
      const large = new Set<string>();
      for (const [key, possible] of contents) {
        const answer = await fetch(url(key));
        const text = await answer.text();
        const found = answer.status === 404 ? null : text;
        assert.ok(possible.includes(found), `${key} holds ${found?.slice(0, 20)}`);
        contents.set(key, [found]);
        if (found && found.length > 32 * 1024) large.add(key);
      }
      assert.equal(files(join(stateDir, "s3")).length, large.size);

      let alive = true;
      const write = async (writer: number) => {
        for (let turn = 0; alive; turn++) {
          const key = `${writer}-${turn % 5}`;
          // Small bodies, large ones that go to files, and deletions.
          const size = [100, 50_000, null, 200_000][(turn + writer) % 4]!;
          const next = size === null ? null : `${round}/${turn}/`.padEnd(size, "x");
          const before = contents.get(key) ?? [null];
          contents.set(key, [...before, next]);
          const answer = await fetch(url(key), { method: next === null ? "DELETE" : "PUT", body: next });
          await answer.body?.cancel();
          contents.set(key, [next]);
          acknowledged++;
        }
      };
      const writers = Array.from({ length: WRITERS }, (_, writer) => write(writer).catch(() => {}));
      await new Promise((resolve) => setTimeout(resolve, 150 + 100 * Math.random()));
      process.kill("SIGKILL");
      alive = false;
      await Promise.all([...writers, process.status, process.stdout.cancel().catch(() => {})]);
    }
    assert.ok(acknowledged > 20, `only ${acknowledged} writes were acknowledged`);
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
});

function files(directory: string): string[] {
  return [...Deno.readDirSync(directory)].flatMap(({ name, isDirectory }) =>
    isDirectory ? files(join(directory, name)) : [name]
  );
}
