import assert from "node:assert/strict";
import { formatAmount, formatCounts, formatDone, formatSeconds } from "../../lib/display/format.ts";
import { progressBar, progressHtml, type ProgressState, progressText } from "../../lib/display/progress.ts";

const running: ProgressState = {
  label: "Upload",
  done: 450,
  total: 1200,
  unit: "files",
  detail: "x.png",
  state: "running",
  seconds: 3.14,
};

Deno.test("progress in words and as a bar", () => {
  assert.equal(progressText(running), "Upload: 450/1,200 files, 37%, x.png, 3.1 s");
  assert.equal(
    progressText({ ...running, state: "failed", detail: "no route" }),
    "Upload: 450/1,200 files, stopped after 3.1 s: no route",
  );
  assert.equal(progressText({ ...running, done: 0, total: undefined, detail: "" }), "Upload: 3.1 s");
  assert.equal(progressBar(running), "████████░░░░░░░░░░░░");
  assert.equal(progressBar({ ...running, total: undefined }), "");
});

Deno.test("only the bar of running work moves, and its track suits light and dark pages", () => {
  const moves = (state: Partial<ProgressState>) =>
    progressHtml({ ...running, ...state }).includes("<animate");
  assert.equal(moves({ total: undefined }), true);
  assert.equal(moves({}), false);
  assert.equal(moves({ total: undefined, state: "failed" }), false);
  assert.doesNotMatch(progressHtml({ ...running, total: undefined, state: "failed" }), /progressbar/);
  assert.match(progressHtml({ ...running, state: "failed" }), /progressbar.*width="37\.5%"/);
  assert.match(progressHtml(running), /aria-valuenow="450".*background:#787878/);
  assert.doesNotMatch(progressHtml({ ...running, state: "done" }), /progressbar/);
});

Deno.test("amounts and durations have their units", () => {
  assert.equal(formatAmount(169_001_437, "bytes"), "169.0 MB");
  assert.equal(formatDone(2000, 169_001_437, "bytes"), "2 kB of 169.0 MB");
  assert.equal(formatDone(7, undefined, "files"), "7 files");
  assert.equal(formatCounts({ sent: 1203, unchanged: 0, removed: 2 }), "1,203 sent, 2 removed");
  assert.deepEqual([0.04, 0.4, 31.4, 59.7, 125, 3780].map(formatSeconds), [
    "40 ms",
    "0.4 s",
    "31 s",
    "1 min 0 s",
    "2 min 5 s",
    "1 h 3 min",
  ]);
});

Deno.test("where there is no terminal, progress is a line at the start and one at the end", async () => {
  const source = `import { progress } from "${new URL("../../lib/display/progress.ts", import.meta.url)}";
    const bar = progress("Upload", { unit: "files" });
    for (let i = 0; i < 5; i++) bar.update({ done: i, total: 5 });
    await bar.finish("done");
    bar.update(1);`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "-"],
    stdin: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(source));
  await writer.close();
  const { code, stderr } = await child.output();
  const lines = new TextDecoder().decode(stderr).trimEnd().split("\n");
  assert.equal(code, 0);
  assert.equal(lines.length, 2);
  assert.equal(lines[0], "Upload …");
  assert.match(lines[1]!, /^Upload: 5\/5 files, done, \d+ ms$/);
});
