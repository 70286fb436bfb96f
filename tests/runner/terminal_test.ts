import assert from "node:assert/strict";
import { terminalReport } from "../../lib/runner/terminal.ts";

const place = (number: number, title: string) => ({ number, count: 3, title });

function printed(work: () => void): string[] {
  const lines: string[] = [];
  const log = console.log;
  console.log = (line: string) => lines.push(line);
  try {
    work();
  } finally {
    console.log = log;
  }
  return lines;
}

Deno.test("the cells of a section have one line, below what was said while they ran", () => {
  const lines = printed(() => {
    const report = terminalReport("1 · Story");
    report.cellStarted(place(1, "1 · Story"));
    report.cellFinished(place(1, "1 · Story"), 1, true);
    report.cellStarted(place(2, "To S3"));
    report.progress({
      label: "Upload",
      done: 1,
      total: 2,
      unit: "",
      detail: "",
      state: "running",
      seconds: 1,
    });
    report.progress({ label: "Upload", done: 2, total: 2, unit: "", detail: "", state: "done", seconds: 2 });
    report.notice("of synthetic pictures");
    report.cellFinished(place(2, "To S3"), 2, true);
    report.cellStarted(place(3, "To S3"));
    report.cellFinished(place(3, "To S3"), 1.5, true);
    report.end();
  });
  assert.deepEqual(lines, [
    "1 · Story",
    "  ✓ Getting ready  1.0 s",
    "      Upload: 2/2, 2.0 s",
    "      Note: of synthetic pictures",
    "  ✓ To S3  3.5 s",
  ]);
});

Deno.test("a section whose cell failed, or did not end, did not go well", () => {
  for (const ends of [true, false]) {
    const lines = printed(() => {
      const report = terminalReport("1 · Story");
      report.cellStarted(place(1, "To S3"));
      report.cellFinished(place(1, "To S3"), 1, true);
      report.cellStarted(place(2, "To S3"));
      if (ends) report.cellFinished(place(2, "To S3"), 1, false);
      report.end();
    });
    assert.equal(lines.at(-1), `  ✗ To S3  ${ends ? "2.0" : "1.0"} s`);
  }
});
