/** What is stored survives a lost database, and a directory that cannot be used is named with what to do. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { whatIsWrong } from "../../../lib/local/database.ts";
import { startLocalAws } from "../../../lib/local/server.ts";
import { Store } from "../../../lib/local/store.ts";
import { withLocalAws } from "../testing.ts";

const LARGE = "0123456789".repeat(10_000);
const DAY_MS = 86_400_000;

async function withDirectory(body: (stateDir: string) => Promise<void> | void): Promise<void> {
  const stateDir = await Deno.makeTempDir({ prefix: "scones-test-" });
  try {
    await body(stateDir);
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
}

/** Starts on the directory, and sends requests to it. */
async function using(
  stateDir: string,
  body: (send: (method: string, path: string, body?: string) => Promise<string>) => Promise<void>,
  now?: () => number,
): Promise<void> {
  await withLocalAws(async ({ endpoint }) => {
    await body(async (method, path, body) => {
      const answer = await fetch(endpoint + path, { method, body });
      return `${answer.status} ${await answer.text()}`;
    });
  }, { stateDir, now });
}

const put = (stateDir: string) =>
  using(stateDir, async (send) => {
    await send("PUT", "/bucket");
    assert.match(await send("PUT", "/bucket/large", LARGE), /^200/);
  });

function filesIn(directory: string): string[] {
  return [...Deno.readDirSync(directory)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesIn(join(directory, name)) : [join(directory, name)]
  );
}

/** Whether the test may do what it is not allowed to. */
const isRoot = Deno.uid() === 0;

for (const loss of ["removed", "emptied"] as const) {
  Deno.test(`a database that is ${loss} takes no object with it, and one put back finds them all`, () =>
    withDirectory(async (stateDir) => {
      await put(stateDir);
      const [database, copy] = [join(stateDir, "aws.sqlite"), join(stateDir, "copy")];
      Deno.copyFileSync(database, copy);
      if (loss === "removed") Deno.removeSync(database);
      else Deno.truncateSync(database);
      const [body] = filesIn(join(stateDir, "s3"));
      const code = join(stateDir, "lambda", "code", "ab".repeat(32));
      Deno.mkdirSync(code);
      await new Promise((resolve) => setTimeout(resolve, 20)); // file systems count in ticks
      // The first start knows that the database is new; the next ones, also months later, do not.
      for (const days of [0, 1, 100]) {
        const now = () => Date.now() + days * DAY_MS;
        await using(stateDir, async (send) => assert.match(await send("GET", "/bucket/large"), /^404/), now);
        assert.deepEqual(filesIn(join(stateDir, "s3")), [body]);
        assert.ok(Deno.statSync(code).isDirectory);
      }
      Deno.copyFileSync(copy, database);
      await using(stateDir, async (send) => {
        assert.equal(await send("GET", "/bucket/large"), `200 ${LARGE}`);
      });
      assert.deepEqual(filesIn(join(stateDir, "s3")), [body]);
    }));
}

Deno.test("what is thrown away is kept for 30 days", () =>
  withDirectory(async (stateDir) => {
    await put(stateDir);
    const stray = join(stateDir, "s3", "00", crypto.randomUUID());
    Deno.mkdirSync(join(stateDir, "s3", "00"), { recursive: true });
    Deno.writeTextFileSync(stray, "half written");
    const trash = join(stateDir, "s3-trash");
    const start = (days: number) =>
      using(stateDir, () => Promise.resolve(), () => Date.UTC(2026, 0, 1) + days * DAY_MS);
    await start(0);
    assert.deepEqual([...Deno.readDirSync(trash)].map(({ name }) => name), ["2026-01-01"]);
    await start(30);
    assert.equal(filesIn(trash).length, 1);
    await start(31);
    assert.deepEqual(filesIn(trash), []);
  }));

Deno.test("files of others among the bodies are left alone", () =>
  withDirectory(async (stateDir) => {
    await put(stateDir);
    const others = [join(stateDir, "s3", ".DS_Store"), join(stateDir, "s3", "notes.txt")];
    for (const path of others) Deno.writeTextFileSync(path, "mine");
    await using(stateDir, async (send) => assert.match(await send("GET", "/bucket/large"), /^200/));
    for (const path of others) assert.equal(Deno.readTextFileSync(path), "mine");
  }));

/** The error of opening a directory, of which nothing may be changed. */
function refusal(stateDir: string, file = join(stateDir, "aws.sqlite")): string {
  const before = Deno.readFileSync(file);
  let message = "";
  try {
    new Store(stateDir).close();
  } catch (error) {
    message = (error as Error).message;
  }
  assert.deepEqual(Deno.readFileSync(file), before);
  return message;
}

/** A database of many pages. */
function makeDatabase(stateDir: string): string {
  const store = new Store(stateDir);
  const documents = store.collection<string>("documents");
  store.transaction(() => {
    for (let index = 0; index < 2000; index++) documents.put(String(index), "x".repeat(500));
  });
  store.close();
  return join(stateDir, "aws.sqlite");
}

const DAMAGES: [what: string, damage: (file: string) => void][] = [
  ["cut off", (file) => Deno.truncateSync(file, 100_000)],
  ["cut off after its first bytes", (file) => Deno.truncateSync(file, 50)],
  ["of another kind", (file) => Deno.writeTextFileSync(file, "not a database ".repeat(1000))],
  ["overwritten in its first page", (file) => overwrite(file, 100, 4000)],
  ["overwritten within", (file) => overwrite(file, 3 * 4096, 4096)],
];

function overwrite(file: string, from: number, length: number): void {
  const bytes = Deno.readFileSync(file);
  bytes.fill(0xab, from, from + length);
  Deno.writeFileSync(file, bytes);
}

for (const [what, damage] of DAMAGES) {
  Deno.test(`a database that is ${what} is left as it is and named`, () =>
    withDirectory((stateDir) => {
      const file = makeDatabase(stateDir);
      damage(file);
      const message = refusal(stateDir);
      assert.match(message, /its database .*aws\.sqlite is damaged \(.*Put a copy of it back/);
      assert.ok(message.includes(file) && !message.includes("another local AWS"), message);
    }));
}

Deno.test("only a directory in use is said to be in use", () =>
  withDirectory((stateDir) => {
    const store = new Store(stateDir);
    try {
      assert.throws(() => new Store(stateDir), /another local AWS is using it\. Stop that one/);
    } finally {
      store.close();
    }
  }));

Deno.test("a file or a directory in the wrong place is named", () =>
  withDirectory((directory) => {
    const file = join(directory, "file");
    Deno.writeTextFileSync(file, "");
    assert.throws(() => new Store(file), /it is not a directory/);
    assert.throws(() => new Store(join(file, "below")), /it is not a directory/);
    const stateDir = join(directory, "state");
    Deno.mkdirSync(join(stateDir, "aws.sqlite"), { recursive: true });
    assert.throws(() => new Store(stateDir), /aws\.sqlite is a directory, where the database should be/);
  }));

Deno.test({
  name: "what may not be written is named",
  ignore: isRoot,
  fn: () =>
    withDirectory((stateDir) => {
      const file = makeDatabase(stateDir);
      for (const mode of [0o400, 0o000]) {
        Deno.chmodSync(file, mode);
        assert.throws(() => new Store(stateDir), /aws\.sqlite is read-only\. Make it writable/);
      }
      Deno.chmodSync(file, 0o600);
      try {
        for (const mode of [0o500, 0o000]) {
          Deno.chmodSync(stateDir, mode);
          for (const directory of [stateDir, join(stateDir, "new")]) {
            assert.throws(() => new Store(directory), /it cannot be written\. Make it writable/);
          }
        }
      } finally {
        Deno.chmodSync(stateDir, 0o700);
      }
    }),
});

Deno.test("each reason has its own words", () => {
  const words = (message: string, code?: string) =>
    whatIsWrong(Object.assign(new Error(message), { code }), "/nowhere/aws.sqlite");
  assert.match(words("database is locked"), /another local AWS is using it/);
  assert.match(words("file is not a database"), /is damaged \(file is not a database\)/);
  assert.match(words("attempt to write a readonly database"), /aws\.sqlite is read-only/);
  assert.match(words("EROFS: read-only file system, mkdir", "EROFS"), /is read-only/);
  assert.match(words("database or disk is full"), /the disk is full\. Nothing that is stored is lost/);
  assert.match(words("ENOSPC: no space left on device", "ENOSPC"), /the disk is full/);
  assert.match(
    words("EACCES: permission denied", "EACCES"),
    /it cannot be written\. Make it writable \(chmod u\+rwx/,
  );
});

Deno.test("a new directory, its database and its objects are their user's alone", () =>
  withDirectory(async (directory) => {
    const stateDir = join(directory, "a", "state");
    await put(stateDir);
    const mode = (path: string) => (Deno.statSync(path).mode! & 0o777).toString(8);
    const paths = [stateDir, join(stateDir, "aws.sqlite"), join(stateDir, "s3")];
    assert.deepEqual(paths.map(mode), ["700", "600", "700"]);
  }));

Deno.test("a port in use leaves the directory free", () =>
  withDirectory(async (stateDir) => {
    using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = other.addr as Deno.NetAddr;
    await assert.rejects(startLocalAws({ stateDir, port }), Deno.errors.AddrInUse);
    new DatabaseSync(join(stateDir, "aws.sqlite")).close();
    new Store(stateDir).close();
  }));

Deno.test("a transaction that the database gave up itself, as on a full disk, ends with its own error", () =>
  withDirectory((stateDir) => {
    const store = new Store(stateDir);
    const full = () =>
      store.transaction(() => {
        store.db.exec("ROLLBACK");
        throw new Error("database or disk is full");
      });
    assert.throws(full, /^Error: database or disk is full$/);
    assert.equal(store.transaction(() => 1), 1);
    store.close();
  }));
