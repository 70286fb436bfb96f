import assert from "node:assert/strict";
import { trainingChart, trainingWords } from "../../lib/training/training_chart.ts";
import { assertDrawn, draw } from "../display/testing.ts";

Deno.test("training chart: drawn from no epoch, one and many", async () => {
  for (const count of [0, 1, 10]) {
    await assertDrawn(
      trainingChart(Array.from({ length: count }, (_, epoch) => ({ epoch, train: 0.6, validation: 0.9 }))),
    );
  }
});

Deno.test("training chart: it keeps its scale while epochs come in", async () => {
  const epochs = [{ epoch: 0, train: 0.6 }, { epoch: 1, train: 0.7, validation: 0.65 }];
  const { svg, title } = await draw(trainingChart(epochs, { epochs: 31 }));
  assert.deepEqual(epochAxis(svg), ["1", "5", "10", "15", "20", "25", "30"], "epochs are counted from 1");
  assert.equal(title, "Validation accuracy 65% after 2 epochs.");
});

/** The labels of the axis that counts epochs. */
function epochAxis(svg: string): string[] {
  const axis = svg.match(/X-axis titled 'epochs trained'[^]*?>epochs trained</)?.[0] ?? "";
  return [...axis.matchAll(/>(\d+)<\/text>/g)].map(([, label]) => label!);
}

Deno.test("training in words", () => {
  const epochs = [{ epoch: 0, train: 0.6, validation: 0.7 }, { epoch: 1, validation: 0.925 }, {
    epoch: 2,
    train: 0.9,
  }];
  assert.equal(trainingWords(epochs), "Validation accuracy 92.5% after 2 epochs.", "of the same epoch");
  assert.equal(
    trainingWords([...epochs, { epoch: 3, validation: 0.9 }]),
    "Validation accuracy 90% after 4 epochs; the best was 92.5%, after 2.",
  );
  assert.equal(trainingWords([{ epoch: 0, train: 0.5 }]), "1 epoch, not validated.");
  assert.equal(trainingWords([]), "No epoch is complete yet.");
});
