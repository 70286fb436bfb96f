/** Objects, small and in files, that are written, replaced and deleted. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Part } from "./testing.ts";

const BUCKET = "scones-kill";
const WRITERS = 8;
/** Bodies: small ones, large ones that go to files, and deletions. */
const SIZES = [100, 50_000, null, 200_000];

export const s3: Part = {
  name: "s3",
  killAfterMs: [150, 250],
  begin({ stateDir }) {
    /** What each key may hold: the acknowledged content and, if the kill came first, the one on its way. */
    const contents = new Map<string, (string | null)[]>();
    let acknowledged = 0;
    return ({ endpoint }) => {
      const url = (key: string) => `${endpoint}/${BUCKET}/${key}`;
      const send = async (address: string, init: RequestInit) => {
        const answer = await fetch(address, init);
        await answer.body?.cancel();
        assert.ok(answer.ok, `${init.method} ${address}: ${answer.status}`);
      };
      return {
        prepare: () => send(`${endpoint}/${BUCKET}`, { method: "PUT" }),
        workers: (round) =>
          Array.from({ length: WRITERS }, (_, writer) => async (turn, random) => {
            const key = `${writer}-${turn % 5}`;
            const size = random.pick(SIZES);
            const next = size === null ? null : `${round}/${turn}/`.padEnd(size, "x");
            const before = contents.get(key) ?? [null];
            contents.set(key, [...before, next]);
            await send(url(key), { method: next === null ? "DELETE" : "PUT", body: next });
            contents.set(key, [next]);
            acknowledged++;
          }),
        async assertKept() {
          const large = new Set<string>();
          for (const [key, possible] of contents) {
            const answer = await fetch(url(key));
            const text = await answer.text();
            const found = answer.status === 404 ? null : text;
            assert.ok(possible.includes(found), `${key} holds ${found?.slice(0, 20)}`);
            contents.set(key, [found]);
            if (found && found.length > 32 * 1024) large.add(key);
          }
          assert.equal(files(join(stateDir, "s3")).length, large.size, "stray files");
        },
        assertEnded() {
          assert.ok(acknowledged > 20, `only ${acknowledged} writes were acknowledged`);
          return Promise.resolve({ writes: acknowledged });
        },
      };
    };
  },
};

function files(directory: string): string[] {
  return [...Deno.readDirSync(directory)].flatMap(({ name, isDirectory }) =>
    isDirectory ? files(join(directory, name)) : [name]
  );
}
