import assert from "node:assert/strict";
import { TrainingLog } from "../../lib/training/training_log.ts";

// As the algorithm writes them on AWS.
const LINES = `
[10/15/2024 12:34:37 INFO 140427410851648] Epoch[0] Batch [20]#011Speed: 122.309 samples/sec#011accuracy=0.575893
[10/15/2024 12:34:40 INFO 140427410851648] Epoch[0] Train-accuracy=0.620968
[10/15/2024 12:34:40 INFO 140427410851648] Epoch[0] Time cost=6.896
[10/15/2024 12:34:41 INFO 140427410851648] Epoch[0] Validation-accuracy=0.505208
[10/15/2024 12:34:41 INFO 140427410851648] Storing the best model with validation accuracy: 0.505208
[10/15/2024 12:34:46 INFO 140427410851648] Epoch[1] Train-accuracy=0.7
`.trim().split("\n");

Deno.test("TrainingLog collects the epochs and tells which lines said something of them", () => {
  const log = new TrainingLog();
  assert.deepEqual(LINES.map((line) => log.read(line)), [false, true, true, true, false, true]);
  assert.deepEqual(log.epochs, [
    { epoch: 0, train: 0.620968, seconds: 6.896, validation: 0.505208 },
    { epoch: 1, train: 0.7 },
  ]);
});

Deno.test("TrainingLog: the local algorithm says which network it trains", () => {
  const log = new TrainingLog();
  log.read("[11/23/2026 05:12:43 INFO 1] network: ResNet-20, 272474 parameters, 2 threads");
  assert.equal(log.network, "ResNet-20");
});
