/** A server that is killed during writes loses nothing that it acknowledged. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { startProgram } from "../program.ts";

const BUCKET = "scones-kill";
const ROUNDS = 4;
const WRITERS = 8;

Deno.test("SIGKILL at any moment loses no acknowledged object and leaves no stray file", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  /** The possible contents of each key: the acknowledged one and, at a kill, the one being written. */
  const contents = new Map<string, (string | null)[]>();
  let acknowledged = 0;
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const server = await startProgram(stateDir);
      const { endpoint } = server;
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
          // Small bodies, large ones in files, and deletions.
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
      const killed = server.kill();
      alive = false;
      await Promise.all([...writers, killed]);
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
